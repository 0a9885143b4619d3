# SPDX-License-Identifier: MIT
"""From eye aspect ratios to closure and blinks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import _native
from ._options import EyeName, choice, conditions, within
from ._progress import Progress, callback
from .errors import InputError
from .recording import Calibration, Recording, calibration_file, from_native


def closure(
    ear: npt.ArrayLike,
    time: npt.ArrayLike,
    *,
    eye: EyeName = "both",
    calibration: Calibration | None = None,
    filter_half_span: float | None = None,
    subject: Mapping[str, str] | None = None,
    name: str = "ratios",
    progress: Progress = False,
) -> Recording:
    """FEC and blinks of eye aspect ratios of any origin, by the rules of `track`.

    ear: (frames, 2), right and left eye; or (frames,), of both together or of the one `eye` names. Height over width of the
        opening (Soukupova & Cech 2016), or any opening that is greater when the eye is more open and below 1; NaN: not
        measured.
    time: (frames,), s, finite and strictly increasing.
    calibration: levels of open and closed eye, from a file or another recording; default: from this one.
    filter_half_span: s, 0 to 1; half the span of the smoothing filter, 0: none. Default 0.014.
    subject: conditions noted with the levels: subject, glasses ("yes", "no"), camera, distance.
    name: of the trace, in messages and in `session`.

    Raises InputError: other shapes, no frame, times that are not finite or do not increase.
    Definitions and sources: src/eyelid/closure/README.md.

    >>> import numpy as np
    >>> time = np.arange(5000) / 500
    >>> ear = 0.3 - 0.25 * np.exp(-(((time % 2) - 1) / 0.06) ** 2)
    >>> len(closure(ear, time, eye="right").blinks["eye"])
    5
    """
    times = np.ascontiguousarray(time, np.float64)
    ratios = np.asarray(ear, np.float32)
    if times.ndim != 1:
        raise InputError(f"time: an array of {times.ndim} dimensions, expected 1")
    if ratios.ndim == 1:
        ratios = np.stack([ratios, ratios], axis=1)
    if ratios.ndim != 2 or ratios.shape[1] != 2:
        raise InputError(f"ear: an array of shape {np.shape(ear)}, expected (frames, 2), or (frames,)")
    one = None if eye == "both" else choice(_native.Eye, eye, "eye")
    right = None if one == _native.Eye.left else np.ascontiguousarray(ratios[:, 0])
    left = None if one == _native.Eye.right else np.ascontiguousarray(ratios[:, 1])
    if filter_half_span is not None:
        within("filter_half_span", filter_half_span, 0.0, 1.0)
    with calibration_file(calibration) as levels, callback(progress) as show, tempfile.TemporaryDirectory(
        prefix="eyelid-"
    ) as folder:
        result = _native.closure(
            name, Path(folder) / "run", times, right, left, levels, filter_half_span, conditions(subject), show
        )
    return from_native(result)
