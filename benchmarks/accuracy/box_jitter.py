#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much the face box jitters: box_jitter.py DIR... of `eyelid track --detect-every 1 --out DIR`.

Median absolute second difference, over consecutive valid frames, of the box center (x, y) and
width, in percent of the median width.
"""
import csv
import pathlib
import statistics
import sys

for folder in sys.argv[1:]:
    with open(pathlib.Path(folder) / "frames.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["valid"] == "1"]
    boxes = [[float(row[f"face_{key}_px"]) for key in ("x", "y", "width", "height")] for row in rows]
    scale = 100.0 / statistics.median(box[2] for box in boxes)
    series = [[(x + width / 2) * scale for x, _, width, _ in boxes],
              [(y + height / 2) * scale for _, y, _, height in boxes],
              [width * scale for _, _, width, _ in boxes]]
    jitter = [statistics.median(abs(s[i + 2] - 2 * s[i + 1] + s[i]) for i in range(len(s) - 2))
              for s in series]
    print(f"{folder}: x {jitter[0]:.2f} %, y {jitter[1]:.2f} %, width {jitter[2]:.2f} %")
