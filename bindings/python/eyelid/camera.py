# SPDX-License-Identifier: MIT
"""Closure of a camera that eyelid runs, as an iterator."""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import NamedTuple, Unpack

import numpy as np
import numpy.typing as npt

from . import _native
from ._options import Box, Setup, positive, within
from .recording import Calibration
from .tracker import Sample, Tracker


class CameraInfo(NamedTuple):
    """What the camera said after it was set."""

    address: str
    """What opens it again."""
    name: str
    pixel_format: str
    width: int
    height: int
    frames_per_second: float
    """0: it does not say."""
    exposure_us: float | None
    gain: float | None
    clock: str
    """Behind the times of samples: "device", "system (driver)", or "schedule"."""


class Live:
    """A running camera: an iterator of one `Sample` per frame, lost frames included. Made by `live`.

    Use it in a `with` statement, or call `close()`. Threads: one at a time.
    """

    def __init__(self, feed: _native.CameraFeed, tracker: Tracker, seconds: float | None) -> None:
        self._feed, self._seconds = feed, seconds
        info = feed.info
        self.info = CameraInfo(*(getattr(info, name) for name in CameraInfo._fields))
        self.tracker = tracker
        """For the face and the lid points of the last frame."""
        self.picture: npt.NDArray[np.uint8] | None = None
        """The last frame, (rows, columns), read-only; None: it was lost. One that is kept takes a place of `waiting`."""
        self.lost = 0
        """Frames so far that did not come, came incomplete, or found no place to wait."""
        for sentence in info.warnings:
            warnings.warn(sentence, stacklevel=3)

    def __iter__(self) -> Live:
        return self

    def __next__(self) -> Sample:
        self.picture = None  # its memory is free for the next
        arrived = self._feed.next()
        for sentence in self._feed.notices():
            warnings.warn(sentence, stacklevel=2)
        if arrived is None:
            raise StopIteration
        self.picture, number, time = arrived
        if self._seconds is not None and (number / self._feed.rate if time is None else time) >= self._seconds:
            self.close()
            raise StopIteration
        self.lost += self.picture is None
        return self.tracker.update(self.picture, time)

    def close(self) -> None:
        """Stops the camera; frames that wait still come."""
        self._feed.close()

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def live(
    camera: str,
    *,
    fps: float | None = None,
    exposure_us: float | None = None,
    gain: float | None = None,
    region: tuple[int, int, int, int] | None = None,
    packet_size: int | None = None,
    seconds: float | None = None,
    waiting: int = 16,
    calibration: Calibration | None = None,
    face_box: Box | None = None,
    **setup: Unpack[Setup],
) -> Live:
    """Runs a camera and measures each frame as it comes; recordings, trials, and dashboard are `eyelid live`, the command.

    camera: "aravis:ID" (GigE and USB3 Vision), "v4l2:/dev/videoN", "paced:FILE[@FPS]" (a film by the clock), or
        "synthetic:SEED[@FPS]" (a rendered person); `eyelid cameras` lists what is there.
    fps, exposure_us (us), gain (the camera's unit), region (x, y, width, height in px), packet_size (bytes, GigE): what
        the camera is asked for; None leaves it as it is. What it grants is in `.info`; a difference is a warning.
    seconds: by the camera's clock; None: until it ends or is closed.
    waiting: frames, 2 to 10,000, that may wait for a slow loop, each in memory of its own. Beyond, frames are lost and
        counted, so that a sample is never older than these.
    calibration, face_box, setup: see `Tracker`.

    Times are seconds of the camera's clock from its first frame. A camera that is unplugged is opened again for 30 s, with
    a warning; then DeviceError. Raises InputError: no such camera, busy, no rights, a setting out of
    range, or a camera that does not say its frame rate, without fps.

    >>> for sample in live("paced:film.mkv@500", seconds=2):      # doctest: +SKIP
    ...     if sample.fec > 0.5:
    ...         print(sample.time_s)
    """
    numbers = None
    if region is not None:
        x, y, width, height = (int(value) for value in region)
        numbers = (x, y, width, height)
    feed = _native.open_camera(
        camera,
        None if fps is None else positive("fps", fps),
        None if exposure_us is None else positive("exposure_us", exposure_us),
        gain,
        numbers,
        packet_size,
        int(within("waiting", waiting, 2, 10_000)),
    )
    tracker = Tracker(fps=feed.rate, calibration=calibration, face_box=face_box, **setup)
    return Live(feed, tracker, None if seconds is None else positive("seconds", seconds))
