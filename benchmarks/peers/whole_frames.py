# SPDX-License-Identifier: MIT
"""Tasks of peers.py on whole frames: ours beside the study's recipe, from memory and from picture files."""
import json
import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image

from contest import FRAMES, Task, iou

FILE_COPIES = 2  # more files than frames: opening a folder and starting threads is paid once per round
FORMATS = {"jpeg": (".jpg", {"quality": 95}), "png": (".png", {}), "pgm": (".pgm", {})}


class Recipe:
    """recipe.py at work in another process."""

    def __init__(self, python, arguments, processes):
        script = pathlib.Path(__file__).with_name("recipe.py")
        self.process = subprocess.Popen([python, script, *map(str, arguments), "--processes", str(processes)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.versions = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            errors = self.process.stderr.read().strip().splitlines() or ["recipe.py ended"]
            raise RuntimeError(errors[-1])
        return json.loads(line)

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError(f"recipe.py ended: {self.process.stderr.read()[-200:]}")

    def boxes(self):
        self.process.stdin.write("results\n")
        self.process.stdin.flush()
        return [result[0] if result else (0, 0, 0, 0) for result in self.answer()]

    def close(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.flush()
        self.process.wait()


def least_overlap(found, expected):
    return min(iou(a, b) for a, b in zip(found, expected))


def recipes(options):
    """(label, python, arguments) of the recipe with today's MediaPipe and with that of the study's time."""
    yield "the study's recipe, packages of today", sys.executable, ["--interface", "tasks", "--detector", options.bundle_model]
    yield "the study's recipe, packages of its time", options.study_python, ["--interface", "solutions"]


def add_recipes(task, options, source, predictors, expected):
    def attempt(label, python, arguments, points):
        if not python:
            raise RuntimeError("no Python with MediaPipe 0.10.9 (--study-python, EYELID_STUDY_PYTHON)")
        recipe = Recipe(python, [*source, *arguments, "--predictor", predictors[points]], task.threads)
        task.closing.append(recipe.close)
        overlap = least_overlap(recipe.boxes(), expected)
        task.add(label, f"{recipe.versions}, {points} points", "f32", recipe.run, overlap > 0.5,
                 f"least box overlap {overlap:.2f}; ensemble of dlib's public size, random")
    for label, python, arguments in recipes(options):
        for points in predictors:
            task.attempt(f"{label}, {points} points", lambda: attempt(label, python, arguments, points))


def whole_frame_task(options, library, pictures, folder, predictors):
    """Frames in memory -> EAR of both eyes (ours: and FEC)."""
    task = Task("whole_frame", options.threads, FRAMES)
    boxes = None

    def ours(precision, landmarks):
        nonlocal boxes
        session = library.frames("blazeface", None, precision, landmarks, options.threads)
        found = library.run(session, pictures.address, FRAMES, True)[0]
        boxes = found if boxes is None else boxes
        overlap = least_overlap(found, boxes)
        task.add("eyelid", f"own models, {landmarks} points", precision,
                 lambda: library.run(session, pictures.address, FRAMES, True), overlap > 0.8,
                 f"least box overlap with f32 {overlap:.2f}")
    for landmarks in (12, 68):
        for precision in ("f32", "bf16", "int8"):
            task.attempt(f"eyelid {precision}, {landmarks} points", lambda: ours(precision, landmarks))
    frames = folder / "frames.npy"
    np.save(frames, pictures.frames)
    add_recipes(task, options, ["--frames", frames], predictors, boxes)
    return task


def whole_frame_files_task(kind, options, library, pictures, folder, predictors):
    """Gray 640x480 picture files -> EAR of both eyes; ours as `eyelid track FOLDER` reads and measures."""
    count = FILE_COPIES * FRAMES
    task = Task(f"whole_frame_{kind}", options.threads, count)
    files = folder / kind
    files.mkdir()
    extension, settings = FORMATS[kind]
    for i in range(count):
        Image.fromarray(pictures.frames[i % FRAMES]).save(files / f"{i:04}{extension}", **settings)
    expected = None

    def ours(precision):
        nonlocal expected
        session = library.files("blazeface", None, precision, 12, options.threads)
        found = library.run_files(session, files, count)
        expected = found if expected is None else expected
        overlap = least_overlap(found, expected)
        task.add("eyelid", "own models, 12 points", precision, lambda: library.run_files(session, files, count), overlap > 0.8,
                 f"least box overlap with f32 {overlap:.2f}")
    for precision in ("f32", "int8"):
        task.attempt(f"eyelid {precision}", lambda: ours(precision))
    add_recipes(task, options, ["--files", files], {12: predictors[12]}, expected)
    return task
