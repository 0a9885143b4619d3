#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recall of dlib's frontal face detector by dlib's own Python module, to hold ours against.

    hog_recall.py DATASET [--min-face F] [--score S] [--upsample N]

DATASET: wider:FOLDER, 300w:FOLDER, dlib:FILE or yale:FOLDER. Equals, with the same arguments,
`eyelid evaluate detector --detector hog`. Needs dlib, numpy and Pillow.
"""
import argparse
import math

import annotated_sets
import dlib

parser = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("dataset")
parser.add_argument("--min-face", type=float, default=0.0)
parser.add_argument("--score", type=float, default=0.5,
                    help="1 / (1 + exp(-2 c)) of dlib's confidence c; 0.5 is dlib's own threshold")
parser.add_argument("--upsample", type=int, default=0, help="times the picture is doubled")
options = parser.parse_args()

detector = dlib.get_frontal_face_detector()
confidence = 0.5 * math.log(options.score / (1 - options.score))


def detect(image):
    boxes, scores, _ = detector.run(image, options.upsample, confidence)
    return [((b.left(), b.top(), b.width(), b.height()), s) for b, s in zip(boxes, scores)]


annotated_sets.report(options.dataset, f"dlib {dlib.__version__}",
                      *annotated_sets.count(options.dataset, "hog", detect, options.min_face))
