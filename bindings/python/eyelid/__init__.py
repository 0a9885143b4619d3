# SPDX-License-Identifier: MIT
"""Eyelid closure in every frame of a video: EAR, FEC, blinks, conditioned responses.

>>> import eyelid
>>> recording = eyelid.track("video.mkv")                                # doctest: +SKIP
>>> recording.frames["fec"]                                              # doctest: +SKIP
>>> scores = eyelid.score(recording, "trials.csv", preset="human")       # doctest: +SKIP

EAR is the eye aspect ratio, FEC the fraction eyelid closure (0 open, 1 closed), CR a conditioned response. Right and left
are the subject's. Times are in seconds, places in pixels of the frame. Guide: docs/python.md.
"""

import os as _os

from . import _native
from ._options import Setup
from .camera import CameraInfo, Live, live
from .errors import DeviceError, EyelidError, InputError
from .faces import EyePoints, Face, detect, landmarks
from .ratios import closure
from .recording import Recording, example, read
from .scoring import Scores, presets, score
from .synthesis import Session, synthesize
from .tracker import Sample, Tracker
from .tracking import track

__version__ = _native.version
__all__ = [
    "CameraInfo",
    "DeviceError",
    "EyePoints",
    "EyelidError",
    "Face",
    "InputError",
    "Live",
    "Recording",
    "Sample",
    "Scores",
    "Session",
    "Setup",
    "Tracker",
    "closure",
    "detect",
    "example",
    "landmarks",
    "live",
    "presets",
    "read",
    "score",
    "synthesize",
    "track",
]

_os.register_at_fork(before=_native.prepare_fork)
