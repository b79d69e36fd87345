"""The balance map as a picture: coloured and hatched regions with their words, legal lines, today, and the ways of plans."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from fractions import Fraction
from html import escape

from crosshold.report.balance_map import BalanceMap, Cell, Line, Region, words
from crosshold.report.figures import fixed, percent
from crosshold.report.geometry import Box
from crosshold.report.lettering import cut, em, short, wrap
from crosshold.report.svg import DARK, FONT, LIGHT, variables

SCALE = 8.6  # units per point of stake
LEFT, FOOT, RIGHT, PAD = 62.0, 58.0, 176.0, 16.0
SIZE, LEADING, SMALL = 12.0, 15.0, 11.0
FILL = {
    "both": ("#cfe8dc", "#1e4a3a"), "first": ("#d3e3f5", "#1f3d5e"), "second": ("#fbe3c4", "#5a4018"),
    "neither": ("#dde0e4", "#363d45"), "open": ("#e9dcf3", "#463058"), "unknown": ("#f4f4f4", "#2a2a2a"),
}  # fmt: skip
HATCH = {"neither": "M0 8L8 0", "open": "M0 0L8 8M0 8L8 0", "unknown": "M0 4L8 4"}
STYLE = (
    f".bm{{{variables(LIGHT)}{''.join(f'--bm-{name}:{light};' for name, (light, _) in FILL.items())}font-family:{FONT}}}"
    f"@media(prefers-color-scheme:dark){{.bm{{{variables(DARK)}{''.join(f'--bm-{n}:{dark};' for n, (_, dark) in FILL.items())}}}}}"
    f"@media print{{.bm{{{variables(LIGHT)}{''.join(f'--bm-{name}:{light};' for name, (light, _) in FILL.items())}}}}}"
    ".bm text{fill:var(--ch-ink)}.bm .soft{fill:var(--ch-soft)}.bm .name{font-weight:600}.bm .grid{stroke:var(--ch-paper);opacity:.55}"
    ".bm .law{stroke:var(--ch-ink);stroke-width:1.6;stroke-dasharray:6 4;fill:none}"
    ".bm .lead{stroke:var(--ch-soft);stroke-width:.8;fill:none}.bm .frame{fill:none;stroke:var(--ch-rim);stroke-width:1.4}"
    ".bm .way{fill:none;stroke:var(--ch-new);stroke-width:2.6;stroke-linejoin:round}"
    ".bm .dot{fill:var(--ch-paper);stroke:var(--ch-new);stroke-width:2.6}.bm .today{fill:var(--ch-ink)}"
    ".bm .halo{paint-order:stroke;stroke:var(--ch-paper);stroke-width:4px;stroke-linejoin:round}"
    ".bm .new{fill:var(--ch-new);font-weight:600}"
    ".bm .hatch{stroke:var(--ch-soft);stroke-width:.7;opacity:.55;fill:none}"
)


class _Canvas:
    """Where things are, and which rectangles are taken by words and marks."""

    def __init__(self, chart: BalanceMap, top: float) -> None:
        self.chart, self.top = chart, top
        self.wide, self.high = (float(w) * 100 * SCALE for w in chart.window)
        self.taken: list[Box] = []
        self.labels: list[Box] = []

    def x(self, share: Fraction) -> float:
        return LEFT + float(share) * 100 * SCALE

    def y(self, share: Fraction) -> float:
        return self.top + self.high - float(share) * 100 * SCALE

    def text(self, x: float, y: float, line: str, size: float, style: str = "", anchor: str = "start") -> str:
        """A line of text; its rectangle counts as taken."""
        width = em(line) * size
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        box = Box(left, y - size * 0.85, width, size * 1.15)
        self.taken.append(box)
        self.labels.append(box)
        ends = "" if anchor == "start" else f' text-anchor="{anchor}"'
        kind = f' class="{style}"' if style else ""
        return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{kind}{ends}>{escape(line)}</text>'

    def free(self, box: Box) -> bool:
        """Whether nothing is there yet."""
        return not any(box.meets(other) for other in self.taken)


def balance_svg(chart: BalanceMap) -> str:
    """The map as one self-contained SVG element with a title and a description for screen readers."""
    picture, _ = draw(chart)
    return picture


def draw(chart: BalanceMap) -> tuple[str, tuple[Box, list[Box]]]:
    """The picture, and for tests of geometry the view box and the rectangles of all words."""
    names = (short(chart.names[0]), short(chart.names[1]))
    across, rows = _label_rows([line for line in chart.lines if line.axis == "x"])
    canvas = _Canvas(chart, PAD + rows * LEADING + 8.0)
    width, height = LEFT + canvas.wide + RIGHT, canvas.top + canvas.high + FOOT
    key = hashlib.sha256(repr(chart).encode()).hexdigest()[:10]
    title = f"Balance map of {names[0]} and {names[1]}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bm" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="graphics-document" aria-labelledby="t{key} d{key}">',
        f'<title id="t{key}">{escape(title)}</title><desc id="d{key}">{escape(describe(chart))}</desc><style>{STYLE}</style>',
        _patterns(key),
        f'<rect width="{_n(width)}" height="{_n(height)}" style="fill:var(--ch-paper)"/>',
    ]
    parts += [_cell(canvas, cell, key) for cell in chart.cells]
    parts += _axes(canvas, names)
    parts += [_law(canvas, line) for line in chart.lines]
    parts += _names_across(canvas, across)
    parts += _names_down(canvas, [line for line in chart.lines if line.axis == "y"])
    parts += _ways(canvas)
    parts += _region_names(canvas, names)
    frame = f'<rect class="frame" x="{_n(LEFT)}" y="{_n(canvas.top)}" width="{_n(canvas.wide)}" height="{_n(canvas.high)}"/>'
    return "\n".join([*parts, frame, "</svg>"]) + "\n", (Box(0, 0, width, height), canvas.labels)


def describe(chart: BalanceMap) -> str:
    """The map in sentences, for readers who do not see it."""
    names = (short(chart.names[0]), short(chart.names[1]))
    x, y = chart.today
    here = chart.region(x, y)
    said = [
        f"Across: the stake of {names[1]}'s group in {names[0]}. Up: the stake of {names[0]}'s group in {names[1]}.",
        f"Today {percent(x)} and {percent(y)}: {words(here.voters, names)}.",
    ]
    said += [f"Line at {percent(line.at)} ({line.label}): {line.effect}." for line in chart.lines]
    said += [f"{way.name} ends at {percent(way.points[-1][0])} and {percent(way.points[-1][1])}." for way in chart.ways]
    return " ".join(said)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _patterns(key: str) -> str:
    kinds = "".join(
        f'<pattern id="{name}{key}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="{d}"/></pattern>'
        for name, d in HATCH.items()
    )
    return f"<defs>{kinds}</defs>"


def _cell(canvas: _Canvas, cell: Cell, key: str) -> str:
    x, y = canvas.x(cell.x[0]), canvas.y(cell.y[1])
    where = f'x="{_n(x)}" y="{_n(y)}" width="{_n(canvas.x(cell.x[1]) - x)}" height="{_n(canvas.y(cell.y[0]) - y)}"'
    kind = cell.region.voters
    plain = f'<rect {where} style="fill:var(--bm-{kind})"/>'
    return plain + (f'<rect {where} fill="url(#{kind}{key})"/>' if kind in HATCH else "")


def _axes(canvas: _Canvas, names: tuple[str, str]) -> list[str]:
    chart, parts = canvas.chart, []
    foot = canvas.top + canvas.high
    for n in range(0, int(chart.window[0] * 100) + 1, 10):
        x = canvas.x(Fraction(n, 100))
        parts.append(f'<path class="grid" d="M{_n(x)} {_n(canvas.top)}V{_n(foot)}"/>')
        parts.append(canvas.text(x, foot + 19, f"{n} %", SMALL, "soft", "middle"))
    for n in range(0, int(chart.window[1] * 100) + 1, 10):
        y = canvas.y(Fraction(n, 100))
        parts.append(f'<path class="grid" d="M{_n(LEFT)} {_n(y)}H{_n(LEFT + canvas.wide)}"/>')
        parts.append(canvas.text(LEFT - 8, y + 4, f"{n} %", SMALL, "soft", "end"))
    room = canvas.wide / SIZE
    across = cut(f"stake of {names[1]}'s group in {names[0]}, of shares issued →", room)
    up = cut(f"stake of {names[0]}'s group in {names[1]}, of shares issued →", canvas.high / SIZE)
    parts.append(canvas.text(LEFT + canvas.wide / 2, foot + 43, across, SIZE, "", "middle"))
    middle = canvas.top + canvas.high / 2
    parts.append(
        f'<text transform="translate(18 {_n(middle)}) rotate(-90)" font-size="{_n(SIZE)}" text-anchor="middle">{escape(up)}</text>'
    )
    return parts


def _law(canvas: _Canvas, line: Line) -> str:
    title = f"<title>{escape(f'{percent(line.at)}: {line.label}: {line.effect}')}</title>"
    if line.axis == "x":
        x = canvas.x(line.at)
        canvas.taken.append(Box(x - 2, canvas.top, 4, canvas.high))
        return f'<path class="law" d="M{_n(x)} {_n(canvas.y(line.span[0]))}V{_n(canvas.y(line.span[1]))}">{title}</path>'
    y = canvas.y(line.at)
    canvas.taken.append(Box(LEFT, y - 2, canvas.wide, 4))
    return f'<path class="law" d="M{_n(canvas.x(line.span[0]))} {_n(y)}H{_n(canvas.x(line.span[1]))}">{title}</path>'


def _name(line: Line) -> str:
    return f"{fixed(line.at * 100, 1)} %  {line.label}"


def _label_rows(lines: Sequence[Line]) -> tuple[list[tuple[Line, int]], int]:
    """Labels of upright lines, each in the lowest row above the map in which it has room; written to the right of its line."""
    ends: list[float] = []
    placed: list[tuple[Line, int]] = []
    for line in sorted(lines, key=lambda line: -line.at):
        start = LEFT + float(line.at) * 100 * SCALE
        # from right to left: a label may only reach as far as the leaders of the labels above it allow
        row = next((n for n, limit in enumerate(ends) if start + 4 + em(_name(line)) * SMALL < limit), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends = [min(end, start - 6) if n >= 0 else end for n, end in enumerate(ends[: row + 1])] + ends[row + 1 :]
        ends[row] = start - 6
        placed.append((line, row))
    return placed, len(ends)


def _names_across(canvas: _Canvas, placed: Sequence[tuple[Line, int]]) -> list[str]:
    parts = []
    for line, row in placed:
        x, y = canvas.x(line.at), canvas.top - 8 - row * LEADING
        parts.append(f'<path class="lead" d="M{_n(x)} {_n(y - 9)}V{_n(canvas.y(line.span[1]))}"/>')
        room = (LEFT + canvas.wide + RIGHT - PAD - x) / SMALL
        parts.append(canvas.text(x + 4, y, cut(_name(line), room), SMALL))
    return parts


def _names_down(canvas: _Canvas, lines: Sequence[Line]) -> list[str]:
    """Labels of level lines to the right of the map, pushed apart where lines lie close."""
    parts, floor = [], canvas.top - 4.0
    start = LEFT + canvas.wide
    for line in sorted(lines, key=lambda line: -line.at):
        rows = wrap(_name(line), (RIGHT - PAD - 16) / SMALL, 3)
        at = canvas.y(line.at)
        y = max(at + 4.0, floor + 13.0)
        parts.append(f'<path class="lead" d="M{_n(canvas.x(line.span[1]))} {_n(at)}H{_n(start)}L{_n(start + 12)} {_n(y - 4)}"/>')
        for n, row in enumerate(rows):
            parts.append(canvas.text(start + 16, y + n * 13.0, row, SMALL))
        floor = y + (len(rows) - 1) * 13.0 + 2.0
    return parts


def _ways(canvas: _Canvas) -> list[str]:
    """Today and the ways of the plans. All marks are put down before any word, so that words keep off them."""
    chart = canvas.chart
    lines, dots = [], []
    for way in chart.ways:
        corners = [(canvas.x(x), canvas.y(y)) for x, y in way.points]
        for (x1, y1), (x2, y2) in itertools.pairwise(corners):
            canvas.taken.append(Box(min(x1, x2) - 3, min(y1, y2) - 3, abs(x2 - x1) + 6, abs(y2 - y1) + 6))
        lines.append(
            f'<path class="way" d="M{"L".join(f"{_n(x)} {_n(y)}" for x, y in corners)}"><title>{escape(way.name)}</title></path>'
        )
        dots += [f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="4.5"/>' for x, y in corners[1:]]
    x, y = canvas.x(chart.today[0]), canvas.y(chart.today[1])
    canvas.taken.append(Box(x - 8, y - 8, 16, 16))
    dots.append(f'<circle class="today" cx="{_n(x)}" cy="{_n(y)}" r="6.5"/>')
    exact = "/".join(fixed(part * 100, 1) for part in reversed(chart.today))
    said = [_beside(canvas, (x, y), f"today {exact}", "name") or _beside(canvas, (x, y), "today", "name")]
    for way in chart.ways:
        end = way.points[-1]
        said.append(_beside(canvas, (canvas.x(end[0]), canvas.y(end[1])), way.name, "new"))
    return [*lines, *dots, *said]


def _beside(canvas: _Canvas, at: tuple[float, float], text: str, style: str) -> str:
    """A word beside a mark: right, left, above or below, the first place that is free and inside the map."""
    width = em(text) * SIZE
    inside = Box(LEFT, canvas.top, canvas.wide, canvas.high)
    for dx, dy in (
        (12, 4),
        (-12 - width, 4),
        (12, -10),
        (-12 - width, -10),
        (12, 18),
        (-12 - width, 18),
        (-width / 2, -14),
        (-width / 2, 24),
    ):
        box = Box(at[0] + dx, at[1] + dy - SIZE * 0.85, width, SIZE * 1.15)
        if box.within(inside) and canvas.free(box):
            return canvas.text(box.x, at[1] + dy, text, SIZE, f"halo {style}")
    return ""


def _region_names(canvas: _Canvas, names: tuple[str, str]) -> list[str]:
    parts = []
    for region in dict.fromkeys(cell.region for cell in canvas.chart.cells):
        for box in _rectangles(canvas, region):
            spoken = words(region.voters, names)
            lines = list(wrap(spoken[0].upper() + spoken[1:], (box.w - 14) / SIZE, 3))
            extra = [row for control in region.controls for row in wrap(control, (box.w - 14) / SMALL, 3)]
            shown = _spot(canvas, box, lines, extra) or _spot(canvas, box, lines, [])
            shown = shown or _spot(canvas, box, list(wrap(" ".join(lines), em(" ".join(lines)) * 0.62, 3)), [])
            if shown:
                parts += shown
                break
    return parts


def _spot(canvas: _Canvas, box: Box, lines: list[str], extra: list[str]) -> list[str]:
    """The free place nearest to the middle of a rectangle for some centred lines; nothing when there is none."""
    width = max([em(line) * SIZE for line in lines] + [em(line) * SMALL for line in extra]) + 4
    height = (len(lines) + len(extra)) * LEADING
    steps = [n / 20 for n in range(21)]
    places = sorted((abs(u - 0.5) + abs(v - 0.5), u, v) for u in steps for v in steps)
    for _, u, v in places:
        x, y = box.x + 5 + u * (box.w - 10 - width), box.y + 5 + v * (box.h - 10 - height)
        spot = Box(x, y, width, height)
        if spot.within(box) and canvas.free(spot):
            middle, parts = x + width / 2, []
            for n, line in enumerate(lines):
                parts.append(canvas.text(middle, y + 11 + n * LEADING, line, SIZE, "name", "middle"))
            for n, line in enumerate(extra, len(lines)):
                parts.append(canvas.text(middle, y + 11 + n * LEADING, line, SMALL, "soft", "middle"))
            return parts
    return []


def _rectangles(canvas: _Canvas, region: Region) -> list[Box]:
    """Rectangles of cells of one region, the largest first."""
    xs = sorted({rim for cell in canvas.chart.cells for rim in cell.x})
    ys = sorted({rim for cell in canvas.chart.cells for rim in cell.y})
    inside = {(cell.x[0], cell.y[0]) for cell in canvas.chart.cells if cell.region == region}
    found = []
    for a in range(len(xs) - 1):
        for b in range(len(ys) - 1):
            right = len(xs) - 1
            for d in range(b, len(ys) - 1):
                if (xs[a], ys[d]) not in inside:
                    break
                right = next((n for n in range(a, right) if (xs[n], ys[d]) not in inside), right)
                x, y = canvas.x(xs[a]), canvas.y(ys[d + 1])
                found.append(Box(x, y, canvas.x(xs[right]) - x, canvas.y(ys[b]) - y))
    return sorted(found, key=lambda box: -box.w * box.h)
