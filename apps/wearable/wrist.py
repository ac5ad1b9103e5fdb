"""Both halves of the wrist on this computer: heart and motion, a tick of 2 s at a time, as the firmware runs them."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit.chain import Answer
from motekit.link import Event
from motekit.post.body import Body, BodyTick
from motekit.post.wearable import SCORES, TICK_S, Tick, Wearable

#: after a tick's heart: belief, cadence, regularity, steps in 1/256; scores; label, best, valid, falls, sleep, minute,
#: changed, 0; counts of the minute that ended
BODY = struct.Struct("<fffI8b8B3I")
BODY_FIELDS = np.dtype(
    [
        ("belief", "<f4"),
        ("cadence", "<f4"),
        ("regularity", "<f4"),
        ("steps", "<u4"),
        ("scores", "i1", 8),
        ("label", "u1"),
        ("best", "u1"),
        ("valid", "u1"),
        ("falls", "u1"),
        ("sleep", "u1"),
        ("minute", "u1"),
        ("changed", "u1"),
        ("zero", "u1"),
        ("counts", "<u4", 3),
    ]
)
ACTIVITY, STEPS, FALL, SLEEP = 3, 6, 7, 8
#: a night that is over: minutes since its onset, minutes asleep, times awake, thousandths of it asleep
ONSET, ASLEEP, AWAKENINGS, EFFICIENCY = 10, 11, 12, 13
#: flags of an axis that leave its acceleration good enough
_SATURATED = 2


@dataclass(frozen=True)
class Wrist:
    """The two halves, which the frames go through together."""

    heart: Wearable
    body: Body

    def answer(self, frames: np.ndarray) -> Answer:
        """What both say to frames int16[n, 6], from a fresh start, byte for byte as the firmware sends it."""
        self.heart.reset()
        self.body.reset()
        answer = Answer()
        whole = TICK_S * self.heart.settings.rate_hz
        for start in range(0, len(frames), whole):
            ticks, motion = self.heart.push(frames[start : start + whole])
            self.body.take(motion)
            for tick in ticks:
                self._tell(answer, len(answer.scores), tick)
        return answer

    def _tell(self, answer: Answer, number: int, tick: Tick) -> None:
        quality = np.frombuffer(tick.scores, SCORES)["quality"][0]
        body = self.body.tick(int(np.bitwise_or.reduce(quality[2:5])) & ~_SATURATED)
        if tick.evidence:
            answer.features.append(tick.evidence)
        answer.scores.append(tick.scores + record(body))
        answer.events.extend(Event(*event) for event in tick.events)
        answer.events.extend(Event(number, code, value) for code, value in events(body, number))


def record(body: BodyTick) -> bytes:
    """A tick of the motion half as it goes over the link."""
    scores = [*body.scores.tolist(), *[0] * (8 - len(body.scores))]
    asleep = 0 if body.asleep is None else 4 + body.asleep[0] + 2 * body.asleep[1]
    flags = (body.label, body.best, body.valid, body.falls, asleep, body.counts is not None, body.changed, 0)
    counts = body.counts or (0, 0, 0)
    steps = round(256 * body.steps)
    return BODY.pack(body.belief, body.cadence_hz, body.regularity, steps, *scores, *map(int, flags), *counts)


def events(body: BodyTick, number: int) -> list[tuple[int, int]]:
    """Codes and values of a tick's events; which tick since the start it is."""
    found = [(ACTIVITY, body.label)] if body.changed else []
    if body.counts is not None:
        found.append((STEPS, int(body.steps)))
    if body.falls:
        found.append((FALL, body.falls))
    if body.asleep is not None:
        found.append((SLEEP, body.asleep[0] + 2 * body.asleep[1]))
    if night := body.night:
        ago = (number + 1) * TICK_S // 60 - night.onset
        found += [(ONSET, ago), (ASLEEP, night.asleep), (AWAKENINGS, night.awakenings)]
        # in single precision, as the firmware has it
        found.append((EFFICIENCY, int(np.float32(night.efficiency) * np.float32(1000) + np.float32(0.5))))
    return found


def body_of(rows: list[bytes]) -> np.ndarray:
    """The motion half of ticks' records, as a record array of `BODY_FIELDS`."""
    return np.frombuffer(b"".join(row[SCORES.itemsize :] for row in rows), BODY_FIELDS)


def has_activity(folder: Path) -> bool:
    """Whether a folder of models holds the activity network."""
    return (folder / "activity.tflite").is_file()
