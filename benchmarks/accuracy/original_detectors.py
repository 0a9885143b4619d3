# SPDX-License-Identifier: MIT
"""The detectors whose weights ours run, by their own Python modules: dlib's HOG, facenet-pytorch's MTCNN."""
import math

import numpy as np


class Hog:
    """Gray pictures only. Scores are 1 / (1 + exp(-2 c)) of dlib's confidence c; 0.5 is dlib's own threshold."""

    def __init__(self, score=0.5, upsample=0):
        import dlib
        self.name = f"dlib {dlib.__version__}"
        self.detector = dlib.get_frontal_face_detector()
        self.upsample, self.confidence = upsample, 0.5 * math.log(score / (1 - score))

    def detect(self, picture):
        """[(box as x, y, width, height, score, keypoints)] in a picture (height, width)."""
        boxes, confidences, _ = self.detector.run(picture, self.upsample, self.confidence)
        return [((box.left(), box.top(), box.width(), box.height()), 1 / (1 + math.exp(-2 * confidence)), [])
                for box, confidence in zip(boxes, confidences)]


class Mtcnn:
    """facenet-pytorch with its default settings but for the last threshold; one thread."""

    def __init__(self, score=0.7, upsample=0):
        import facenet_pytorch
        import torch
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        self.name = "facenet-pytorch"
        self.detector = facenet_pytorch.MTCNN(keep_all=True, thresholds=[0.6, 0.7, score], device="cpu")

    def detect(self, picture):
        """As Hog.detect; a gray picture is given three times as the colors. Keypoints: eyes, nose, corners of the mouth."""
        color = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
        boxes, scores, points = self.detector.detect(color, landmarks=True)
        return [] if boxes is None else [((b[0], b[1], b[2] - b[0], b[3] - b[1]), score, keypoints)
                                         for b, score, keypoints in zip(boxes, scores, points)]


DETECTORS = {"hog": Hog, "mtcnn": Mtcnn}
