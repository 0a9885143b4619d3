#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Faces for the training: pictures around both eyes, with points and the detector's keypoints.

    collect.py DATA TEACHER.npz EYELID WORK OUT.npz [--people 100] [--without-photographs]

DATA as for teacher.py; EYELID is the program: it renders people into WORK and detects the faces of the photographs.
--without-photographs reads neither DATA nor TEACHER.npz: rendered people alone.
Pictures are 224x160 with the eye centers level and 96 pixels apart.
"""
import argparse
import csv
import json
import pathlib
import subprocess

import cv2
import numpy as np

WIDTH, HEIGHT, EYE_DISTANCE = 224, 160, 96.0
SMALLEST_EYE_DISTANCE = 26  # in the photograph, pixels
FIRST_SEED = 301            # of rendered people; sessions of tests and figures have others
SOURCES = ("helen", "afw", "wflw", "rendered", "ytf")
WFLW_LIDS = [60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75]
# Of a contour of teacher.py, the points nearest to those of 300-W: right eye, left eye.
LIDS_OF_CONTOUR = [[0, 3, 5, 8, 11, 13], [8, 5, 3, 0, 13, 11]]
MIRRORED = [3, 2, 1, 0, 5, 4]  # point i of an eye is point MIRRORED[i] of the mirrored one


def aspect_ratio(eye):
    def distance(a, b):
        return np.linalg.norm(eye[..., a, :] - eye[..., b, :], axis=-1)
    return (distance(1, 5) + distance(2, 4)) / (2 * distance(0, 3))


def centers(points):
    return np.stack([points[:6].mean(0), points[6:].mean(0)])


def band(points):
    """Photograph -> picture around the eyes, as a 2x3 matrix, and the eye distance in the photograph."""
    right, left = centers(points)
    distance = np.hypot(*(left - right))
    along = (left - right) / distance
    turn = np.array([[along[0], along[1]], [-along[1], along[0]]]) * (EYE_DISTANCE / distance)
    return np.c_[turn, np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2]) - turn @ ((right + left) / 2)], distance


def moved(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def cut(gray, matrix):
    """Averages where the picture shrinks."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    factor = 1 if scale >= 0.8 else 2 if scale > 0.4 else 4
    shift = (factor - 1) / 2
    fine = cv2.warpAffine(gray, matrix * factor + np.array([[0, 0, shift], [0, 0, shift]]),
                          (factor * WIDTH, factor * HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return fine if factor == 1 else cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def read_pts(path):
    text = path.read_text()
    numbers = text[text.index("{") + 1:text.index("}")].split()
    return np.array(numbers, float).reshape(-1, 2) - 1


def annotated(data):
    """(name, source, path, lid points) of every annotated face."""
    for source in ("helen", "afw"):
        for pts in sorted((data / source).glob("*.pts")):
            path = next(p for p in (pts.with_suffix(".jpg"), pts.with_suffix(".png")) if p.exists())
            yield f"{source}/{path.name}", source, path, read_pts(pts)[36:48]
    for number, line in enumerate((data / "wflw/list_98pt_rect.txt").read_text().splitlines()):
        fields = line.split()
        points = np.array(fields[:196], float).reshape(98, 2)
        yield f"wflw/{number}", "wflw", data / "wflw/images" / fields[-1], points[WFLW_LIDS]


class Teacher:
    """The teacher's contours, brought to the points of 300-W by a linear map fitted on HELEN and AFW."""

    def __init__(self, path):
        file = np.load(path)
        self.looks = dict(zip(file["names"].tolist(), zip(file["contours"], file["scores"])))

    @staticmethod
    def lids(contours):
        return np.concatenate([contours[0][LIDS_OF_CONTOUR[0]], contours[1][LIDS_OF_CONTOUR[1]]])

    @staticmethod
    def features(contours, scores, matrix, side):
        """Of the eye `side`, mirrored where it is the left one; of the other eye, the corners."""
        parts = []
        for eye in (side, 1 - side):
            points = (moved(matrix, contours[eye]) - [(WIDTH - 1) / 2, (HEIGHT - 1) / 2]) / EYE_DISTANCE
            points = points * ([-1, 1] if side == 1 else [1, 1])
            parts.append((points if eye == side else points[[0, 8]]).ravel())
        return np.concatenate([*parts, [scores[side], scores[side] ** 2, 1]])

    def fit(self, faces):
        features, targets = [], []
        for name, _, _, points in faces:
            if name not in self.looks or name.startswith("wflw"):
                continue
            contours, scores = (part.mean(0) for part in self.looks[name])
            lids = self.lids(contours)
            matrix, distance = band(lids)
            if np.abs(lids - points).mean() / distance > 0.1:
                continue  # another face
            for side in (0, 1):
                eye = (moved(matrix, points[6 * side:6 * side + 6]) - [(WIDTH - 1) / 2, (HEIGHT - 1) / 2]) / EYE_DISTANCE
                features.append(self.features(contours, scores, matrix, side))
                targets.append(((eye * [-1, 1])[MIRRORED] if side == 1 else eye).ravel())
        features, targets = np.array(features), np.array(targets)
        weights = np.where(aspect_ratio(targets.reshape(-1, 6, 2)) < 0.15, 6.0, 1.0)[:, None]
        self.map = np.linalg.solve((features * weights).T @ features + 1e-2 * np.eye(features.shape[1]),
                                   (features * weights).T @ targets)

    def points(self, name):
        """Lid points (12, 2), how far the three looks lie apart (in eye distances), and how far their blink scores."""
        if name not in self.looks:
            return None
        all_contours, all_scores = self.looks[name]
        contours, scores = all_contours.mean(0), all_scores.mean(0)
        matrix, distance = band(self.lids(contours))
        eyes = []
        for side in (0, 1):
            eye = (self.features(contours, scores, matrix, side) @ self.map).reshape(6, 2)
            eye = eye[MIRRORED] * [-1, 1] if side == 1 else eye
            eyes.append(eye * EYE_DISTANCE + [(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
        back = cv2.invertAffineTransform(matrix)
        return moved(back, np.concatenate(eyes)), np.abs(all_contours - contours).mean() / distance, all_scores.std(0).max()


class Collection:
    def __init__(self):
        self.columns = {name: [] for name in ("pictures", "points", "corners", "keypoints", "source", "group")}

    def add(self, gray, points, corners, keypoints, source, group):
        """`corners` by the teacher and `keypoints` may be missing."""
        matrix, distance = band(points)
        if distance < SMALLEST_EYE_DISTANCE:
            return
        missing = np.full((4, 2), np.nan)
        row = (cut(gray, matrix), moved(matrix, points), missing if corners is None else moved(matrix, corners),
               missing[:2] if keypoints is None else moved(matrix, keypoints), SOURCES.index(source), group)
        for column, value in zip(self.columns.values(), row):
            column.append(value)

    def save(self, path):
        types = dict(pictures=np.uint8, points=np.float32, corners=np.float32, keypoints=np.float32)
        np.savez(path, **{name: np.array(values, types.get(name)) for name, values in self.columns.items()})
        sources = np.array(self.columns["source"])
        print({name: int((sources == i).sum()) for i, name in enumerate(SOURCES)})


def detected(eyelid, paths, work):
    """Eye keypoints of all faces by path."""
    found = work / "faces.json"
    subprocess.run([eyelid, "detect", *map(str, paths), "--json", str(found)], check=True, stdout=subprocess.DEVNULL)
    return {each["image"]: [np.array(face["keypoints"][:2]) for face in each["faces"] if face.get("keypoints")]
            for each in json.loads(found.read_text())}


def nearest(keypoints, points):
    middle = centers(points)
    distance = np.hypot(*(middle[1] - middle[0]))
    near = [(np.abs(each - middle).max() / distance, i) for i, each in enumerate(keypoints)]
    return keypoints[min(near)[1]] if near and min(near)[0] < 0.35 else None


def add_photographs(collection, data, teacher, eyelid, work):
    faces = list(annotated(data))
    teacher.fit(faces)
    ytf = [path for path in sorted((data / "ytf").rglob("*")) if path.suffix in (".jpg", ".png")]
    keypoints = detected(eyelid, sorted({path for _, _, path, _ in faces}) + ytf, work)
    for group, (name, source, path, points) in enumerate(faces):
        taught, corners = teacher.points(name), None
        if taught and taught[1] < 0.015 and np.abs(taught[0] - points).mean() / band(points)[1] < 0.1:
            corners = taught[0][[0, 3, 6, 9]]
        gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        collection.add(gray, points, corners, nearest(keypoints.get(str(path), []), points), source, group)
    for group, path in enumerate(ytf, len(faces)):  # annotated too coarsely: by the teacher alone
        taught = teacher.points(f"ytf/{path.name}")
        if taught and taught[1] < 0.012 and taught[2] < 0.12:
            gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            collection.add(gray, taught[0], taught[0][[0, 3, 6, 9]], nearest(keypoints.get(str(path), []), taught[0]),
                           "ytf", group)


def add_rendered(collection, eyelid, work, people):
    for seed in range(FIRST_SEED, FIRST_SEED + people):
        folder = work / f"person{seed}"
        kind = ["--hard"] if seed % 2 == 0 else ["--glasses", "--noise"] if seed % 6 == 5 else []
        if not (folder / "truth.csv").exists():
            subprocess.run([eyelid, "synthesize", "--out", str(folder), "--seconds", "2", "--fps", "25", "--trials", "1",
                            "--seed", str(seed), *kind], check=True, stdout=subprocess.DEVNULL)
        film = cv2.VideoCapture(str(folder / "video.mkv"))
        with open(folder / "truth.csv", newline="") as file:
            for number, row in enumerate(csv.DictReader(file)):
                found, frame = film.read()
                if not found:
                    break
                is_open = max(float(row["fec_right"]), float(row["fec_left"])) < 0.08
                if is_open and number % 7:
                    continue
                points = np.array([[float(row[f"{eye}_x{i}"]), float(row[f"{eye}_y{i}"])]
                                   for eye in ("right", "left") for i in range(6)])
                collection.add(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), points, points[[0, 3, 6, 9]], None, "rendered", seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "teacher", "eyelid", "work", "out"):
        parser.add_argument(name)
    parser.add_argument("--people", type=int, default=100, help="rendered people")
    parser.add_argument("--without-photographs", action="store_true")
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    collection = Collection()
    if not options.without_photographs:
        add_photographs(collection, pathlib.Path(options.data), Teacher(options.teacher), options.eyelid, work)
    add_rendered(collection, options.eyelid, work, options.people)
    collection.save(options.out)


if __name__ == "__main__":
    main()
