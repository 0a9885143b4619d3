#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Error of the detector's eye keypoints: eye_keypoints.py FACES.json FOLDER_OF_PTS.

FACES.json is of `eyelid detect FOLDER --json FACES.json`. Mean over the pictures of the distance to
the mean of the six annotated lid points, both eyes, over the distance of the eyes.
"""
import json
import math
import pathlib
import statistics
import sys


def middle(points):
    return [sum(p[i] for p in points) / len(points) for i in (0, 1)]


found = {pathlib.Path(entry["image"]).stem: entry["faces"] for entry in json.load(open(sys.argv[1]))}
errors = []
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.pts")):
    words = path.read_text().split("{")[1].split("}")[0].split()
    points = [(float(x) - 1, float(y) - 1) for x, y in zip(words[::2], words[1::2])]
    right, left = middle(points[36:42]), middle(points[42:48])
    faces = found.get(path.stem, [])
    if faces:
        errors.append(min((math.dist(f["keypoints"][0], right) + math.dist(f["keypoints"][1], left))
                          / 2 / math.dist(right, left) for f in faces))
print(f"mean {statistics.mean(errors):.4f}, median {statistics.median(errors):.4f}, pictures {len(errors)}")
