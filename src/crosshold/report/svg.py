"""A scene as SVG: the lawyer's chart. Owners above, lines down, the share beside the line, style never without words.

The picture is self-contained: no script, no font, no address. Light and dark come from CSS variables, so that a page may set them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crosshold.report.geometry import Box, Placement, Wire
from crosshold.report.lettering import em, wrap
from crosshold.report.placement import (
    LABEL_LEADING,
    LABEL_SIZE,
    MARGIN,
    NAME_LEADING,
    NAME_SIZE,
    SMALL_LEADING,
    SMALL_SIZE,
    STRIP,
    place,
)
from crosshold.report.scene import Edge, Node, Scene

FONT = "'Helvetica Neue',Arial,'Noto Sans','Hiragino Sans','Noto Sans CJK JP','Yu Gothic',Meiryo,sans-serif"
LIGHT = {
    "paper": "#ffffff", "ink": "#16212c", "soft": "#51606e", "line": "#3b4d5f", "box": "#f3f6f9", "rim": "#27405c",
    "lost": "#a63a00", "new": "#0a5fb8", "faint": "#d5dde5",
}  # fmt: skip
DARK = {
    "paper": "#12181e", "ink": "#e9eef3", "soft": "#a5b3c0", "line": "#9db0c3", "box": "#1c262f", "rim": "#8fa9c4",
    "lost": "#ff9a5c", "new": "#6db3ff", "faint": "#33414d",
}  # fmt: skip


def variables(palette: dict[str, str]) -> str:
    """A palette as CSS variables."""
    return "".join(f"--ch-{name}:{value};" for name, value in palette.items())


STYLE = (
    f".ch{{{variables(LIGHT)}font-family:{FONT};background:var(--ch-paper)}}"
    f"@media(prefers-color-scheme:dark){{.ch{{{variables(DARK)}}}}}"
    f"@media print{{.ch{{{variables(LIGHT)}}}}}"
    ".ch text{fill:var(--ch-ink)}.ch .soft{fill:var(--ch-soft)}.ch .name{font-weight:600}.ch .lost{fill:var(--ch-lost)}"
    ".ch .new{fill:var(--ch-new);font-weight:600}.ch .box{fill:var(--ch-box);stroke:var(--ch-rim);stroke-width:1.4}"
    ".ch .strip{fill:var(--ch-faint)}.ch .line{fill:none;stroke:var(--ch-line);stroke-linejoin:round}"
    ".ch .line.no_votes,.ch .line.some_votes{stroke:var(--ch-lost);stroke-dasharray:7 5}"
    ".ch .line.capped{stroke-dasharray:10 4 2 4}.ch .line.changed{stroke:var(--ch-new)}"
    ".ch .line.control{stroke-dasharray:none}.ch .core{fill:none;stroke:var(--ch-paper);stroke-linejoin:round}"
    ".ch .tip{fill:var(--ch-line)}.ch .tip.no_votes,.ch .tip.some_votes{fill:var(--ch-lost)}.ch .tip.changed{fill:var(--ch-new)}"
    ".ch .halo{paint-order:stroke;stroke:var(--ch-paper);stroke-width:3px;stroke-linejoin:round}"
)


def svg(scene: Scene, *, legend: bool = True, placement: Placement | None = None) -> str:
    """The picture of a scene as one SVG element. ``legend`` puts title, legend and notes into it; a page may say them itself."""
    where = placement or place(scene)
    head = 34.0 if legend and scene.title else 0.0
    # A narrow drawing is widened so that title and legend have room; the drawing then stands in the middle.
    width = max(where.width, 520.0) if legend else where.width
    title = wrap(scene.title, (width - 2 * MARGIN) / 17.0, 2) if head else ()
    head = 22.0 * len(title) + 14.0 if title else 0.0
    foot = _foot(scene, width) if legend else []
    height = head + where.height + (len(foot) * SMALL_LEADING + 14.0 if foot else 0.0)
    key = scene.hash[:10]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ch" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="graphics-document" aria-labelledby="t{key} d{key}">',
        f'<title id="t{key}">{escape(scene.title)}</title><desc id="d{key}">{escape(scene.description)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{_n(width)}" height="{_n(height)}" style="fill:var(--ch-paper)"/>',
    ]
    parts += [_text(MARGIN, 28.0 + 22.0 * n, line, 17.0, "name") for n, line in enumerate(title)]
    parts.append(f'<g transform="translate({_n((width - where.width) / 2)} {_n(head)})">')
    drawn = [edge for edge in scene.edges if edge.id in where.wires]
    parts += [_line(edge, where.wires[edge.id]) for edge in drawn]
    parts += [_box(node, where.boxes[node.id]) for node in scene.nodes]
    parts += [_label(edge, where.wires[edge.id]) for edge in drawn]
    parts.append("</g>")
    top = head + where.height + 12.0
    parts += [_text(MARGIN, top + n * SMALL_LEADING, line, SMALL_SIZE, "soft") for n, line in enumerate(foot)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _foot(scene: Scene, width: float) -> list[str]:
    room = (width - 2 * MARGIN) / SMALL_SIZE
    rows: list[str] = []
    for sentence in scene.reading:
        rows += wrap(sentence, room, 6)
    return rows


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, text: str, size: float, style: str = "", anchor: str = "start") -> str:
    words = f' class="{style}"' if style else ""
    middle = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{words}{middle}>{escape(text)}</text>'


def _line(edge: Edge, wire: Wire) -> str:
    style = f"{edge.status}{' changed' if edge.changed else ''}"
    (x1, y1), (x2, y2) = wire.points[-2:]
    back = _toward((x2, y2), (x1, y1), 6.0)
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in (*wire.points[:-1], back))
    width = max(edge.width, 2.2) if edge.changed else edge.width
    parts = [f"<g><title>{escape(edge.accessible_name)}</title>"]
    if edge.control:
        outer = max(width + 2.5, 6.0)
        parts.append(f'<path class="line control {style}" stroke-width="{_n(outer)}" d="{path}"/>')
        parts.append(f'<path class="core" stroke-width="{_n(outer - 4.0)}" d="{path}"/>')
    else:
        parts.append(f'<path class="line {style}" stroke-width="{_n(width)}" d="{path}"/>')
    return "".join([*parts, _tip((x2, y2), (x1, y1), style, 4.0 + width * 0.6), "</g>"])


def _toward(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = abs(dx) + abs(dy) or 1.0
    return start[0] + dx / length * by, start[1] + dy / length * by


def _tip(at: tuple[float, float], before: tuple[float, float], style: str, half: float) -> str:
    base = _toward(at, before, 9.0)
    across = (half, 0.0) if abs(before[0] - at[0]) < abs(before[1] - at[1]) else (0.0, half)
    corners = (at, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1]))
    return f'<path class="tip {style}" d="M{"L".join(f"{_n(x)} {_n(y)}" for x, y in corners)}Z"/>'


def _label(edge: Edge, wire: Wire) -> str:
    rows = []
    for n, line in enumerate(edge.lines):
        style = "new" if n in edge.fresh else "lost" if edge.status in ("no_votes", "some_votes") and n == 1 else ""
        bold = style or ("name" if n == 0 else "soft")
        rows.append(_text(wire.label.x, wire.label.y + 11.0 + n * LABEL_LEADING, line, LABEL_SIZE, f"halo {bold}"))
    return "".join(rows)


def _box(node: Node, box: Box) -> str:
    parts = [f"<g><title>{escape(node.accessible_name)}</title>", _outline(node, box)]
    if node.own:
        top = box.y + box.h - STRIP
        parts.append(f'<rect class="strip" x="{_n(box.x + 1)}" y="{_n(top)}" width="{_n(box.w - 2)}" height="{_n(STRIP - 1)}"/>')
        parts.append(_text(box.x + box.w / 2, top + 14.0, node.own, SMALL_SIZE, "soft", "middle"))
    lines: Sequence[str] = node.lines
    tall = len(lines) * NAME_LEADING + (SMALL_LEADING if node.jurisdiction else 0.0)
    y = box.y + (box.h - (STRIP if node.own else 0.0) - tall) / 2 + 13.5
    for n, line in enumerate(lines):
        parts.append(_text(box.x + box.w / 2, y + n * NAME_LEADING, line, NAME_SIZE, "name", "middle"))
    if node.jurisdiction:
        below = y + len(lines) * NAME_LEADING - 1.5
        parts.append(_text(box.x + box.w / 2, below, node.jurisdiction, SMALL_SIZE, "soft", "middle"))
    return "".join([*parts, "</g>"])


def _outline(node: Node, box: Box) -> str:
    x, y, w, h = box.x, box.y, box.w, box.h
    if node.shape == "oval":
        return f'<ellipse class="box" cx="{_n(x + w / 2)}" cy="{_n(y + h / 2)}" rx="{_n(w / 2)}" ry="{_n(h / 2)}"/>'
    if node.shape == "state":
        cut = min(0.12 * w, 18.0)
        corners = ((x + cut, y), (x + w - cut, y), (x + w, y + h / 2), (x + w - cut, y + h), (x + cut, y + h), (x, y + h / 2))
        return f'<path class="box" d="M{"L".join(f"{_n(a)} {_n(b)}" for a, b in corners)}Z"/>'
    if node.shape == "trust":
        point = ((x, y), (x + w, y), (x + w, y + h - 9), (x + w / 2, y + h), (x, y + h - 9))
        return f'<path class="box" d="M{"L".join(f"{_n(a)} {_n(b)}" for a, b in point)}Z"/>'
    radius = f' rx="{_n(min(h / 2.5, 14.0))}"' if node.shape == "limited" else ""
    return f'<rect class="box" x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"{radius}/>'


def label_boxes(scene: Scene, where: Placement) -> dict[str, Box]:
    """The room each label really takes, for tests of geometry."""
    return {
        edge.id: Box(
            where.wires[edge.id].label.x, where.wires[edge.id].label.y, max(map(em, edge.lines), default=0.0) * LABEL_SIZE,
            len(edge.lines) * LABEL_LEADING,
        )
        for edge in scene.edges if edge.id in where.wires
    }  # fmt: skip
