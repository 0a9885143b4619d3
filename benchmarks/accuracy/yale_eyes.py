#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Open against closed eyes on the yale portraits: yale_eyes.py FOLDER DIR of `eyelid track FOLDER`."""
import csv
import pathlib
import sys

names = sorted(path.name for path in pathlib.Path(sys.argv[1]).glob("*.png"))
with open(pathlib.Path(sys.argv[2]) / "frames.csv", newline="") as file:
    rows = list(csv.DictReader(file))
assert len(names) == len(rows), "one frame per portrait expected"
opened, closed, winks = [], [], []
for name, row in zip(names, rows):
    if not row["ear_right"] or not row["ear_left"]:
        continue
    ears = [float(row["ear_right"]), float(row["ear_left"])]
    if "wink" in name:
        winks.append(abs(ears[0] - ears[1]))
    else:
        (closed if "sleepy" in name else opened).extend(ears)
wins = sum((o > c) + 0.5 * (o == c) for o in opened for c in closed)
print(f"AUC {wins / len(opened) / len(closed):.4f} ({len(opened)} open, {len(closed)} closed eyes); "
      f"winks differing by 0.08: {sum(w >= 0.08 for w in winks)} of {len(winks)}")
