# SPDX-License-Identifier: MIT
"""Frames of a film and single pictures, as arrays."""
import sys

import cv2


def frames_of(path, is_gray=False):
    """Yields every decoded frame, RGB or gray, 8 bits, in the order of eyelid's frame numbers."""
    film = cv2.VideoCapture(str(path))
    if not film.isOpened():
        sys.exit(f"{path}: cannot be opened; expected a film")
    while True:
        is_there, frame = film.read()
        if not is_there:
            return
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY if is_gray else cv2.COLOR_BGR2RGB)


def fps_of(path):
    return cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS)


def picture(path, is_gray=False):
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE if is_gray else cv2.IMREAD_COLOR)
    if image is None:
        sys.exit(f"{path}: cannot be read; expected a picture")
    return image if is_gray else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
