#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HOG: the faces of `eyelid detect --detector hog --upsample N` against dlib's Python interface.

    hog.py EYELID PICTURE_OR_FOLDER... [--upsample 0]

Both see the same gray picture: it is written as .pgm first. Boxes must be equal and confidences
within 1e-5 (eyelid reports 1 / (1 + exp(-2 confidence))). Needs numpy, pillow, dlib.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import dlib
import numpy as np
from PIL import Image

parser = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("eyelid", type=pathlib.Path)
parser.add_argument("picture", type=pathlib.Path, nargs="+")
parser.add_argument("--upsample", type=int, default=0)
options = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    grays = {}
    for path in options.picture:
        for picture in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if picture.suffix.lower() in {".jpg", ".jpeg", ".png", ".pgm", ".bmp", ".gif"}:
                target = pathlib.Path(folder) / f"{len(grays):05}_{picture.stem}.pgm"
                Image.open(picture).convert("L").save(target)
                grays[str(target)] = np.asarray(Image.open(target))
    result = pathlib.Path(folder) / "faces.json"
    subprocess.run([options.eyelid, "detect", folder, "--detector", "hog", "--upsample",
                    str(options.upsample), "--json", result], check=True, stdout=subprocess.DEVNULL)
    ours = {entry["image"]: entry["faces"] for entry in json.loads(result.read_text())}

detector = dlib.get_frontal_face_detector()
count, different = 0, 0
for name, gray in grays.items():
    boxes, confidences, _ = detector.run(gray, options.upsample, 0.0)
    expected = sorted((box.left(), box.top(), box.width(), box.height(),
                       1.0 / (1.0 + np.exp(-2.0 * confidence)))
                      for box, confidence in zip(boxes, confidences))
    found = sorted((face["x"], face["y"], face["width"], face["height"], face["score"])
                   for face in ours[name])
    count += len(expected)
    is_same = len(found) == len(expected) and all(
        np.abs(np.array(a) - b).max() < 1e-5 for a, b in zip(expected, found))
    if not is_same:
        different += 1
        print(f"{pathlib.Path(name).name}: dlib {expected}, eyelid {found}")
print(f"{len(grays)} pictures, dlib finds {count} faces, upsampling {options.upsample}: "
      f"{different} pictures differ")
sys.exit(different > 0)
