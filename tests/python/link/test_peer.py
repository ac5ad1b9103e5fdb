"""Both ends of the link, Python's and the board's, over a wire that loses, doubles and changes bytes."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.link import Frame, encode
from motekit.link.peer import Peer

KINDS = (0x11, 0x20, 0x21, 0x22)


class Wire:
    """Harms a share of the bytes."""

    def __init__(self, seed: int, rate: float):
        self._random = random.Random(seed)
        self._rate = rate

    def __call__(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self._random.random() >= self._rate:
                out.append(byte)
                continue
            harm = self._random.randrange(3)
            if harm == 1:
                out += bytes([byte, byte])
            elif harm == 2:
                out.append(byte ^ self._random.randrange(1, 256))
        return bytes(out)


def talk(board, peer, wire, to_board, to_peer, rounds=2000):
    """Let both send what they have, until all of it has come and been acknowledged."""
    heard = []
    queue = list(to_peer)
    for i in range(rounds):
        if to_board:
            peer.send(*to_board.pop(0))
        while queue and board.send(*queue[0]) == 0:
            queue.pop(0)
        if i % 7 == 6 or not (to_board or queue):
            peer.poll()
        if board.owes():
            board.acknowledge()
        board.feed(wire(bytes(peer.outgoing)))
        peer.outgoing.clear()
        heard += [(f.kind, f.payload) for f in peer.feed(wire(board.take_written())) if f.kind >= 0x10]
        if not (to_board or queue) and peer.idle and i > 10 and len(heard) == len(to_peer):
            break
    return heard


messages = st.lists(st.tuples(st.sampled_from(KINDS), st.binary(max_size=250)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(messages, messages, st.integers(0, 2**32), st.sampled_from([0.0, 0.0005, 0.003]))
def test_everything_arrives_once_and_in_order(make_board, to_board, to_peer, seed, rate):
    board, peer = make_board(), Peer()
    heard = talk(board, peer, Wire(seed, rate), list(to_board), to_peer)
    assert heard == to_peer
    assert [(kind, data) for kind, data in board.taken if kind >= 0x10] == to_board


def test_a_clean_wire_repeats_nothing(make_board):
    board, peer = make_board(), Peer()
    for i in range(10):
        peer.send(0x11, bytes([i]))
    board.feed(bytes(peer.outgoing))
    peer.outgoing.clear()
    assert board.owes()
    board.acknowledge()
    peer.feed(board.take_written())
    assert peer.idle
    assert (peer.damaged, peer.gaps, peer.repeats) == (0, 0, 0)


def test_a_gap_is_asked_for_once():
    peer = Peer()
    frames = [encode(Frame(0x20, bytes([i]), sequence=i)) for i in range(5)]
    peer.feed(frames[0])
    for frame in frames[2:]:
        assert peer.feed(frame) == []
    assert peer.gaps == 1
    requests = bytes(peer.outgoing)
    assert requests.count(b"\0") == 1
    assert [f.payload for f in peer.feed(b"".join(frames[1:]))] == [b"\1", b"\2", b"\3", b"\4"]


def test_a_repeated_frame_is_taken_once(make_board):
    board = make_board()
    frame = encode(Frame(0x11, b"x"))
    board.feed(frame + frame)
    assert board.taken == [(0x11, b"x")]


def test_the_numbers_wrap(make_board):
    board, peer = make_board(), Peer()
    for i in range(70_000):
        peer.send(0x11, i.to_bytes(4, "little"))
        board.feed(bytes(peer.outgoing))
        peer.outgoing.clear()
        if i % 16 == 0:
            board.acknowledge()
            peer.feed(board.take_written())
    assert [int.from_bytes(payload, "little") for _, payload in board.taken] == list(range(70_000))


def test_the_board_keeps_only_what_its_window_holds(make_board):
    board = make_board()
    sent = 0
    while board.send(0x20, bytes(250)) == 0:
        sent += 1
    assert 1 <= sent <= 8
    assert board.send(0x20, bytes(257)) == 2  # MK_ERR_SIZE


def test_credit_of_the_stream_before_is_not_spent_in_the_next():
    def ack(credit):
        return encode(Frame(0x02, bytes([0]) + credit.to_bytes(4, "little")))

    peer = Peer()
    peer.feed(ack(50_000))
    assert peer.credit == 50_000
    # an acknowledgement of the old stream, the start of the new one, and its first credit in one piece
    peer.feed(ack(60_000) + encode(Frame(0x10, b"\1\7\0")))
    assert peer.credit == 0
    peer.feed(ack(384))
    assert peer.credit == 384
