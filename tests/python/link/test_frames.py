from hypothesis import given
from hypothesis import strategies as st

from motekit.link import VERSION, Decoder, Frame, encode

frames = st.builds(
    Frame,
    kind=st.integers(0, 255),
    payload=st.binary(max_size=256),
    sequence=st.integers(0, 65535),
    acknowledge=st.integers(0, 65535),
    version=st.just(VERSION),
)


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    """Cut data into pieces of these sizes, the last one takes the rest."""
    cut = []
    for size in sizes:
        cut.append(data[:size])
        data = data[size:]
    return [*cut, data]


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 40), max_size=30))
def test_frames_come_back_whatever_the_pieces(sent, sizes):
    decoder = Decoder()
    wire = b"".join(map(encode, sent))
    taken = [frame for piece in pieces(wire, sizes) for frame in decoder.feed(piece)]
    assert taken == sent
    assert decoder.damaged == 0


@given(frames)
def test_a_zero_byte_only_ends_a_frame(frame):
    wire = encode(frame)
    assert wire.index(b"\0") == len(wire) - 1


@given(st.lists(frames, min_size=3, max_size=6), st.data())
def test_one_bad_byte_costs_at_most_two_frames(sent, data):
    wire = bytearray(b"".join(map(encode, sent)))
    at = data.draw(st.integers(0, len(wire) - 1))
    harm = data.draw(st.sampled_from(["drop", "double", "change"]))
    if harm == "drop":
        del wire[at]
    elif harm == "double":
        wire.insert(at, wire[at])
    else:
        wire[at] ^= data.draw(st.integers(1, 255))
    taken = [frame for frame in Decoder().feed(bytes(wire)) if frame is not None]
    # a lost delimiter joins two frames, anything else damages the one it hit; the others come, in order
    assert len(taken) >= len(sent) - 2
    rest = iter(sent)
    assert all(frame in rest for frame in taken)


@given(st.binary(max_size=2000))
def test_noise_is_never_an_error(noise):
    Decoder().feed(noise)


def test_a_stream_without_delimiters_does_not_fill_the_memory():
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"\x55" * 10_000)
    assert len(decoder._pending) < 10_000
    assert decoder.feed(b"\0" + encode(Frame(1, b"x"))) == [None, Frame(1, b"x")]


def test_crc_is_ccitt_false(make_board):
    assert make_board().crc(b"123456789") == 0x29B1  # the check value of CRC catalogues


@given(st.binary(max_size=256))
def test_the_boards_frames_are_ours(make_board, payload):
    board = make_board()
    board.send(0x20, payload)
    assert board.take_written() == encode(Frame(0x20, payload))


@given(st.lists(st.tuples(st.integers(0x10, 0xFF), st.binary(max_size=256)), max_size=20))
def test_the_board_takes_our_frames(make_board, sent):
    board = make_board()
    for i, (kind, payload) in enumerate(sent):
        board.feed(encode(Frame(kind, payload, sequence=i)))
    assert board.taken == sent
