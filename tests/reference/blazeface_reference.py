#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the public BlazeFace front models with LiteRT or PyTorch and writes what they answer.

    blazeface_reference.py MODEL.tflite|MODEL.pth PICTURES_FOLDER OUT.safetensors

For every picture: "NAME/frame" (gray pixels), "NAME/input" (its 128x128 letterbox), "NAME/logits"
(896), "NAME/numbers" (896, 16), "NAME/faces" (n, 17: x, y, width, height, 6 keypoints, score in
frame pixels measured on pixel edges). Written independently of the C++ code, from the paper and
MediaPipe's graph, so that both can be compared. Needs numpy, pillow, and torch or ai-edge-litert.
"""
import json
import pathlib
import struct
import sys

import numpy as np
from PIL import Image

SIDE = 128
SCORE_THRESHOLD = 0.5
IOU_THRESHOLD = 0.3


def coverage(size, scale, offset):
    """Matrix (SIDE, size): share of every target pixel covered by every source pixel."""
    begin = (np.arange(SIDE)[:, None] - offset) / scale
    end = (np.arange(SIDE)[:, None] + 1 - offset) / scale
    source = np.arange(size)[None, :]
    return np.clip(np.minimum(end, source + 1) - np.maximum(begin, source), 0, None) * scale


def letterbox(frame):
    height, width = frame.shape
    scale = SIDE / max(height, width)
    left, top = (SIDE - width * scale) / 2, (SIDE - height * scale) / 2
    small = coverage(height, scale, top) @ frame @ coverage(width, scale, left).T
    return np.rint(small).astype(np.uint8), scale, left, top


def litert_model(path):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    outputs = {detail["shape"][2]: detail["index"] for detail in interpreter.get_output_details()}

    def run(picture):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"],
                               np.repeat(picture[None, :, :, None], 3, axis=3))
        interpreter.invoke()
        return (interpreter.get_tensor(outputs[1])[0, :, 0], interpreter.get_tensor(outputs[16])[0])
    return run


def torch_model(path):
    import torch
    import torch.nn.functional as F
    weights = torch.load(path, map_location="cpu")
    torch.set_num_threads(1)

    def convolve(x, name, **options):
        return F.conv2d(x, weights[name + ".weight"], weights[name + ".bias"], **options)

    def block(x, name):
        depthwise = weights[name + ".convs.0.weight"]
        outputs = weights[name + ".convs.1.weight"].shape[0]
        stride = 2 if (depthwise.shape[0], outputs) in ((28, 32), (42, 48), (88, 96)) else 1
        if stride == 2:
            middle = F.pad(x, (0, 2, 0, 2))
            shortcut = F.max_pool2d(x, 2)
        else:
            middle, shortcut = F.pad(x, (1, 1, 1, 1)), x
        middle = convolve(middle, name + ".convs.0", stride=stride, groups=depthwise.shape[0])
        missing = outputs - shortcut.shape[1]
        shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, missing))
        # The padding of two leaves one row and column more than the map has.
        middle = middle[:, :, :shortcut.shape[2], :shortcut.shape[3]]
        return F.relu(convolve(middle, name + ".convs.1") + shortcut)

    def run(picture):
        with torch.no_grad():
            x = torch.from_numpy(picture)[None, None].repeat(1, 3, 1, 1)
            x = F.relu(convolve(F.pad(x, (1, 2, 1, 2)), "backbone1.0", stride=2))
            for i in range(2, 13):
                x = block(x, f"backbone1.{i}")
            y = x
            for i in range(5):
                y = block(y, f"backbone2.{i}")

            def head(map_, name, numbers):
                return convolve(map_, name).permute(0, 2, 3, 1).reshape(-1, numbers)
            logits = torch.cat([head(x, "classifier_8", 1), head(y, "classifier_16", 1)])
            numbers = torch.cat([head(x, "regressor_8", 16), head(y, "regressor_16", 16)])
            return logits[:, 0].numpy(), numbers.numpy()
    return run


def anchors():
    centers = []
    for cells, per_cell in ((16, 2), (8, 6)):
        for y in range(cells):
            for x in range(cells):
                centers += [((x + 0.5) / cells * SIDE, (y + 0.5) / cells * SIDE)] * per_cell
    return np.array(centers)


def iou(box, boxes):
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:4], boxes[:, :2] + boxes[:, 2:4])
    inside = np.clip(high - low, 0, None).prod(axis=1)
    return inside / (box[2] * box[3] + boxes[:, 2] * boxes[:, 3] - inside)


def decode(logits, numbers, scale, left, top):
    scores = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -100, 100)))
    keep = scores >= SCORE_THRESHOLD
    found, center, scores = numbers[keep].astype(np.float64), anchors()[keep], scores[keep]
    points = found.reshape(-1, 8, 2)
    points[:, 0] += center
    points[:, 2:] += center[:, None]
    points[:, 0] -= points[:, 1] / 2  # center -> corner
    points[:, 0] -= (left, top)
    points[:, 2:] -= (left, top)
    rows = np.concatenate([points.reshape(-1, 16) / scale, scores[:, None]], axis=1)
    rows = rows[np.argsort(-scores, kind="stable")]
    faces = []
    while len(rows):
        same = iou(rows[0], rows) > IOU_THRESHOLD
        same[0] = True
        weight = rows[same, 16:]
        face = (rows[same] * weight).sum(axis=0) / weight.sum()
        face[16] = rows[0, 16]
        faces.append(face)
        rows = rows[~same]
    return np.array(faces).reshape(-1, 17)


def write_safetensors(path, tensors):
    names = {np.dtype(np.float32): "F32", np.dtype(np.uint8): "U8"}
    order = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    header, offset = {}, 0
    for name in order:
        array = tensors[name]
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(np.ascontiguousarray(tensors[name]).tobytes())


def main():
    model_path, folder, out = map(pathlib.Path, sys.argv[1:4])
    run = litert_model(model_path) if model_path.suffix == ".tflite" else torch_model(model_path)
    tensors = {}
    for path in sorted(folder.glob("*.png")):
        frame = np.array(Image.open(path).convert("L"))
        picture, scale, left, top = letterbox(frame)
        logits, numbers = run((picture.astype(np.float32) / np.float32(127.5)) - np.float32(1))
        tensors[path.stem + "/frame"] = frame
        tensors[path.stem + "/input"] = picture
        tensors[path.stem + "/logits"] = logits.astype(np.float32)
        tensors[path.stem + "/numbers"] = numbers.astype(np.float32)
        tensors[path.stem + "/faces"] = decode(logits, numbers, scale, left, top).astype(np.float32)
    write_safetensors(out, tensors)


main()
