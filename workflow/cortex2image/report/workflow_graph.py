"""The rules of a study as a drawing: which waits for which, in layers, as SVG."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape

from cortex2image.plots.style import PALETTE
from cortex2image.report.workflow_rules import RULES

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 148, 42, 14, 34, 10
"""Size of a box and space between boxes, in px."""
LEGEND, LEGEND_WIDTH = 40, 78
"""Height of the legend, and width of a phase in it, in px."""
PHASES = tuple(dict.fromkeys(rule.phase for rule in RULES.values()))
Edges = dict[str, set[str]]


def edges(rules: Collection[str]) -> Edges:
    """Return rule -> rules that it waits for, among `rules`; what follows from other edges is left out."""
    reached = {rule: _reached(rule, rules) for rule in rules}
    return {
        rule: {
            before
            for before in others
            if not any(before in reached[between] for between in others - {before})
        }
        for rule, others in reached.items()
    }


def _reached(rule: str, rules: Collection[str]) -> set[str]:
    """Return all of `rules` that a rule waits for, directly or by way of others of them."""
    found: set[str] = set()
    waiting = list(RULES[rule].after)
    while waiting:
        before = waiting.pop()
        if before in rules and before not in found:
            found.add(before)
            waiting += RULES[before].after
    return found


def layers(direct: Edges) -> list[list[str]]:
    """Return the rules in layers: each lies one layer below the lowest rule that it waits for.

    Within a layer, rules lie near the middle of those that they wait for.
    """
    depth: dict[str, int] = {}

    def depth_of(rule: str) -> int:
        if rule not in depth:
            depth[rule] = 1 + max(map(depth_of, direct[rule]), default=-1)
        return depth[rule]

    order = {rule: place for place, rule in enumerate(RULES)}
    levels = itertools.groupby(sorted(direct, key=lambda r: (depth_of(r), order[r])), key=depth_of)
    placed: dict[str, float] = {}
    rows = []
    for _, members in levels:
        row = sorted(members, key=lambda rule: _middle([placed[r] for r in direct[rule]]))
        placed |= {rule: place - (len(row) - 1) / 2 for place, rule in enumerate(row)}
        rows.append(row)
    return rows


def _middle(places: Sequence[float]) -> float:
    return sum(places) / len(places) if places else 0.0


def draw(rules: Iterable[str], notes: Mapping[str, str]) -> bytes:
    """Return the drawing of some rules as SVG.

    Parameters
    ----------
    rules : names among :data:`RULES`
    notes : rule -> second line of its box
    """
    direct = edges(list(rules))
    rows = layers(direct)
    across = max(map(len, rows), default=0) * (WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    down = LEGEND + len(rows) * (HEIGHT + GAP_Y) - GAP_Y + MARGIN
    places = {
        rule: (_left(place, len(row), across), LEGEND + level * (HEIGHT + GAP_Y))
        for level, row in enumerate(rows)
        for place, rule in enumerate(row)
    }
    lines = [_line(places[before], places[rule]) for rule in direct for before in sorted(direct[rule])]
    boxes = [_box(rule, notes.get(rule, ""), *place) for rule, place in places.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}" width="{across}" '
        f'height="{down}" font-family="sans-serif">'
    )
    phases = [phase for phase in PHASES if any(RULES[rule].phase == phase for rule in direct)]
    legend = [_legend(phase, MARGIN + place * LEGEND_WIDTH) for place, phase in enumerate(phases)]
    return "\n".join([head, *legend, *lines, *boxes, "</svg>\n"]).encode()


def _colour(phase: str) -> str:
    return PALETTE[PHASES.index(phase) % len(PALETTE)]


def _legend(phase: str, x: int) -> str:
    return (
        f'<rect x="{x}" y="{MARGIN}" width="10" height="10" fill="{_colour(phase)}"/>'
        f'<text x="{x + 15}" y="{MARGIN + 9}" font-size="11" fill="#565c62">{escape(phase)}</text>'
    )


def _left(place: int, count: int, across: int) -> float:
    return across / 2 + (place - count / 2) * (WIDTH + GAP_X) + GAP_X / 2


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x0, y0 = start[0] + WIDTH / 2, start[1] + HEIGHT
    x1, y1 = end[0] + WIDTH / 2, end[1]
    bend = min(y1 - y0, 60) / 2
    path = f"M{x0:.1f} {y0:.1f}C{x0:.1f} {y0 + bend:.1f} {x1:.1f} {y1 - bend:.1f} {x1:.1f} {y1:.1f}"
    return f'<path d="{path}" fill="none" stroke="#9aa0a6" stroke-width="1"/>'


def _box(rule: str, note: str, x: float, y: float) -> str:
    words, box = escape(rule.replace("_", " ")), f'<rect x="{x:.1f}" y="{y}" height="{HEIGHT}"'
    return (
        f"<g><title>{escape(RULES[rule].makes)}</title>"
        f'{box} width="{WIDTH}" rx="5" fill="#ffffff" stroke="#c4c8c4"/>'
        f'{box} width="5" rx="2" fill="{_colour(RULES[rule].phase)}"/>'
        f'<text x="{x + 12:.1f}" y="{y + 17}" font-size="12" fill="#1d1f21">{words}</text>'
        f'<text x="{x + 12:.1f}" y="{y + 33}" font-size="10.5" fill="#565c62">{escape(note)}</text></g>'
    )
