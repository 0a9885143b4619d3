# SPDX-License-Identifier: MIT
"""What a user writes, for mypy --strict."""

from pathlib import Path

import numpy as np

import eyelid


def mean_closure(path: Path) -> float:
    recording = eyelid.track(path, detector="blazeface", threads=2)
    return float(recording.frames["fec"].mean())


def closed_loop() -> list[float]:
    tracker = eyelid.Tracker(fps=200, detect_every=5)
    frame = np.zeros((480, 640), np.uint8)
    return [tracker.update(frame, time=number / 200).fec for number in range(10)]


def percent_of_crs(recording: eyelid.Recording, trials: Path) -> dict[str, float]:
    scores = eyelid.score(recording, trials, preset="human", settings={"criterion.above": 0.1})
    return dict(zip(scores.learning["eye"], scores.learning["percent_cr"]))


def widest_face(image: Path) -> float:
    return max((face.width for face in eyelid.detect(image)), default=0.0)


def titles() -> list[str]:
    return [str(preset["title"]) for preset in eyelid.presets.values()]
