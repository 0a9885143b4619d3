# SPDX-License-Identifier: MIT
"""The plot of docs/scaling.md: a panel for each thing that grows, measured dots on the line of the paper."""
import math

WIDTH, HEIGHT, GAP = 300, 230, 20
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 40, 44  # of a panel
COLORS = ["#0b62a8", "#b4500e"]
STYLE = ("<style>.frame{fill:#fff;stroke:#c3cad4}.grid{stroke:#e6eaf0}.title{font-weight:600;fill:#1b1f27;font-size:14px}"
         ".note{fill:#5a6472;font-size:11px}.paper{fill:none;stroke-width:1.4;stroke-dasharray:5 4}</style>")
PANELS = [  # title, part, figure, unit, name of the axis
    ("Threads, whole frame", "threads", "ms_per_image", "ms per frame", "threads"),
    ("Batch, detector", "batch", "ms_per_image", "ms per frame", "batch"),
    ("Faces in the picture", "faces", "ms_per_image", "ms per frame", "faces"),
    ("Resolution, whole frame", "resolution", "ms_per_image", "ms per frame", "megapixels"),
    ("Length, track", "length", "ms_per_image", "ms per frame", "frames"),
    ("Peak memory, track", "length", "peak_memory_mib", "MiB at the peak", "frames")]


def round_up(value):
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


def short(value):
    return f"{value / 1000:.2g}k" if value >= 10000 else f"{value:.0f}" if value >= 10 else f"{value:.2g}"


class Panel:
    def __init__(self, x, y, entries, figure):
        self.x, self.y = x, y
        positions = [math.log2(e["at"]) for e in entries]
        self.first, self.last = min(positions), max(positions)
        largest = max(max(e[figure], e["paper_ms"] if figure == "ms_per_image" else 0.0) for e in entries)
        step = round_up(largest / 4)
        self.marks = [i * step for i in range(math.ceil(largest / step) + 1)]

    def across(self, at):
        share = (math.log2(at) - self.first) / max(self.last - self.first, 1e-9)
        return self.x + LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24)

    def up(self, value):
        return self.y + HEIGHT - BOTTOM - value / self.marks[-1] * (HEIGHT - TOP - BOTTOM)


def draw(panel, title, unit, axis, figure, entries):
    x, y = panel.x, panel.y
    lines = [f'<rect class="frame" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
             f'<text class="title" x="{x + 12}" y="{y + 19}">{title}</text>',
             f'<text class="note" x="{x + 12}" y="{y + 33}">{unit}</text>',
             f'<text class="note" x="{x + WIDTH - RIGHT}" y="{y + HEIGHT - 10}" text-anchor="end">{axis}</text>']
    for mark in panel.marks:
        at = panel.up(mark)
        lines.append(f'<path class="grid" d="M{x + LEFT} {at:.1f}H{x + WIDTH - RIGHT}"/>')
        lines.append(f'<text class="note" x="{x + LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{mark:g}</text>')
    for at in sorted({e["at"] for e in entries}):
        lines.append(f'<text class="note" x="{panel.across(at):.1f}" y="{y + HEIGHT - 26}" text-anchor="middle">{short(at)}</text>')
    for index, what in enumerate(dict.fromkeys(e["what"] for e in entries)):
        color, own = COLORS[index % len(COLORS)], [e for e in entries if e["what"] == what]
        paper = own[0][figure] if figure != "ms_per_image" else None
        heights = [panel.up(e["paper_ms"] if paper is None else paper) for e in own]
        route = " L".join(f"{panel.across(e['at']):.1f} {height:.1f}" for e, height in zip(own, heights))
        lines.append(f'<path class="paper" stroke="{color}" d="M{route}"/>')
        lines += [f'<circle cx="{panel.across(e["at"]):.1f}" cy="{panel.up(e[figure]):.1f}" r="4" fill="{color}"><title>'
                  f'{e["value"]}: {e[figure]:.3f}</title></circle>' for e in own]
        if len({e["what"] for e in entries}) > 1:
            lines.append(f'<text x="{x + WIDTH - RIGHT}" y="{y + 19 + 14 * index}" text-anchor="end" font-size="11" fill="{color}">'
                         f'{what.split(", ")[-1].removeprefix("track ")}</text>')
    return lines


def plot(entries):
    """The SVG of what scaling.py measured; parts that are not there have no panel."""
    lines, count = [], 0
    for title, part, figure, unit, axis in PANELS:
        own = [e for e in entries if e["part"] == part]
        if not own:
            continue
        panel = Panel(GAP + count % 3 * (WIDTH + GAP), GAP + count // 3 * (HEIGHT + GAP), own, figure)
        lines += draw(panel, title, unit, axis, figure, own)
        count += 1
    width, height = GAP + min(count, 3) * (WIDTH + GAP), GAP + (count + 2) // 3 * (HEIGHT + GAP) + 18
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" role="img" '
            f'aria-label="time per frame against threads, batch, faces, resolution and length; memory against length">\n{STYLE}\n'
            f'<rect width="{width}" height="{height}" fill="#f4f6f9"/>\n' + "\n".join(lines)
            + f'\n<text class="note" x="{GAP}" y="{height - 14}">dots: measured; dashed: on paper</text>\n</svg>\n')
