# SPDX-License-Identifier: MIT
"""Annotated pictures and the counting of hits, written independently of src/eyelid/evaluation."""
import pathlib
import xml.etree.ElementTree

import numpy as np
from PIL import Image

# The box a detector draws around annotated points: side over sqrt(width height) of their hull, shift
# upwards (face_boxes.hpp): name -> (width, height, up).
BOX_OF_HULL = {"hog": (1.06, 1.06, 0.085), "blazeface": (1.07, 1.07, 0.05), "mtcnn": (0.98, 1.26, 0.16)}


def gray(path):
    """The luma of a JPEG as it is stored; other pictures by the usual weights."""
    image = Image.open(path)
    if image.format == "JPEG":
        image.draft("L", image.size)
    return np.ascontiguousarray(np.asarray(image.convert("L")))


def hull_box(points, detector):
    low, high = points.min(0), points.max(0)
    length = np.sqrt(np.prod(high - low))
    width, height, up = BOX_OF_HULL[detector]
    x, y = (low + high) / 2 - [0, up * length]
    return (x - width * length / 2, y - height * length / 2, width * length, height * length)


def read_wider(folder):
    lines = iter((folder / "wider_face_val_bbx_gt.txt").read_text().split("\n"))
    for name in lines:
        if not name:
            continue
        boxes, ignored = [], []
        for _ in range(max(1, int(next(lines)))):
            row = [float(word) for word in next(lines).split()]
            if row[2] > 0 and row[3] > 0:
                (ignored if len(row) > 7 and row[7] else boxes).append(tuple(row[:4]))
        yield folder / "images" / name, boxes, ignored


def read_300w(folder, detector):
    for file in sorted(folder.rglob("*.pts")):
        text = file.read_text()
        words = text[text.index("{") + 1:text.index("}")].split()
        points = np.array(words, float).reshape(-1, 2) - 1
        yield file.with_suffix(".jpg"), [hull_box(points, detector)], []


def read_dlib(file):
    for image in xml.etree.ElementTree.parse(file).getroot().iter("image"):
        sides = lambda box: tuple(float(box.get(k)) for k in ("left", "top", "width", "height"))
        boxes = image.findall("box")
        yield (file.parent / image.get("file"), [sides(b) for b in boxes if not b.get("ignore")],
               [sides(b) for b in boxes if b.get("ignore")])


def read_yale(folder):
    for file in sorted(folder.glob("*.png")):
        yield file, [None], []


def read(dataset, detector):
    form, path = dataset.split(":", 1)
    path = pathlib.Path(path)
    return {"wider": read_wider, "dlib": read_dlib, "yale": read_yale,
            "300w": lambda p: read_300w(p, detector)}[form](path)


def iou(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def count(dataset, detector, detect, min_face=0.0, least_iou=0.5):
    """detect(gray) -> [(box, score, ...)]. Returns faces, hits, false ones (None: not all annotated)."""
    faces = hits = false = 0
    for path, boxes, ignored in read(dataset, detector):
        image = gray(path)
        smallest = min_face * max(image.shape)
        wanted = [(box, box is None or box[3] >= smallest) for box in boxes]
        wanted += [(box, False) for box in ignored]
        free = set(range(len(wanted)))
        faces += sum(counts for _, counts in wanted)
        for box, *_ in sorted(detect(image), key=lambda found: -found[1]):
            fits = {i: 1.0 if wanted[i][0] is None else iou(box, wanted[i][0]) for i in free}
            best = max(fits, key=fits.get, default=None)
            if best is not None and fits[best] >= least_iou:
                free.remove(best)
                hits += wanted[best][1]
            else:
                excused = any(
                    not counts and max(0, min(box[0] + box[2], w[0] + w[2]) - max(box[0], w[0])) *
                    max(0, min(box[1] + box[3], w[1] + w[3]) - max(box[1], w[1])) >=
                    0.5 * box[2] * box[3] for w, counts in wanted if w is not None)
                false += not excused
    return faces, hits, None if dataset.startswith("300w") else false


def report(dataset, name, faces, hits, false):
    precision = "" if false is None else f"   false {false}   precision {hits / (hits + false):.4f}"
    print(f"{dataset}: {name}: faces {faces}   hits {hits}   recall {hits / faces:.4f}{precision}")
