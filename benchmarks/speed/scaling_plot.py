# SPDX-License-Identifier: MIT
"""The plot of docs/scaling.md: a panel for each thing that grows, measured dots on the line of the paper."""
import matplotlib.pyplot as plt

PANELS = [  # title, part, figure, unit, name of the axis
    ("Threads, whole frame", "threads", "ms_per_image", "ms per frame", "threads"),
    ("Batch, detector", "batch", "ms_per_image", "ms per frame", "batch"),
    ("Faces in the picture", "faces", "ms_per_image", "ms per frame", "faces"),
    ("Resolution, whole frame", "resolution", "ms_per_image", "ms per frame", "megapixels"),
    ("Length, track", "length", "ms_per_image", "ms per frame", "frames"),
    ("Peak memory, track", "length", "peak_memory_mib", "MiB at the peak", "frames")]


def plot(path, entries):
    """Writes the SVG of what scaling.py measured; parts that are not there have no panel."""
    # Text stays text, and the same figures give the same bytes.
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "eyelid", "font.family": "sans-serif", "font.size": 9})
    panels = [panel for panel in PANELS if any(e["part"] == panel[1] for e in entries)]
    rows = -(-len(panels) // 3)
    figure, places = plt.subplots(rows, min(len(panels), 3), figsize=(9.8, 2.6 * rows), squeeze=False, layout="constrained")
    for place in places.flat[len(panels):]:
        place.remove()
    for place, (title, part, name, unit, axis) in zip(places.flat, panels):
        own = [e for e in entries if e["part"] == part]
        kinds = list(dict.fromkeys(e["what"] for e in own))
        for kind in kinds:
            points = [e for e in own if e["what"] == kind]
            at = [e["at"] for e in points]
            (dots,) = place.plot(at, [e[name] for e in points], "o", label=kind.split(", ")[-1].removeprefix("track "))
            # Constant memory is what the paper says.
            paper = [e["paper_ms"] if name == "ms_per_image" else points[0][name] for e in points]
            place.plot(at, paper, "--", color=dots.get_color())
        place.set_title(title, loc="left", weight="bold")
        place.set(xlabel=axis, ylabel=unit, ylim=(0, 1.1 * place.dataLim.y1))
        place.set_xscale("log", base=2)
        marks = sorted({e["at"] for e in own})
        place.set_xticks(marks, [f"{at / 1000:.2g}k" if at >= 10000 else f"{at:.2g}" if at < 10 else f"{at:.0f}" for at in marks])
        place.set_xticks([], minor=True)
        place.grid(axis="y", alpha=0.3)
        if len(kinds) > 1:
            place.legend()
    figure.supxlabel("dots: measured; dashed: on paper", fontsize=9)
    figure.savefig(path, format="svg", metadata={"Title": "How the cost of a frame scales", "Date": None})
