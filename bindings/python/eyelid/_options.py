# SPDX-License-Identifier: MIT
"""Options that several functions share, and how they become requests of the library."""

from __future__ import annotations

import enum
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, TypeVar, Union

from . import _native
from .errors import InputError

StrPath = Union[str, "os.PathLike[str]"]
Box = Sequence[float]
EyeName = Literal["right", "left", "both"]
Number = TypeVar("Number", int, float)
Choice = TypeVar("Choice", bound=enum.Enum)


class Setup(TypedDict, total=False):
    """Options of detector, landmarks, and machine, as those of the command; all may be absent.

    detector: "blazeface" (default), "hog", or "mtcnn".
    detector_model: a file instead of the embedded model.
    landmark_models: files, each instead of the embedded model of its kind.
    points: 12 lid points (default) or the 68 of iBUG / 300-W.
    device: "auto" (default), "cpu", or "cuda".
    precision: "auto" (default: f32), "f32", "bf16", "int8", or "f16".
    threads: 1 to 1024; default: all processors. batch: 1 to 4096 groups of frames in flight.
    detect_every: the detector runs on every n-th frame; 1 to 100000; default: 1, frame rate / 50 for hog and mtcnn.
    upsample: HOG: the frame is doubled so many times, 0 to 4.
    min_score: minimum score of the detector, 0.001 to 1.
    """

    detector: Literal["blazeface", "hog", "mtcnn"]
    detector_model: StrPath
    landmark_models: Sequence[StrPath]
    points: Literal[12, 68]
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["auto", "f32", "bf16", "int8", "f16"]
    threads: int
    batch: int
    detect_every: int
    upsample: int
    min_score: float


def choice(of: type[Choice], name: object, option: str) -> Choice:
    """The member called `name`. Raises InputError that lists them."""
    for member in of:
        if member.name == name:
            return member
    names = [member.name for member in of]
    raise InputError(f"{option} {name!r}, expected {', '.join(names[:-1])} or {names[-1]}")


def within(option: str, value: Number, low: float, high: float) -> Number:
    if not low <= value <= high:
        raise InputError(f"{option} {value}, expected {low:g} to {high:g}")
    return value


def positive(option: str, value: float) -> float:
    if not 0.0 < value < float("inf"):
        raise InputError(f"{option} {value}, expected a number above 0")
    return float(value)


def box(option: str, values: Box) -> tuple[float, float, float, float]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or min(numbers[2:]) <= 0:
        raise InputError(
            f"{option} {numbers}, expected x, y, width, and height in pixels, with a width and a height above 0"
        )
    return numbers[0], numbers[1], numbers[2], numbers[3]


def setup_request(options: Mapping[str, Any]) -> _native.SetupRequest:
    """The request that `Setup` describes. Raises TypeError for an option that is not one of it."""
    unknown = set(options) - set(Setup.__annotations__)
    if unknown:
        raise TypeError(f"unknown option {', '.join(sorted(unknown))}; expected {', '.join(Setup.__annotations__)}")
    request = _native.SetupRequest()
    request.detector = choice(_native.Detector, options.get("detector", "blazeface"), "detector")
    request.device = choice(_native.Device, options.get("device", "auto"), "device")
    if options.get("precision", "auto") != "auto":
        request.precision = choice(_native.Precision, options["precision"], "precision")
    request.detector_model = os.fspath(options.get("detector_model", ""))
    request.landmark_models = [os.fspath(path) for path in options.get("landmark_models", ())]
    points = options.get("points", 12)
    if points not in (12, 68):
        raise InputError(f"points {points!r}, expected 12 or 68")
    request.has_68_points = points == 68
    if "threads" in options:
        request.threads = within("threads", options["threads"], 1, 1024)
    if "batch" in options:
        request.batch = within("batch", options["batch"], 1, 4096)
    if "detect_every" in options:
        request.detect_every = within("detect_every", options["detect_every"], 1, 100000)
    request.upsampling = within("upsample", options.get("upsample", 0), 0, 4)
    if "min_score" in options:
        request.score_threshold = within("min_score", options["min_score"], 0.001, 1.0)
    return request


def conditions(values: Mapping[str, str] | None) -> _native.Conditions:
    """Conditions of a recording by name. Raises InputError for a name that is not one."""
    result = _native.Conditions()
    for name, value in (values or {}).items():
        if name not in ("subject", "glasses", "camera", "distance"):
            raise InputError(f"condition {name!r}, expected subject, glasses, camera or distance")
        if name == "glasses" and value not in ("yes", "no"):
            raise InputError(f"glasses {value!r}, expected yes or no")
        setattr(result, name, value)
    return result


def eye_of(name: EyeName) -> _native.Eye | None:
    return None if name == "both" else choice(_native.Eye, name, "eye")
