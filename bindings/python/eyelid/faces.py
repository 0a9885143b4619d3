# SPDX-License-Identifier: MIT
"""Faces and lid points of single pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Union, Unpack

import numpy as np
import numpy.typing as npt

from . import _native
from ._options import Box, Setup, StrPath, box, setup_request, within
from .errors import InputError
from .tracking import _is_path

Image = Union[StrPath, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Face:
    """A detected face, in px of the picture."""

    x: float
    y: float
    width: float
    height: float
    score: float
    """0 .. 1"""
    keypoints: npt.NDArray[np.float32] | None
    """(6, 2) of BlazeFace: right eye, left eye, nose, mouth, right ear, left ear, all of the subject; (5, 2) of MTCNN: eyes,
    nose, corners of the mouth; None of HOG."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height"""
        return self.x, self.y, self.width, self.height


@dataclass(frozen=True, eq=False)
class EyePoints:
    """The points of one face."""

    face: Face
    points: npt.NDArray[np.float32]
    """(12, 2): six lid points of the right eye, then of the left, in the order of iBUG-68; or (68, 2). Given also where
    they are not to be trusted."""
    ear_right: float
    """Eye aspect ratio; NaN where the eye is covered, outside the picture, or not found."""
    ear_left: float


@lru_cache(maxsize=4)
def _measurer(options: tuple[tuple[str, Any], ...]) -> _native.PictureMeasurer:
    return _native.PictureMeasurer(setup_request(dict(options)))


def _open(setup: Any) -> _native.PictureMeasurer:
    options = {**setup, "threads": 1}
    if "landmark_models" in options:
        options["landmark_models"] = tuple(options["landmark_models"])
    return _measurer(tuple(sorted(options.items())))


def _pixels(image: Image) -> Any:
    if _is_path(image):
        return _native.read_image(Path(image))  # type: ignore[arg-type]
    return image if hasattr(image, "__dlpack__") else np.asarray(image)


def _is_bgr(color: str) -> bool:
    if color not in ("rgb", "bgr"):
        raise InputError(f"color {color!r}, expected rgb or bgr")
    return color == "bgr"


def detect(
    image: Image, *, color: Literal["rgb", "bgr"] = "rgb", bits: int = 16, **setup: Unpack[Setup]
) -> list[Face]:
    """The faces of a picture, highest score first.

    image: a picture file, or an array of uint8 or uint16, (rows, columns) or (rows, columns, 3 or 4). color, bits: as of
    `track`. setup: see `eyelid.Setup`; what it opens is kept for the next call. Raises InputError, DeviceError.

    >>> import numpy as np
    >>> detect(np.zeros((480, 640), np.uint8))
    []
    """
    found = _open(setup).detect(_pixels(image), _is_bgr(color), within("bits", bits, 8, 16))
    return [Face(*face) for face in found]


def landmarks(
    image: Image,
    *,
    faces: Sequence[Union[Face, Box]] | None = None,
    color: Literal["rgb", "bgr"] = "rgb",
    bits: int = 16,
    **setup: Unpack[Setup],
) -> list[EyePoints]:
    """The lid points of every face in a picture, or of the given `faces`: boxes x, y, width, height in px.

    image, color, bits, setup: as of `detect`; `points=68` for the whole face. Raises InputError, DeviceError.
    """
    boxes = None
    if faces is not None:
        boxes = [box("face", face.box if isinstance(face, Face) else face) for face in faces]
    found = _open(setup).locate(_pixels(image), _is_bgr(color), within("bits", bits, 8, 16), boxes)
    return [EyePoints(Face(*face), points, right, left) for face, points, right, left in found]
