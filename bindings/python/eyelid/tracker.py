# SPDX-License-Identifier: MIT
"""Closure of a running camera, in one's own loop."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Unpack

import numpy as np
import numpy.typing as npt

from . import _native
from ._options import Box, Setup, box, positive, setup_request, within
from .errors import InputError
from .recording import Calibration, calibration_file


class Sample(NamedTuple):
    """One frame of a running camera; NaN: not available."""

    frame: int
    """Number of the frame, from 0."""
    time_s: float
    """As given; without it, number / fps."""
    valid: bool
    """An eye was measured."""
    valid_right: bool
    valid_left: bool
    ear_right: float
    """Eye aspect ratio; right and left are the subject's."""
    ear_left: float
    fec_right: float
    """Fraction eyelid closure: 0 open, 1 closed, not clamped."""
    fec_left: float
    fec: float
    """Mean of the eyes that have one."""


class Tracker:
    """Measures the frames of a camera one by one, each as soon as it comes.

    FEC needs the EAR of the open and the closed eye. With `calibration` it is known from the first frame on; without, the
    open level is found while the recording runs, the closed one is a share of it, and the first frames have no FEC. No
    later frame is waited for, so FEC is not filtered, as it is by `track`; EAR is the same.

    fps: frames/s of the camera, for frames without a time. color: order of the samples of color arrays. bits: 8 to 16, in
    use of samples stored in 16. face_box: x, y, width, height in px, where no face is to be looked for. setup: see
    `eyelid.Setup`; one thread, on the CPU.

    Threads: any, one at a time. About 1 ms a frame of 640 x 480 on one core with AVX2; docs/python.md.

    >>> import numpy as np
    >>> tracker = Tracker(fps=500)
    >>> tracker.update(np.full((480, 640), 128, np.uint8), time=0.0).valid
    False
    """

    def __init__(
        self,
        *,
        fps: float = 500.0,
        calibration: Calibration | None = None,
        color: Literal["rgb", "bgr"] = "rgb",
        bits: int = 16,
        face_box: Box | None = None,
        **setup: Unpack[Setup],
    ) -> None:
        if setup.get("device", "cpu") == "cuda":
            raise InputError("device 'cuda', expected cpu: frames one by one are measured there")
        request = setup_request({**setup, "device": "cpu", "threads": 1})
        if face_box is not None:
            request.face_box = box("face_box", face_box)
        if color not in ("rgb", "bgr"):
            raise InputError(f"color {color!r}, expected rgb or bgr")
        with calibration_file(calibration) as levels:
            self._native = _native.FrameByFrame(
                request, positive("fps", fps), levels, within("bits", bits, 8, 16), color == "bgr", Sample
            )
        self._update = self._native.update

    def update(self, frame: npt.NDArray[Any] | None, time: float | None = None) -> Sample:
        """Measures the next frame.

        frame: uint8 or uint16, (rows, columns) gray or (rows, columns, 3 or 4) color, any strides, on the CPU (NumPy,
            PyTorch, anything with DLPack or the buffer protocol); None: a lost frame. Not kept, not changed.
        time: s, by the camera's clock, increasing.

        Raises InputError for another array or time; the frame then does not count. The interpreter's lock is free
        meanwhile.
        """
        return self._update(frame, time)

    @property
    def measuring_s(self) -> float:
        """Seconds that all frames so far took within the library, without Python."""
        return self._native.measuring_s

    @property
    def face(self) -> tuple[float, float, float, float, float] | None:
        """x, y, width, height (px), and score of the face in the last frame; None without one."""
        return self._native.face

    @property
    def landmarks(self) -> npt.NDArray[np.float32] | None:
        """(12 or 68, 2): x, y in px of the last frame; None without a trusted eye."""
        return self._native.points
