# SPDX-License-Identifier: MIT
"""Closures of one eye alone, made from real films: over a blink of both eyes one eye's open picture is laid.

For each labeled closure of both eyes that is short enough, the frames in which one eye moves get that eye's
picture from the nearest frames in which both are open, shifted onto the face by what surrounds the eye, its
edge blended. Right and left eyes take turns. A tool should find the other eye's closure and none of this one.
"""
import dataclasses
import hashlib
import json
import pathlib
import subprocess
import sys

import cv2
import numpy as np

import mediapipe_openings
import pictures
from splice_plan import Splice

SEARCH = 15       # pixels that the face may have moved between the two
WORST_FIT = 0.5   # SD around the eye that may differ between the two, in SDs of that part of the picture


def _masks(width, height, rx, ry):
    """(1 around the eye and 0 on it, 0..1 of the eye's picture with a soft edge)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.sqrt(((x - width / 2) / rx) ** 2 + ((y - height / 2) / ry) ** 2)
    return (distance > 1.0).astype(np.float32), np.clip((1.15 - distance) / 0.3, 0, 1)


def lay_over(target, source, lids):
    """`target` with the eye of `source` (gray float pictures) whose six points are `lids`.

    None where the eye is at the picture's edge, or what surrounds it does not fit: the head moved or turned.
    """
    center = np.mean([lids[0], lids[3]], axis=0)
    size = float(np.hypot(*(np.subtract(lids[0], lids[3]))))
    width, height = int(2.4 * size), int(1.9 * size)
    x, y = int(round(center[0] - width / 2)), int(round(center[1] - height / 2))
    if x < SEARCH or y < SEARCH or x + width + SEARCH > target.shape[1] or y + height + SEARCH > target.shape[0]:
        return None
    around, soft = _masks(width, height, 0.85 * size, 0.6 * size)
    patch = source[y:y + height, x:x + width]
    region = target[y - SEARCH:y + height + SEARCH, x - SEARCH:x + width + SEARCH]
    _, _, (dx, dy), _ = cv2.minMaxLoc(cv2.matchTemplate(region, patch, cv2.TM_SQDIFF, mask=around))
    below = region[dy:dy + height, dx:dx + width]
    mean = lambda values: float((around * values).sum() / around.sum())
    brighter = mean(below - patch)
    misfit = mean((below - patch - brighter) ** 2) / max(mean((patch - mean(patch)) ** 2), 1.0)
    if misfit > WORST_FIT ** 2 or {dx, dy} & {0, 2 * SEARCH}:
        return None
    laid = target.copy()
    laid[y - SEARCH + dy:y - SEARCH + dy + height, x - SEARCH + dx:x - SEARCH + dx + width] = (
        soft * (patch + brighter) + (1 - soft) * below)
    return laid


def make(path, splices, model, folder):
    """Writes the film with the splices that fit (gray, lossless) and a record of them; returns (file, splices).

    The file's name holds a hash of the plan: other labels make another film.
    """
    plan_hash = hashlib.sha256(repr((splices, SEARCH, WORST_FIT)).encode()).hexdigest()[:8]
    out = pathlib.Path(folder) / f"spliced_{path.stem}_{plan_hash}.mkv"
    record = out.with_suffix(".json")
    if record.exists():
        return out, [Splice(**row) for row in json.loads(record.read_text())]
    frames = list(pictures.frames_of(path))
    gray = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    laid, kept = list(gray), []
    with mediapipe_openings.landmarker(model, is_film=False) as found:
        for splice in splices:
            results = []
            for offset in range(splice.over[1] - splice.over[0] + 1):
                target, source = splice.over[0] + offset, splice.source[0] + offset
                faces = mediapipe_openings.faces_in(found, frames[source])
                results.append(lay_over(gray[target].astype(np.float32), gray[source].astype(np.float32),
                                        faces[0][splice.eye][0]) if faces else None)
            if all(result is not None for result in results):
                kept.append(splice)
                for offset, result in enumerate(results):
                    laid[splice.over[0] + offset] = np.clip(np.rint(result), 0, 255).astype(np.uint8)
    _write(laid, pictures.fps_of(path), out)
    record.write_text(json.dumps([dataclasses.asdict(splice) for splice in kept]))
    return out, kept


def _write(frames, fps, out):
    height, width = frames[0].shape
    pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}",
               "-r", f"{fps}", "-i", "-", "-c:v", "ffv1", out]
    done = subprocess.run(list(map(str, command)), input=b"".join(frame.tobytes() for frame in frames), capture_output=True)
    if done.returncode:
        sys.exit(f"{out}: {done.stderr.decode().strip()}")
