#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recall of dlib's HOG or facenet-pytorch's MTCNN on gray pictures, to hold ours against.

    recall_of_originals.py hog|mtcnn DATASET [--min-face F] [--score S] [--upsample N]

DATASET: wider:FOLDER, 300w:FOLDER, dlib:FILE or yale:FOLDER. With the same arguments,
`eyelid evaluate detector --detector hog|mtcnn` must find the same faces (mtcnn: within 0.5 %).
Needs numpy and Pillow, and dlib or facenet-pytorch.
"""
import argparse

import annotated_sets
from original_detectors import DETECTORS

parser = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("detector", choices=DETECTORS)
parser.add_argument("dataset")
parser.add_argument("--min-face", type=float, default=0.0)
parser.add_argument("--score", type=float, help="minimum score (default: hog 0.5, mtcnn 0.7)")
parser.add_argument("--upsample", type=int, default=0, help="hog: times the picture is doubled")
options = parser.parse_args()

score = options.score or {"hog": 0.5, "mtcnn": 0.7}[options.detector]
original = DETECTORS[options.detector](score, options.upsample)
annotated_sets.report(options.dataset, original.name,
                      *annotated_sets.count(options.dataset, options.detector, original.detect, options.min_face))
