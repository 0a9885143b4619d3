#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""eyelid, MediaPipe's face landmarker, and OpenCV with dlib in Python: the same arrays, frame by frame, one after the other.

  python3 -m venv peers && peers/bin/pip install mediapipe opencv-contrib-python-headless dlib-bin
  PYTHONPATH=build/python peers/bin/python benchmarks/python/side_by_side.py --landmarker face_landmarker.task \\
      --predictor shape_predictor_68_face_landmarks.dat [--rounds 5] [--seed 930001]

Each tool gets the gray frames of a rendered session (640 x 480) as NumPy arrays and gives the EAR of both eyes; what it needs in another form,
it converts within its time. RMSE: of FEC against the truth, with the open and the closed level fitted for each tool alike.
Tools take turns; the time of a frame is the median over a round, then the median of rounds, and their range.
"""
import argparse
import contextlib
import csv
import pathlib
import statistics
import sys
import tempfile
import time

import cv2
import dlib
import numpy as np

import eyelid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "accuracy" / "peers"))
from dlib_openings import FIRST_LID, Dlib  # noqa: E402
from mediapipe_openings import faces_in, landmarker  # noqa: E402
from openings import EYES, aspect_ratio  # noqa: E402

FPS = 500
OPEN = contextlib.ExitStack()  # landmarkers, until the program ends


def eyelid_tool(**setup):
    tracker = eyelid.Tracker(fps=FPS, **setup)

    def measure(frame, _index):
        sample = tracker.update(frame)
        return (sample.ear_right, sample.ear_left) if sample.valid else None

    return measure


def mediapipe_tool(model, is_film):
    found = OPEN.enter_context(landmarker(model, is_film))

    def measure(frame, index):
        faces = faces_in(found, cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB), round(index * 1000 / FPS) if is_film else None)
        return tuple(faces[0][eye][1] for eye in EYES) if faces else None

    return measure


def dlib_tool(predictor):
    found = Dlib(predictor)

    def measure(frame, _index):
        faces = found.faces_in(frame)
        return tuple(faces[0][eye][1] for eye in EYES) if faces else None

    return measure


def opencv_tool(predictor):
    faces = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    predict = dlib.shape_predictor(str(predictor))

    def measure(frame, _index):
        boxes = faces.detectMultiScale(frame, 1.1, 5, minSize=(100, 100))
        if len(boxes) == 0:
            return None
        x, y, width, height = (int(value) for value in max(boxes, key=lambda box: box[2]))
        shape = predict(frame, dlib.rectangle(x, y, x + width, y + height))
        lids = {eye: [(shape.part(FIRST_LID[eye] + i).x, shape.part(FIRST_LID[eye] + i).y) for i in range(6)] for eye in EYES}
        return tuple(aspect_ratio(lids[eye]) for eye in EYES)

    return measure


def rmse(ears, truth):
    """Of the mean of both eyes, after the line that fits it to the truth best (None: no frame), and the share of frames measured."""
    seen = [i for i, pair in enumerate(ears) if pair is not None and np.all(np.isfinite(pair))]
    if not seen:
        return None, 0.0
    ear = np.array([np.mean(ears[i]) for i in seen])
    fec = np.array([truth[i] for i in seen])
    slope, level = np.polyfit(ear, fec, 1)
    return float(np.sqrt(np.mean((slope * ear + level - fec) ** 2))), len(seen) / len(ears)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landmarker", type=pathlib.Path, required=True)
    parser.add_argument("--predictor", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=930001)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = eyelid.synthesize(pathlib.Path(folder) / "s", seconds=1.2, trials=1, fps=FPS, seed=arguments.seed)
        film = cv2.VideoCapture(str(session.video))
        frames = []
        while (picture := film.read()) and picture[0]:
            frames.append(np.ascontiguousarray(picture[1][:, :, 0]))
        with open(pathlib.Path(folder) / "s" / "truth.csv", newline="") as file:
            truth = [(float(row["fec_right"]) + float(row["fec_left"])) / 2 for row in csv.DictReader(file)]
    cv2.setNumThreads(1)
    makers = {
        "eyelid.Tracker, f32": lambda: eyelid_tool(precision="f32"),
        "eyelid.Tracker, int8": lambda: eyelid_tool(precision="int8"),
        "MediaPipe face landmarker, image mode": lambda: mediapipe_tool(arguments.landmarker, False),
        "MediaPipe face landmarker, video mode": lambda: mediapipe_tool(arguments.landmarker, True),
        "OpenCV's Haar cascade, dlib's 68 points": lambda: opencv_tool(arguments.predictor),
        "dlib's HOG detector, dlib's 68 points": lambda: dlib_tool(arguments.predictor),
    }
    times, ears = {name: [] for name in makers}, {}
    for _ in range(arguments.rounds):
        for name, make in makers.items():
            measure = make()
            took, values = [], []
            for index, frame in enumerate(frames):
                begin = time.perf_counter()
                values.append(measure(frame, index))
                took.append(1e3 * (time.perf_counter() - begin))
            times[name].append(statistics.median(took))
            ears[name] = values
    print(f"{len(frames)} frames, {arguments.rounds} rounds, seed {arguments.seed}\n")
    print("| tool | ms of a frame (range of the rounds) | times as long as eyelid, f32 | frames measured | RMSE of FEC |\n|---|---|---|---|---|")
    ours = times["eyelid.Tracker, f32"]
    for name in makers:
        error, share = rmse(ears[name], truth)
        ratio = statistics.median(one / our for one, our in zip(times[name], ours))
        print(f"| {name} | {statistics.median(times[name]):.2f} ({min(times[name]):.2f} to {max(times[name]):.2f}) | {ratio:.1f} | {share:.1%} | {'-' if error is None else f'{error:.3f}'} |")


if __name__ == "__main__":
    main()
