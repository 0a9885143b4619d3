# SPDX-License-Identifier: MIT
"""How recordings and scores look in a notebook: small pages without scripts, readable in light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

_WIDTH, _HEIGHT, _COLUMNS = 900, 160, 600


def _outline(time_s: npt.NDArray[Any], values: npt.NDArray[Any]) -> str:
    """The path of the least and the greatest value in each of up to `_COLUMNS` spans of time."""
    edges = np.linspace(0, len(values), min(_COLUMNS, len(values)) + 1).astype(int)
    span_s = (float(time_s[-1]) - float(time_s[0])) or 1.0
    points = []
    for begin, end in zip(edges[:-1], edges[1:]):
        part = values[begin:end]
        part = part[np.isfinite(part)]
        x = _WIDTH * (float(time_s[begin]) - float(time_s[0])) / span_s
        if len(part) == 0:
            points.append("M")  # a gap
            continue
        for value in (part.min(), part.max()):
            y = _HEIGHT * (1.1 - min(max(float(value), -0.1), 1.1)) / 1.2
            points.append(f"{x:.1f},{y:.1f}")
    path = ""
    for point in points:
        if point != "M":
            path += ("L" if path and not path.endswith("M") else "" if path.endswith("M") else "M") + point
        elif path and not path.endswith("M"):
            path += "M"
    return path.rstrip("M")


def _trace(columns: Mapping[str, npt.NDArray[Any]], blinks: Mapping[str, Any]) -> str:
    time_s = columns["time_s"]
    if len(time_s) == 0:
        return ""
    span_s = (float(time_s[-1]) - float(time_s[0])) or 1.0
    marks = "".join(
        f'<rect x="{_WIDTH * (onset - float(time_s[0])) / span_s:.1f}" y="0" width="'
        f'{max(1.0, _WIDTH * (offset - onset) / span_s):.1f}" height="{_HEIGHT}" fill="currentColor" opacity="0.06"/>'
        for onset, offset in zip(blinks["onset_s"][:1000], blinks["offset_s"][:1000])
    )
    lines = "".join(
        f'<path d="{_outline(time_s, columns[f"fec_{eye}"])}" fill="none" stroke="{color}" stroke-width="1"/>'
        for eye, color in (("right", "#d95f02"), ("left", "#1b7fb8"))
    )
    levels = "".join(
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT * (1.1 - level) / 1.2:.1f}" y2="{_HEIGHT * (1.1 - level) / 1.2:.1f}" '
        'stroke="currentColor" opacity="0.25" stroke-width="0.5"/>'
        for level in (0, 1)
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" style="width:100%;max-width:{_WIDTH}px" role="img" '
        f'aria-label="Closure over time">{marks}{levels}{lines}</svg>'
        '<div style="font-size:smaller"><span style="color:#d95f02">right eye</span>, <span style="color:#1b7fb8">left '
        f"eye</span>: FEC, 0 open to 1 closed, over {span_s:.2f} s; blinks shaded</div>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _number(value: Any, form: str) -> str:
    return "" if value is None or value != value else format(value, form)


def recording_page(columns: Mapping[str, Any], blinks: Mapping[str, Any], session: Mapping[str, Any]) -> str:
    counts = session["counts"]
    frames = max(1, counts["frames"])
    levels = session["calibration"]
    rows = [
        [
            eye,
            _number(levels[eye]["open_ear"], ".3f"),
            _number(levels[eye]["closed_ear"], ".3f"),
            str(counts[f"blinks_{eye}"]),
        ]
        for eye in ("right", "left")
    ]
    warnings = "".join(f"<li>{escape(sentence)}</li>" for sentence in session["warnings"])
    return (
        f"<div><b>{escape(session['input']['path'])}</b>: {counts['frames']} frames, {session['duration_s']:.2f} s, "
        f"{100 * counts['valid_frames'] / frames:.1f} % valid{_trace(columns, blinks)}"
        f"{_table(['eye', 'open EAR', 'closed EAR', 'blinks'], rows)}" + (f"<ul>{warnings}</ul>" if warnings else "") + "</div>"
    )


def scores_page(trials: Mapping[str, Any], learning: Mapping[str, Any], preset: str) -> str:
    names = ["eye", "with_cs", "rejected", "crs"]
    rows = [
        [str(learning[name][i]) for name in names]
        + [_number(learning["percent_cr"][i], ".1f"), _number(learning["amplitude_mean"][i], ".3f")]
        + [_number(learning["onset_median_ms"][i], ".0f")]
        for i in range(len(learning["eye"]))
    ]
    header = ["eye", "with CS", "rejected", "CRs at US", "%CR", "amplitude", "onset ms"]
    return f"<div>{len(trials['trial']) // 3} trials, preset <b>{escape(preset)}</b>{_table(header, rows)}</div>"
