#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lid contours by MediaPipe Face Landmarker, whose corners stay in their place while the lids close.

    teacher.py MODEL.task DATA OUT.npz

DATA holds helen/, afw/, ytf/ and wflw/ (docs: README.md here). Every picture is looked at three times, as it is,
mirrored, and turned and shrunk a little; a face counts where the three agree. Needs the package `mediapipe`.
"""
import pathlib
import sys

import cv2
import mediapipe
import numpy as np
from mediapipe.tasks import python as tasks
from mediapipe.tasks.python import vision

# From the outer corner over the upper lid to the inner one, and back below: of the right eye, then of the left.
CONTOURS = [[33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
            [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]]
CROP = 256  # pixels of a face cut from a scene


def look(landmarker, picture):
    """Contours (2, 16, 2) in pixels and blink scores (2,); nothing where no face is found."""
    height, width = picture.shape[:2]
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
    found = landmarker.detect(image)
    if not found.face_landmarks:
        return None
    points = np.array([[p.x * width - 0.5, p.y * height - 0.5] for p in found.face_landmarks[0]])
    scores = {shape.category_name: shape.score for shape in found.face_blendshapes[0]}
    return points[CONTOURS], np.array([scores["eyeBlinkRight"], scores["eyeBlinkLeft"]])


def look_thrice(landmarker, picture):
    """Contours (3, 2, 16, 2) and blink scores (3, 2)."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 0.93)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    looks = [look(landmarker, view) for view in (picture, picture[:, ::-1], turned)]
    if any(each is None for each in looks):
        return None
    contours, scores = [list(part) for part in zip(*looks)]
    contours[1] = (np.array([width - 1, 0]) + np.array([-1, 1]) * contours[1])[::-1]
    scores[1] = scores[1][::-1]
    back = cv2.invertAffineTransform(turn)
    contours[2] = contours[2] @ back[:, :2].T + back[:, 2]
    return np.stack(contours), np.stack(scores)


def portraits(data):
    for name in ("helen", "afw", "ytf"):
        for path in sorted((data / name).rglob("*")):
            if path.suffix in (".jpg", ".png"):
                yield f"{name}/{path.name}", cv2.imread(str(path)), None


def faces_of_scenes(data):
    """Cut out around the annotated points of WFLW."""
    for number, line in enumerate((data / "wflw/list_98pt_rect.txt").read_text().splitlines()):
        fields = line.split()
        points = np.array(fields[:196], float).reshape(98, 2)
        low, high = points.min(0), points.max(0)
        half = 0.95 * (high - low).max()
        scene = cv2.imread(str(data / "wflw/images" / fields[-1]))
        if scene is None or half < 30:
            continue
        scale = CROP / (2 * half)
        corner = (low + high) / 2 - half
        cut = np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]])
        yield f"wflw/{number}", cv2.warpAffine(scene, cut, (CROP, CROP), borderMode=cv2.BORDER_REPLICATE), cut


def main(model, data, out):
    landmarker = vision.FaceLandmarker.create_from_options(vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.IMAGE, num_faces=1,
        output_face_blendshapes=True))
    names, contours, scores = [], [], []
    for source in (portraits, faces_of_scenes):
        for name, picture, cut in source(pathlib.Path(data)):
            looks = look_thrice(landmarker, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
            if looks is None:
                continue
            points = looks[0]
            if cut is not None:
                back = cv2.invertAffineTransform(cut)
                points = points @ back[:, :2].T + back[:, 2]
            names.append(name)
            contours.append(points)
            scores.append(looks[1])
            if len(names) % 200 == 0:
                print(f"{len(names)} faces", flush=True)
    np.savez(out, names=np.array(names), contours=np.array(contours), scores=np.array(scores))
    print(f"{len(names)} faces in all")


if __name__ == "__main__":
    main(*sys.argv[1:])
