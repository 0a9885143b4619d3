#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The study's recipe for a whole frame, in a Python of its own choice; peers.py times it.

    recipe.py (--frames FILE.npy | --files FOLDER) --predictor FILE.dat [--detector FILE.tflite]
              [--interface tasks|solutions] [--no-crop] [--processes N]

PIL loads each picture (640x480, gray), cuts the middle square out of it and makes that 128x128; MediaPipe's
BlazeFace finds the face; dlib places the landmarks in the full picture; eye aspect ratio of both eyes. The
pictures are split evenly over a multiprocessing.Pool. --interface solutions is MediaPipe as scripts of the
study's time called it (`mp.solutions.face_detection`, up to 0.10.2x), tasks is today's.
Speaks over standard input and output, a line each: "run" -> "done", "results" -> JSON, "quit".
Needs numpy, pillow, mediapipe, dlib; nothing of ours.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import sys

os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

NETWORK_SIDE = 128
EYES_68 = (range(36, 42), range(42, 48))
EYES_12 = (range(0, 6), range(6, 12))

worker = {}  # of this process: options, pictures, detector, predictor


class Tasks:
    def __init__(self, model):
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
        self.mediapipe = mediapipe
        self.detector = vision.FaceDetector.create_from_options(vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_path=model), min_detection_confidence=0.5))

    def boxes(self, color):
        image = self.mediapipe.Image(image_format=self.mediapipe.ImageFormat.SRGB, data=color)
        found = (face.bounding_box for face in self.detector.detect(image).detections)
        return [(box.origin_x, box.origin_y, box.width, box.height) for box in found]


class Solutions:
    def __init__(self, _):
        import mediapipe
        self.detector = mediapipe.solutions.face_detection.FaceDetection(
            model_selection=0, min_detection_confidence=0.5)

    def boxes(self, color):
        height, width = color.shape[:2]
        found = (face.location_data.relative_bounding_box
                 for face in self.detector.process(color).detections or ())
        return [(box.xmin * width, box.ymin * height, box.width * width, box.height * height)
                for box in found]


def begin(options, pictures):
    import dlib
    worker.update(options=options, pictures=pictures, dlib=dlib,
                  predictor=dlib.shape_predictor(options.predictor),
                  detector={"tasks": Tasks, "solutions": Solutions}[options.interface](options.detector))


def load(index):
    picture = worker["pictures"][index]
    return Image.open(picture).convert("L") if isinstance(picture, str) else Image.fromarray(picture)


def largest_face(picture):
    """x, y, width, height in pixels of `picture`, None without a face."""
    left, top, scale, seen = 0, 0, 1.0, picture
    if worker["options"].crop:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        seen = picture.crop((left, top, left + side, top + side))
        seen = seen.resize((NETWORK_SIDE, NETWORK_SIDE), Image.BILINEAR)
        scale = side / NETWORK_SIDE
    boxes = worker["detector"].boxes(np.asarray(seen.convert("RGB")))
    if not boxes:
        return None
    x, y, width, height = max(boxes, key=lambda box: box[2] * box[3])
    return left + scale * x, top + scale * y, scale * width, scale * height


def eye_aspect_ratio(p):
    height = np.linalg.norm(p[1] - p[5]) + np.linalg.norm(p[2] - p[4])
    return height / max(1e-9, 2.0 * np.linalg.norm(p[0] - p[3]))


def do_frame(index):
    picture = load(index)
    box = largest_face(picture)
    if box is None:
        return None
    left, top, width, height = (int(round(value)) for value in box)
    rectangle = worker["dlib"].rectangle(left, top, left + width - 1, top + height - 1)
    shape = worker["predictor"](np.asarray(picture), rectangle)
    points = np.array([(part.x, part.y) for part in shape.parts()], float)
    eyes = EYES_68 if len(points) == 68 else EYES_12
    return box, [eye_aspect_ratio(points[list(eye)]) for eye in eyes]


def versions():
    import dlib
    import mediapipe
    return f"MediaPipe {mediapipe.__version__}, dlib {dlib.__version__}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--frames", type=pathlib.Path, help=".npy of (frames, height, width) bytes")
    source.add_argument("--files", type=pathlib.Path, help="folder of pictures")
    parser.add_argument("--predictor", required=True)
    parser.add_argument("--detector")
    parser.add_argument("--interface", choices=("tasks", "solutions"), default="tasks")
    parser.add_argument("--no-crop", dest="crop", action="store_false",
                        help="hand the whole picture to MediaPipe, which makes it smaller itself")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    if options.files:
        pictures = [str(path) for path in sorted(options.files.iterdir())]
    else:
        pictures = np.load(options.frames)
    context = multiprocessing.get_context("fork")  # the pictures are inherited, not sent
    with context.Pool(options.processes, begin, (options, pictures)) as pool:
        share = -(-len(pictures) // options.processes)
        results = pool.map(do_frame, range(len(pictures)), share)
        print(json.dumps(pool.apply(versions)), flush=True)
        for line in sys.stdin:
            if line == "run\n":
                results = pool.map(do_frame, range(len(pictures)), share)
                print("done", flush=True)
            elif line == "results\n":
                print(json.dumps(results), flush=True)
            else:
                break


if __name__ == "__main__":
    main()
