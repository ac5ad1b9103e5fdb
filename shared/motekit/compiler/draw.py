"""The memory plan as a table and as a picture."""

from html import escape

from .fold import Item
from .plan import Buffer, Plan

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 1000, 420, 70, 30, 120
_COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#9d755d", "#eeca3b")


def plan_text(plan: Plan, items: list[Item]) -> str:
    """The plan as text: one line a call of the code with what it reads, writes and needs besides, then the peak."""
    lines = [f"{'step':>4} {'operator':<22}{'output':>8}{'at':>8}{'input at':>10}{'scratch':>9}{'in use':>9}  kernel"]
    counts = {i: item.count for item in items for i in item.steps}
    for i, count in counts.items():
        step = plan.steps[i]
        result = plan.of_tensor.get(step.kernel.outputs[-1])
        sources = [plan.of_tensor[number] for number in step.kernel.inputs if number in plan.of_tensor]
        scratch = plan.of_scratch.get(i)
        where = ",".join(str(plan.offset(n)) for n in step.kernel.inputs if n in plan.of_tensor) or "-"
        shared = any(result is not None and _overlap(source, result) for source in sources)
        place = plan.offset(step.kernel.outputs[-1]) if result else 0
        notes = (" (over its input)" if shared else "") + (f" in {count} strips" if count > 1 else "")
        lines.append(
            f"{i:>4} {step.op[:21]:<22}{result.bytes if result else 0:>8}{place:>8}{where:>10}"
            f"{scratch.bytes if scratch else 0:>9}{_used(plan, i):>9}  {step.kernel.function}{notes}"
        )
    lines.append(f"arena {plan.arena_bytes} bytes, of them state {plan.state_bytes}")
    return "\n".join(lines) + "\n"


def _overlap(a: Buffer, b: Buffer) -> bool:
    return a.offset < b.offset + b.bytes and b.offset < a.offset + a.bytes


def _used(plan: Plan, step: int) -> int:
    """Bytes of the arena that hold something during a step, overlaps counted once."""
    spans = sorted((b.offset, b.offset + b.bytes) for b in plan.buffers if b.first <= step <= b.last)
    total, reached = 0, 0
    for low, high in spans:
        total += max(high - max(low, reached), 0)
        reached = max(reached, high)
    return total


def plan_svg(plan: Plan, title: str = "memory plan") -> str:
    """The plan as SVG: time from left to right, addresses upwards, one box a buffer; scratch is hatched."""
    steps = max(len(plan.steps), 1)
    plot_width, plot_height = _WIDTH - _LEFT - 20, _HEIGHT
    per_step, per_byte = plot_width / (steps + 2), plot_height / max(plan.arena_bytes, 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_TOP + _HEIGHT + _BOTTOM}" '
        'font-family="sans-serif" font-size="11">',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path d="M0 6L6 0" stroke="#888"/></pattern></defs>',
        f'<text x="{_LEFT}" y="18" font-size="14">{escape(title)}: {plan.arena_bytes:,} bytes</text>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{plot_width}" height="{plot_height}" fill="#f7f7f7" stroke="#999"/>',
    ]
    for share in range(5):
        size = plan.arena_bytes * share // 4
        y = _TOP + plot_height - size * per_byte
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{size:,}</text>')
    for i, buffer in enumerate(plan.buffers):
        first, last = max(buffer.first, -1), min(buffer.last, steps)
        x = _LEFT + (first + 1) * per_step
        width = max((last - first + 1) * per_step, 1.0)
        height = max(buffer.bytes * per_byte, 0.8)
        y = _TOP + plot_height - (buffer.offset + buffer.bytes) * per_byte
        fill = "url(#hatch)" if buffer.scratch else _COLOURS[i % len(_COLOURS)]
        label = f"{buffer.label}: {buffer.bytes:,} bytes at {buffer.offset:,}, steps {buffer.first} to {buffer.last}"
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
            f'fill-opacity="0.6" stroke="#333" stroke-width="0.5"><title>{escape(label)}</title></rect>'
        )
    for i, step in enumerate(plan.steps):
        x = _LEFT + (i + 1.5) * per_step
        y = _TOP + plot_height + 10
        parts.append(f'<text transform="translate({x:.1f},{y}) rotate(60)">{i} {escape(step.op.lower())}</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)
