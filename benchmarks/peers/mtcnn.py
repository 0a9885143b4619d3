#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""MTCNN, one picture at a time, one thread: eyelid against facenet-pytorch.

    mtcnn.py compare LIBRARY MODEL PICTURE_OR_FOLDER... [--color]
    mtcnn.py time    LIBRARY MODEL PICTURE... [--size 640x480] [--rounds 30] [--json FILE]

LIBRARY is libeyelid_peers.so of a build with EYELID_BENCHMARKS, MODEL what --detector-model takes.
Both see the same gray picture (facenet-pytorch three times the same channel), with facenet-pytorch's
default settings. `compare` pairs the faces and reports the largest differences; --color gives
facenet-pytorch the colors instead, to show what gray costs. `time` runs both in turns, in changing
order, on pictures cut to one size. Needs numpy, pillow, torch, facenet-pytorch.
"""
import argparse
import ctypes
import json
import pathlib
import sys
import time

import numpy as np
from PIL import Image

MOST = 1000


class Eyelid:
    def __init__(self, library, model):
        self.library = ctypes.CDLL(str(library))
        self.library.eyelid_mtcnn_open.restype = ctypes.c_void_p
        self.library.eyelid_mtcnn_isa.restype = ctypes.c_char_p
        self.library.eyelid_mtcnn_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
                                                  ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        message = ctypes.create_string_buffer(256)
        self.session = self.library.eyelid_mtcnn_open(str(model).encode(), message)
        if not self.session:
            sys.exit(message.value.decode())
        self.name = f"eyelid {self.library.eyelid_mtcnn_isa().decode()}"
        self.faces = np.zeros((MOST, 15), np.float32)

    def run(self, gray, _):
        count = self.library.eyelid_mtcnn_run(self.session, gray.ctypes.data, gray.shape[1],
                                              gray.shape[0], self.faces.ctypes.data, MOST)
        return self.faces[:min(count, MOST)].copy()


class Facenet:
    def __init__(self):
        import facenet_pytorch
        import torch
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        self.detector = facenet_pytorch.MTCNN(keep_all=True, device="cpu")
        self.name = "facenet-pytorch 2.6.0, " + f"PyTorch {torch.__version__.split('+')[0]}"

    def run(self, _, color):
        boxes, scores, points = self.detector.detect(color, landmarks=True)
        if boxes is None:
            return np.zeros((0, 15), np.float32)
        return np.concatenate([boxes, scores[:, None], points.reshape(len(boxes), 10)],
                              1).astype(np.float32)


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0.0, width) * max(0.0, height)
    area = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (area[0] + area[1] - both)


def pair(ours, theirs):
    """Pairs of best overlap, and the faces left over on either side."""
    left, pairs = list(range(len(theirs))), []
    alone = []
    for face in ours:
        best = max(left, key=lambda k: iou(face, theirs[k]), default=None)
        if best is None or iou(face, theirs[best]) < 0.5:
            alone.append(face)
        else:
            left.remove(best)
            pairs.append((face, theirs[best]))
    return pairs, alone, [theirs[k] for k in left]


def pictures_of(inputs):
    for path in inputs:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (p for p in found
                    if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".pgm", ".bmp", ".gif"})


def replicated(gray):
    return np.repeat(gray[:, :, None], 3, axis=2)


def compare(options):
    ours, theirs = Eyelid(options.library, options.model), Facenet()
    box, point, score, count, pictures = 0.0, 0.0, 0.0, 0, 0
    only_ours, only_theirs = [], []
    for path in pictures_of(options.picture):
        image = Image.open(path)
        gray = np.ascontiguousarray(image.convert("L"))
        seen = np.asarray(image.convert("RGB")) if options.color else replicated(gray)
        pairs, mine, others = pair(ours.run(gray, None), theirs.run(None, seen))
        only_ours += [(path.name, round(float(f[4]), 4)) for f in mine]
        only_theirs += [(path.name, round(float(f[4]), 4)) for f in others]
        for a, b in pairs:
            difference = np.abs(a - b)
            if max(difference[:4].max(), difference[5:].max()) > 1.0 or difference[4] > 0.01:
                print(f"{path.name}: box {difference[:4].max():.3f} px, "
                      f"points {difference[5:].max():.3f} px, score {difference[4]:.4f}")
            box, point = max(box, difference[:4].max()), max(point, difference[5:].max())
            score = max(score, difference[4])
        count += len(pairs)
        pictures += 1
    print(f"{pictures} pictures, {count} faces found by both, only by eyelid {len(only_ours)} "
          f"{only_ours[:5]}, only by facenet-pytorch {len(only_theirs)} {only_theirs[:5]}")
    print(f"largest difference: box {box:.4f} px, points {point:.4f} px, score {score:.6f}")
    if not options.color and (only_ours or only_theirs or max(box, point) > 1 or score > 0.01):
        sys.exit("not the same; expected within 1 px and 0.01 of score")


def cut(path, size):
    """The gray picture, scaled to cover `size` and cut to it."""
    image = Image.open(path).convert("L")
    scale = max(size[0] / image.width, size[1] / image.height)
    scaled = image.resize((max(size[0], round(image.width * scale)),
                           max(size[1], round(image.height * scale))), Image.BILINEAR)
    return np.ascontiguousarray(scaled.crop((0, 0, *size)))


def time_both(options):
    size = tuple(int(extent) for extent in options.size.split("x"))
    engines = [Eyelid(options.library, options.model), Facenet()]
    inputs = [(gray, replicated(gray)) for gray in (cut(path, size) for path in options.picture)]
    agrees = True
    for gray, color in inputs:
        a, b = (engine.run(gray, color) for engine in engines)
        pairs, mine, others = pair(a, b)
        agrees = agrees and not mine and not others
        agrees = agrees and all(np.abs(x - y).max() < 1.0 for x, y in pairs)
    times = np.zeros((options.rounds, len(inputs), 2))
    for round_ in range(-1, options.rounds):
        for index, (gray, color) in enumerate(inputs):
            for engine in ((0, 1) if (round_ + index) % 2 == 0 else (1, 0)):
                begin = time.perf_counter_ns()
                engines[engine].run(gray, color)
                times[round_, index, engine] = (time.perf_counter_ns() - begin) / 1e6
    print(f"{len(inputs)} pictures of {options.size}, {options.rounds} rounds, one thread; "
          f"results {'agree' if agrees else 'DIFFER'}")
    rows = []
    ratio = np.median(times[:, :, 1] / times[:, :, 0])
    for index, engine in enumerate(engines):
        all_times = times[:, :, index].ravel()
        p10, median, p90 = np.percentile(all_times, [10, 50, 90])
        print(f"{engine.name:40} min {all_times.min():8.2f}  p10 {p10:8.2f}  median {median:8.2f}  "
              f"p90 {p90:8.2f} ms   {1.0 if index == 0 else ratio:6.2f} times eyelid's")
        rows.append({"task": "mtcnn", "name": engine.name.split()[0], "version": engine.name,
                     "precision": "f32", "threads": 1, "batch": 1, "ms_per_image": median,
                     "ms_min": all_times.min(), "ms_p10": p10, "ms_p90": p90,
                     "ratio_to_eyelid": 1.0 if index == 0 else float(ratio), "agrees": agrees})
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["compare", "time"])
    parser.add_argument("library", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path, nargs="+")
    parser.add_argument("--color", action="store_true")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    (compare if options.task == "compare" else time_both)(options)


main()
