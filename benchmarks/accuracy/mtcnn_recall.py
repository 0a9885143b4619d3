#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recall of facenet-pytorch's MTCNN on gray pictures, to hold ours against.

    mtcnn_recall.py DATASET [--min-face F] [--score S]

DATASET: wider:FOLDER, 300w:FOLDER, dlib:FILE or yale:FOLDER. With the same arguments,
`eyelid evaluate detector --detector mtcnn` must find as many within 0.5 %. Needs facenet-pytorch.
"""
import argparse

import annotated_sets
import torch
from facenet_pytorch import MTCNN
from PIL import Image

parser = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("dataset")
parser.add_argument("--min-face", type=float, default=0.0)
parser.add_argument("--score", type=float, default=0.7)
options = parser.parse_args()

torch.set_num_threads(1)
network = MTCNN(keep_all=True, thresholds=[0.6, 0.7, options.score], device="cpu")


def detect(image):
    boxes, scores = network.detect(Image.fromarray(image).convert("RGB"))
    if boxes is None:
        return []
    return [((b[0], b[1], b[2] - b[0], b[3] - b[1]), s) for b, s in zip(boxes, scores)]


annotated_sets.report(options.dataset, "facenet-pytorch",
                      *annotated_sets.count(options.dataset, "mtcnn", detect, options.min_face))
