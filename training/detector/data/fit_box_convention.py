#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fits the box of the public BlazeFace to 68 facial points; prints the table of face_labels.cpp.

    fit_box_convention.py MODEL.tflite FOLDER_OF_PTS...

Every annotated face is shown to the model four times (turned by up to 30 degrees, mirrored, 20 to 70 % of
the picture); where it is found, its box becomes a target. Ridge regression of center and logarithm of the
side on ten places of the face, all relative to the hull of the points. A reference, no part of the build.
Needs numpy, Pillow, OpenCV, ai-edge-litert.
"""
import glob, math, os, sys, zlib
import numpy as np, cv2
from ai_edge_litert.interpreter import Interpreter

PLACES = [(36, 42), (42, 48), (30, 31), (60, 68), (8, 9), (0, 1), (16, 17), (17, 22), (22, 27), (27, 28)]
MIRROR = [1, 0, 2, 3, 4, 6, 5, 8, 7, 9]


def anchors():
    rows = []
    for side, count in ((16, 2), (8, 6)):
        for y in range(side):
            for x in range(side):
                rows += [((x + .5) / side * 128, (y + .5) / side * 128)] * count
    return np.array(rows, np.float32)


def places(points):
    return np.array([points[a:b].mean(0) for a, b in PLACES])


def frame_of(points):
    low, high = points.min(0), points.max(0)
    size = math.sqrt((high[0] - low[0]) * (high[1] - low[1]))
    return (low + high) / 2, size


def features(points):
    center, size = frame_of(points)
    return ((places(points) - center) / size).ravel()


def main():
    model, folders = sys.argv[1], sys.argv[2:]
    net = Interpreter(model_path=model, num_threads=1)
    net.allocate_tensors()
    inp = net.get_input_details()[0]['index']
    outs = net.get_output_details()
    box_i = next(o['index'] for o in outs if o['shape'][-1] == 16)
    score_i = next(o['index'] for o in outs if o['shape'][-1] == 1)
    A = anchors()
    rng = np.random.default_rng(1)
    X, Y, held = [], [], []
    for folder in folders:
        for pts in sorted(glob.glob(os.path.join(folder, '*.pts'))):
            points = np.array(open(pts).read().split('{')[1].split('}')[0].split(), float).reshape(68, 2) - 1
            image = cv2.imread(pts[:-4] + '.jpg')[:, :, ::-1]
            scene = os.path.basename(pts).split('_')[0]
            is_held = zlib.crc32(scene.encode()) % 5 == 0
            for k in range(4):
                angle = math.radians(rng.uniform(-30, 30) if k else 0)
                center, size = frame_of(points)
                scale = rng.uniform(.2, .7) * 128 / size
                c, s = scale * math.cos(angle), scale * math.sin(angle)
                target = 64 + rng.uniform(-12, 12, 2)
                M = np.array([[c, -s, target[0] - c * center[0] + s * center[1]],
                              [s, c, target[1] - s * center[0] - c * center[1]]])
                n = max(1, int(round(.7 / scale)))
                small = cv2.resize(image, None, fx=1 / n, fy=1 / n, interpolation=cv2.INTER_AREA) if n > 1 else image
                Ms = M.copy()
                Ms[:, :2] *= n
                Ms[:, 2] += M[:, :2] @ np.full(2, (n - 1) / 2)
                crop = cv2.warpAffine(small, Ms, (128, 128), flags=cv2.INTER_LINEAR)
                net.set_tensor(inp, crop[None].astype(np.float32) / 127.5 - 1)
                net.invoke()
                score = 1 / (1 + np.exp(-np.clip(net.get_tensor(score_i)[0, :, 0], -50, 50)))
                raw = net.get_tensor(box_i)[0]
                moved = points @ M[:, :2].T + M[:, 2]
                hull_c, hull_s = frame_of(moved)
                box_c = A + raw[:, :2]
                near = (score > .5) & (np.hypot(*(box_c - .5 - hull_c).T) < .35 * hull_s) & \
                       (np.abs(np.log(raw[:, 2].clip(1) / hull_s)) < .5)
                if not near.any() or score[near].max() < .7:
                    continue
                w = score[near][:, None]
                b = (w * np.c_[box_c[near] - .5, raw[near][:, 2:4]]).sum(0) / w.sum()
                y = [(b[0] - hull_c[0]) / hull_s, (b[1] - hull_c[1]) / hull_s, math.log(b[2:4].mean() / hull_s)]
                X.append(features(moved)), Y.append(y), held.append(is_held)
                f = X[-1].reshape(-1, 2)[MIRROR] * [-1, 1]
                X.append(f.ravel()), Y.append([-y[0], y[1], y[2]]), held.append(is_held)
    X, Y, held = np.array(X), np.array(Y), np.array(held)

    def fit(x, y, ridge):
        x1 = np.c_[x, np.ones(len(x))]
        return np.linalg.solve(x1.T @ x1 + ridge * len(x) * np.diag([1.] * x.shape[1] + [0]), x1.T @ y)

    def iou(p, y):
        sp, sy = np.exp(p[:, 2]), np.exp(y[:, 2])
        overlap = lambda i: np.clip((np.minimum(p[:, i] + sp / 2, y[:, i] + sy / 2)
                                     - np.maximum(p[:, i] - sp / 2, y[:, i] - sy / 2)), 0, None)
        inter = overlap(0) * overlap(1)
        return (inter / (sp ** 2 + sy ** 2 - inter)).mean()

    print(f'# {len(X)} views, {held.sum()} held out; constant {iou(np.repeat(Y[~held].mean(0)[None], held.sum(), 0), Y[held]):.4f}', Y.mean(0))
    for ridge in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
        w = fit(X[~held], Y[~held], ridge)
        print('# ridge', ridge, 'held-out IoU', round(iou(np.c_[X[held], np.ones(held.sum())] @ w, Y[held]), 4))
    w = fit(X, Y, 1e-4)
    for row in w:
        print('    {%.4ff, %.4ff, %.4ff},' % tuple(row))


main()
