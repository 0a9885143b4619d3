# SPDX-License-Identifier: MIT
"""The whole job of `eyelid track`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, Unpack

import numpy as np
import numpy.typing as npt

from . import _native
from ._options import Box, EyeName, Setup, StrPath, box, conditions, eye_of, positive, setup_request, within
from ._progress import Progress, callback
from .errors import InputError
from .recording import Calibration, Recording, calibration_file, from_native


Source = Union[StrPath, Sequence[StrPath], npt.NDArray[Any], Sequence[npt.NDArray[Any]]]


def _is_path(value: object) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))


def _set_source(request: _native.TrackRequest, source: Any, color: str, name: str) -> None:
    if _is_path(source):
        request.inputs = [os.fsdecode(source)]
        return
    if isinstance(source, np.ndarray) and source.ndim == 2:
        source = source[np.newaxis]
    if not isinstance(source, (np.ndarray, Sequence)):
        raise TypeError(
            f"a recording of type {type(source).__name__}, expected paths or arrays that can be read more than once (for "
            "an iterator or a camera: list(frames), or eyelid.Tracker)"
        )
    items = list(source)
    if items and all(map(_is_path, items)):
        request.inputs = [os.fsdecode(item) for item in items]
        return
    if color not in ("rgb", "bgr"):
        raise InputError(f"color {color!r}, expected rgb or bgr")
    _native.set_pictures(request, [item if hasattr(item, "__dlpack__") else np.asarray(item) for item in items], color == "bgr", name)


def track(
    source: Source,
    *,
    out: StrPath | None = None,
    report: bool = True,
    overlay: bool = False,
    landmarks: bool = False,
    trials: StrPath | None = None,
    truth: StrPath | None = None,
    title: str = "",
    fps: float | None = None,
    times: npt.ArrayLike | StrPath | None = None,
    bits: int | None = None,
    stream: int | None = None,
    color: Literal["rgb", "bgr"] = "rgb",
    name: str = "arrays",
    eye: EyeName = "both",
    face_box: Box | None = None,
    eye_box: Box | None = None,
    calibration: Calibration | None = None,
    subject: Mapping[str, str] | None = None,
    progress: Progress = False,
    **setup: Unpack[Setup],
) -> Recording:
    """Measures eyelid closure in every frame of a recording.

    source: a video file; a folder with pictures or videos; picture files; several videos or folders, the clips of one
        session; or pictures as arrays of uint8 or uint16: (frames, rows, columns) gray, (frames, rows, columns, 3 or 4)
        color, or a list of such pictures, of any strides (not copied).
    out: folder that receives what `eyelid track --out` leaves; default: nothing is written.
    report, overlay, trials, truth, title: of the report and the film in `out`.
    landmarks: whether to keep the lid points; `points=68` for the whole face.
    fps: frames/s; overrides the container's. For arrays without it and without `times`: 25, with a warning.
    times: (frames,), s: a time per frame; or a file with them.
    bits: 8 to 16, in use of samples stored in 16; default: from the largest value.
    stream: 0 to 63, of several video streams.
    color: order of the samples of color arrays; OpenCV hands out "bgr". name: of arrays, in messages.
    eye: measured alone, of the subject. face_box, eye_box: x, y, width, height in px, where nothing is to be looked for.
    calibration: levels to use, from a file or another recording. subject: conditions saved with the levels found.
    progress: True for bars of tqdm, or a function (phase, done, total), called about every 100 ms.
    setup: see `eyelid.Setup`.

    The result depends neither on the number of threads nor on the processor (f32, int8). The interpreter's lock is free
    meanwhile, and Ctrl-C stops the work within a frame. Memory: 75 bytes a frame.

    Raises InputError for files, arrays, and options; DeviceError for a device or precision that is absent.
    """
    request = _native.TrackRequest()
    request.setup = setup_request(setup)
    _set_source(request, source, color, name)
    # Each nested object is that of the request: a change is seen by it.
    if fps is not None:
        request.source.frames_per_second = positive("fps", fps)
    if times is not None and _is_path(times):
        request.timestamps_file = os.fsdecode(times)  # type: ignore[arg-type]
    elif times is not None:
        stamps = np.ascontiguousarray(times, np.float64)
        if stamps.ndim != 1 or not np.isfinite(stamps).all():
            raise InputError(f"times: an array of shape {stamps.shape}, expected (frames,) with finite seconds")
        request.source.set_times(stamps)
    if bits is not None:
        request.source.bits = within("bits", bits, 8, 16)
    if stream is not None:
        request.source.stream = within("stream", stream, 0, 63)
    request.eye = eye_of(eye)
    if face_box is not None and eye_box is not None:
        raise InputError("face_box and eye_box, expected one of them")
    if face_box is not None:
        request.setup.face_box = box("face_box", face_box)
    if eye_box is not None:
        request.setup.eye_box = box("eye_box", eye_box)
    request.save_landmarks = landmarks
    request.write_overlay = overlay and out is not None
    request.write_report = report and out is not None
    request.trials_file = os.fspath(trials) if trials is not None else ""
    request.truth_file = os.fspath(truth) if truth is not None else ""
    request.title = title
    request.conditions = conditions(subject)
    with calibration_file(calibration) as levels, callback(progress) as show:
        request.calibration_file = levels
        if out is not None:
            request.folder = out
            return from_native(_native.track(request, True, show))
        with tempfile.TemporaryDirectory(prefix="eyelid-") as folder:
            request.folder = os.path.join(folder, "run")
            return from_native(_native.track(request, False, show))
