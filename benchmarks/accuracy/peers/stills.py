# SPDX-License-Identifier: MIT
"""Annotated photographs: winks of the Yale portraits, EAR errors on HELEN. One cached JSON for each tool."""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import figures
from openings import EYES, aspect_ratio

# src/eyelid/evaluation/landmark_accuracy.hpp: annotated EAR below which an eye is closed, half closed.
CLOSED_EAR, HALF_CLOSED_EAR = 0.12, 0.20
# A face whose twelve lid points lie farther from the annotated ones, in outer-eye distances, is another face.
SAME_FACE = 0.3


def yale_pictures(folder):
    return sorted(pathlib.Path(folder).glob("*.png"))


def wink_figures(names, openings):
    """openings: {eye: [value or None]} of each portrait -> winks above the 99 % quantile of the others.

    The measure is the difference of the two closures, 1 - opening / median of the portraits that are neither
    sleepy nor winking. A wink whose eyes are not measured is not found.
    """
    closure = {}
    for eye in EYES:
        usual = statistics.median(value for name, value in zip(names, openings[eye])
                                  if value is not None and "sleepy" not in name and "wink" not in name)
        closure[eye] = [None if value is None else 1 - value / usual for value in openings[eye]]
    apart = [None if None in pair else abs(pair[0] - pair[1]) for pair in zip(*(closure[eye] for eye in EYES))]
    others = [value for name, value in zip(names, apart) if "wink" not in name and value is not None]
    winks = [value for name, value in zip(names, apart) if "wink" in name]
    limit = figures.quantile(others, 0.99)
    return {"winks": len(winks), "above": sum(value is not None and value > limit for value in winks),
            "others_99": limit, "others": len(others)}


def annotated_lids(path):
    """{eye: six points} of an iBUG .pts file, 0-based."""
    text = path.read_text()
    words = text[text.index("{") + 1:text.index("}")].split()
    points = [(float(x) - 1, float(y) - 1) for x, y in zip(words[::2], words[1::2])]
    return {"right": points[36:42], "left": points[42:48]}


def error_of_face(lids, annotated):
    """Mean distance of the twelve points over the distance of the outer corners."""
    distance = lambda a, b: ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    scale = distance(annotated["right"][0], annotated["left"][3])
    return statistics.fmean(distance(a, b) for eye in EYES for a, b in zip(lids[eye], annotated[eye])) / scale


def ear_figures(pairs, faces, missed):
    """pairs: [(annotated EAR, found EAR)]"""
    mean = lambda low, high: statistics.fmean([abs(found - true) for true, found in pairs if low <= true < high] or [float("nan")])
    open_eyes = [-found for true, found in pairs if true >= HALF_CLOSED_EAR]
    closed = [-found for true, found in pairs if true < CLOSED_EAR]
    return {"closed": mean(-1, CLOSED_EAR), "half": mean(CLOSED_EAR, HALF_CLOSED_EAR), "open": mean(HALF_CLOSED_EAR, 9),
            "auc": figures.auc(closed, open_eyes), "faces": faces, "missed": missed}


def helen_figures(folder, faces_in):
    """faces_in(path) -> [{eye: (six points, EAR, ...)}] of a picture; the face that fits the annotation counts."""
    pairs, faces, missed = [], 0, 0
    for path in sorted(pathlib.Path(folder).glob("*.pts")):
        annotated = annotated_lids(path)
        found = [(error_of_face({eye: face[eye][0] for eye in EYES}, annotated), face) for face in faces_in(path.with_suffix(".jpg"))]
        error, face = min(found, key=lambda pair: pair[0], default=(SAME_FACE, None))
        faces += 1
        if error >= SAME_FACE:
            missed += 1
            continue
        for eye in EYES:
            true, ear = aspect_ratio(annotated[eye]), face[eye][1]
            if true is not None and ear is not None:
                pairs.append((true, ear))
    return ear_figures(pairs, faces, missed)


def helen_figures_of_eyelid(program, folder):
    """The same figures by `eyelid evaluate landmarks`, which has the same borders."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        done = subprocess.run([program, "evaluate", "landmarks", "--dataset", f"300w:{folder}", "--json", file.name],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{folder}: {done.stderr.strip()}")
        result = json.load(open(file.name))["results"][0]
    return {"closed": result["ear_mae_closed"], "half": result["ear_mae_half_closed"], "open": result["ear_mae_open"],
            "auc": result["closed_auc"], "faces": result["faces"], "missed": result["missed"]}


def cached(path, compute):
    """The JSON at `path`, computed where it is absent."""
    path = pathlib.Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".new").write_text(json.dumps(compute()))
        path.with_suffix(".new").replace(path)
    return json.loads(path.read_text())
