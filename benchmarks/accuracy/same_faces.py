#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The faces of `eyelid detect` against those of the detector whose weights it runs.

    same_faces.py hog|mtcnn EYELID PICTURE_OR_FOLDER... [--upsample N] [--detector-model MODEL] [--color]

Both see the same gray picture: it is written as .pgm first. hog: boxes must be equal and scores within
1e-5 of dlib's. mtcnn: boxes and keypoints within 1 px and scores within 0.01 of facenet-pytorch's;
--color gives facenet-pytorch the colors instead, to show what gray costs. Needs numpy and Pillow, and
dlib or facenet-pytorch.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from annotated_sets import iou
from original_detectors import DETECTORS
from PIL import Image

PICTURES = {".jpg", ".jpeg", ".png", ".pgm", ".bmp", ".gif"}
TOLERANCE = {"hog": (0.0, 1e-5), "mtcnn": (1.0, 0.01)}  # px, score


def pictures_of(inputs):
    for path in inputs:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (p for p in found if p.suffix.lower() in PICTURES)


def our_faces(options, pictures):
    """[(gray picture, [(box, score, keypoints)])] of `eyelid detect`, in the order of `pictures`."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        files = [folder / f"{i:05}.pgm" for i in range(len(pictures))]
        for picture, file in zip(pictures, files):
            Image.open(picture).convert("L").save(file)
        model = ["--detector-model", options.detector_model] if options.detector_model else []
        upsample = ["--upsample", str(options.upsample)] if options.detector == "hog" else []
        subprocess.run([options.eyelid, "detect", folder, "--detector", options.detector, *model, *upsample, "--json",
                        folder / "faces.json"], check=True, stdout=subprocess.DEVNULL)
        entries = {entry["image"]: entry["faces"] for entry in json.loads((folder / "faces.json").read_text())}
        return [(np.asarray(Image.open(file)),
                 [(tuple(face[key] for key in ("x", "y", "width", "height")), face["score"], face["keypoints"])
                  for face in entries[str(file)]]) for file in files]


def pair(ours, theirs):
    """Pairs of best overlap, and the faces left over on either side."""
    left, pairs, alone = list(theirs), [], []
    for face in ours:
        best = max(range(len(left)), key=lambda k: iou(face[0], left[k][0]), default=None)
        if best is None or iou(face[0], left[best][0]) < 0.5:
            alone.append(face)
        else:
            pairs.append((face, left.pop(best)))
    return pairs, alone, left


def differences(a, b, with_keypoints):
    """Largest distance of edges and keypoints in px, and of the scores."""
    corners = [np.add(face[0], (0, 0, face[0][0], face[0][1])) for face in (a, b)]
    px = np.abs(corners[0] - corners[1]).max()
    if with_keypoints:
        px = max(px, np.abs(np.subtract(a[2], b[2])).max())
    return px, abs(a[1] - b[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", choices=DETECTORS)
    parser.add_argument("eyelid", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path, nargs="+")
    parser.add_argument("--upsample", type=int, default=0, help="hog: times the picture is doubled")
    parser.add_argument("--detector-model", type=pathlib.Path)
    parser.add_argument("--color", action="store_true")
    options = parser.parse_args()

    original = DETECTORS[options.detector](upsample=options.upsample)
    limits, largest = np.array(TOLERANCE[options.detector]), np.zeros(2)
    pictures = list(pictures_of(options.picture))
    both, only_ours, only_theirs = 0, [], []
    for picture, (gray, ours) in zip(pictures, our_faces(options, pictures)):
        seen = np.asarray(Image.open(picture).convert("RGB")) if options.color else gray
        pairs, mine, others = pair(ours, original.detect(seen))
        both += len(pairs)
        only_ours += [(picture.name, round(score, 4)) for _, score, _ in mine]
        only_theirs += [(picture.name, round(float(score), 4)) for _, score, _ in others]
        for a, b in pairs:
            apart = np.array(differences(a, b, options.detector == "mtcnn"))
            largest = np.maximum(largest, apart)
            if (apart > limits).any():
                print(f"{picture.name}: {apart[0]:.3f} px, score {apart[1]:.4f}")
    print(f"{len(pictures)} pictures, {both} faces found by both, only by eyelid {len(only_ours)} {only_ours[:5]}, "
          f"only by {original.name} {len(only_theirs)} {only_theirs[:5]}")
    print(f"largest difference: {largest[0]:.4f} px, score {largest[1]:.6f}")
    if not options.color and (only_ours or only_theirs or (largest > limits).any()):
        sys.exit(f"not the same; expected within {limits[0]} px and {limits[1]} of score")


if __name__ == "__main__":
    main()
