"""Small plots drawn by the server: a course of steps, and bars by day. Each has its words beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

WIDTH, HEIGHT = 600.0, 96.0
TOP = 8.0


class Course(Struct, frozen=True):
    """A line of steps from value to value. `path` is SVG's; `levels` are the values from top to bottom with their
    heights; `rows` the same in words."""

    path: str
    levels: tuple[tuple[str, float], ...]
    rows: tuple[tuple[datetime, str], ...]


class Bar(Struct, frozen=True):
    x: float
    width: float
    sent_y: float
    sent_height: float
    failed_y: float
    failed_height: float
    day: datetime
    sent: int
    failed: int


def course(
    changes: Sequence[tuple[datetime, str]], order: Sequence[str], start: datetime, end: datetime
) -> Course | None:
    """`order` names the values from best to worst; what it does not name stands below. None: nothing is known."""
    if not changes:
        return None
    start = max(start, changes[0][0])  # what is young fills the width, too
    values = [value for value in order if any(value == told for _, told in changes)]
    values += sorted({told for _, told in changes if told not in order})
    gap = (HEIGHT - 2 * TOP) / max(1, len(values) - 1)
    heights = {value: TOP + place * gap if len(values) > 1 else HEIGHT / 2 for place, value in enumerate(values)}
    span = max(1.0, (end - start).total_seconds())
    parts: list[str] = []
    for at, value in changes:
        x = WIDTH * min(1.0, max(0.0, (at - start).total_seconds() / span))
        parts.append(f"H{x:.1f}V{heights[value]:.1f}" if parts else f"M{x:.1f} {heights[value]:.1f}")
    return Course("".join([*parts, f"H{WIDTH:.0f}"]), tuple(heights.items()), tuple(changes))


def bars(days: Sequence[tuple[datetime, int, int]], start: datetime, count: int) -> list[Bar]:
    """(day, sent, failed) for `count` days from `start`; failures stand on what was sent."""
    most = max((sent + failed for _, sent, failed in days), default=0)
    if not most:
        return []
    told = {day.date(): (sent, failed) for day, sent, failed in days}
    slot, room = WIDTH / count, HEIGHT - TOP
    drawn = []
    for place in range(count):
        day = start + timedelta(days=place)
        sent, failed = told.get(day.date(), (0, 0))
        sent_height, failed_height = room * sent / most, room * failed / most
        drawn.append(
            Bar(
                x=place * slot + slot * 0.15,
                width=slot * 0.7,
                sent_y=HEIGHT - sent_height,
                sent_height=sent_height,
                failed_y=HEIGHT - sent_height - failed_height,
                failed_height=failed_height,
                day=day,
                sent=sent,
                failed=failed,
            )
        )
    return drawn
