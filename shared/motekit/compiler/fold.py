"""Finds what repeats among the strips of a chain, so that the generated code has a loop instead of a list."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .kernels import Array, Struct
from .plan import Plan, Step


@dataclass(frozen=True)
class Item:
    """Steps of the plan that are executed `count` times; each time every operand lies `strides` bytes further."""

    steps: tuple[int, ...]
    count: int = 1
    strides: tuple[tuple[int, ...], ...] = ()


def fold(plan: Plan) -> list[Item]:
    """The steps of a plan with loops where three or more strips in a row differ by nothing but addresses."""
    items: list[Item] = []
    position = 0
    while position < len(plan.steps):
        strips = _strips_from(plan, position)
        if not strips:
            items.append(Item((position,)))
            position += 1
            continue
        items += _loops(plan, strips)
        position = strips[-1][-1] + 1
    return items


def listed_steps(plan: Plan, items: list[Item]) -> list[Step]:
    """One step for each call in the code; a call in a loop counts its multiply-accumulates every time."""
    return [
        replace(plan.steps[i], kernel=replace(plan.steps[i].kernel, macs=plan.steps[i].kernel.macs * item.count))
        for item in items
        for i in item.steps
    ]


def _strips_from(plan: Plan, start: int) -> list[list[int]]:
    """Step numbers of each strip of the group that begins at a step, if one does."""
    group = plan.steps[start].group
    strips: dict[int, list[int]] = {}
    for i in range(start, len(plan.steps)):
        if group is None or plan.steps[i].group != group:
            break
        strips.setdefault(plan.steps[i].strip, []).append(i)
    return list(strips.values())


def _loops(plan: Plan, strips: list[list[int]]) -> list[Item]:
    looks = [[_look(plan, i) for i in strip] for strip in strips]
    places = [[_places(plan, i) for i in strip] for strip in strips]
    items: list[Item] = []
    at = 0
    while at < len(strips):
        end = at + 1
        strides = None
        while end < len(strips) and looks[end] == looks[at]:
            moved = tuple(
                tuple(b - a for a, b in zip(old, new, strict=True))
                for old, new in zip(places[end - 1], places[end], strict=True)
            )
            if strides not in (None, moved) or any(step < 0 for row in moved for step in row):
                break
            strides = moved
            end += 1
        if end - at >= 3 and strides is not None:
            items.append(Item(tuple(strips[at]), end - at, strides))
            at = end
        else:
            items += [Item((i,)) for i in strips[at]]
            at += 1
    return items


def _places(plan: Plan, step: int) -> tuple[int, ...]:
    kernel = plan.steps[step].kernel
    return tuple(plan.offset(number) for number in (*kernel.inputs, *kernel.outputs))


def _look(plan: Plan, step: int) -> Any:
    """Everything about a call but the addresses of its operands."""
    kernel = plan.steps[step].kernel
    scratch = plan.of_scratch[step].offset if kernel.scratch else -1
    return (kernel.function, _key(kernel.config), tuple(_key(extra) for extra in kernel.extra), scratch)


def _key(value: Any) -> Any:
    if isinstance(value, Array):
        return (value.ctype, value.align, np.ascontiguousarray(value.values).tobytes())
    if isinstance(value, Struct):
        return (value.ctype, _key(value.fields))
    if isinstance(value, dict):
        return tuple((name, _key(part)) for name, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(_key(part) for part in value)
    return value
