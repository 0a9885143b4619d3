# SPDX-License-Identifier: MIT
"""A measured recording: closure of every frame, blinks, and what is known of the session."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

from . import _html, _native
from ._options import StrPath
from ._tables import Array, data_frame

if TYPE_CHECKING:
    import mne
    import pandas as pd
    import xarray
    from matplotlib.axes import Axes

# What the library reads and writes of each column; the rest of a table is left alone.
_FRAME_TYPES = {
    "frame": np.int64,
    "time_s": np.float64,
    "valid": np.bool_,
    "interpolated": np.bool_,
    "suspect": np.bool_,
    "clip": np.int32,
}
_BLINK_TYPES = {
    "onset_frame": np.int64,
    "peak_frame": np.int64,
    "offset_frame": np.int64,
    "onset_s": np.float64,
    "peak_s": np.float64,
    "offset_s": np.float64,
    "is_cut": np.bool_,
}


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """Eyelid closure of every frame of a recording, as `eyelid track` leaves it in a folder.

    It is plain data: it can be pickled, copied, and changed. All arrays are as long as the recording;
    NaN means not available. Columns as in `frames.csv` and `blinks.csv` (docs/files.md).

    >>> recording = example()
    >>> recording.columns["fec"].shape == recording.columns["time_s"].shape == (len(recording),)
    True
    """

    columns: dict[str, Array]
    """Of frames.csv, by name: frame (int64), time_s (float64, s, strictly increasing), valid, valid_right,
    valid_left, interpolated, suspect (bool), clip (int32, from 1), and as float32 face_score (0 .. 1), face_x_px,
    face_y_px, face_width_px, face_height_px (px), ear_right, ear_left (eye aspect ratio), fec_right, fec_left, fec
    (fraction eyelid closure: 0 open, 1 closed, not clamped). Right and left are the subject's."""

    blink_columns: dict[str, Any]
    """Of blinks.csv, by name."""

    session: dict[str, Any]
    """Of session.json: input, decoding, models, options, calibration, counts, warnings, run."""

    landmarks: npt.NDArray[np.float32] | None = field(default=None)
    """(frames, 12 or 68, 2): x, y in px of the frame; NaN without an eye. None unless asked for. The 12 are six lid
    points of the right eye, then of the left: corner, upper lid, other corner, lower lid, as iBUG-68 orders them."""

    def __len__(self) -> int:
        return len(self.columns["frame"])

    @cached_property
    def frames(self) -> pd.DataFrame:
        """One row per frame: `columns` as a pandas DataFrame; without pandas a dict of arrays."""
        return data_frame(self.columns)

    @cached_property
    def blinks(self) -> pd.DataFrame:
        """One row per blink and eye: onset, peak, and offset (frame, s), amplitude and peak (FEC), kind ("full",
        "partial"), durations (ms), is_cut. A pandas DataFrame; without pandas a dict of arrays."""
        return data_frame(self.blink_columns)

    @property
    def warnings(self) -> list[str]:
        """Sentences for the user."""
        return list(self.session["warnings"])

    def save(self, folder: StrPath) -> Path:
        """Writes frames.csv, blinks.csv, session.json (and landmarks.csv) to `folder`, all at once or none.

        The bytes are those of `eyelid track --out`; the folder can be scored by `eyelid score`. Earlier results there
        are replaced, other files stay. Raises InputError: a folder that cannot be written, or has the labels of another
        recording.
        """
        frames = {name: _typed(values, _FRAME_TYPES.get(name, np.float32)) for name, values in self.columns.items()}
        blinks = {
            name: list(map(str, values)) if name in ("eye", "kind") else _typed(values, _BLINK_TYPES.get(name, np.float32))
            for name, values in self.blink_columns.items()
        }
        points = None if self.landmarks is None else np.ascontiguousarray(self.landmarks, np.float32)
        _native.write(Path(folder), frames, blinks, points, json.dumps(self.session))
        return Path(folder)

    def save_calibration(self, file: StrPath) -> Path:
        """Writes the open and closed EAR of this recording to a calibration file, for `calibration=` of others.

        Raises InputError where no eye has levels.
        """
        Path(file).write_text(_native.calibration_text(json.dumps(self.session)), encoding="utf-8")
        return Path(file)

    def to_xarray(self) -> xarray.Dataset:
        """The columns over the coordinate `time_s`, as an xarray Dataset; landmarks as (time_s, point, axis)."""
        import xarray

        time_s = self.columns["time_s"]
        data: dict[str, Any] = {name: ("time_s", values) for name, values in self.columns.items() if name != "time_s"}
        if self.landmarks is not None:
            data["landmarks"] = (("time_s", "point", "axis"), self.landmarks)
        dataset = xarray.Dataset(data, coords={"time_s": time_s}, attrs={"recording": self.session["input"]["path"]})
        return dataset.assign_coords(axis=["x", "y"]) if self.landmarks is not None else dataset

    def to_mne(self, offset: float = 0.0) -> mne.Annotations:
        """The blinks as annotations of MNE: "blink/right/full", from onset to offset.

        offset: s, of the first frame on the clock of the EEG. Clocks that drift must be aligned before.
        """
        import mne

        blinks = self.blink_columns
        onset_s = np.asarray(blinks["onset_s"])
        return mne.Annotations(
            onset=onset_s + offset,
            duration=np.asarray(blinks["offset_s"]) - onset_s,
            description=[f"blink/{eye}/{kind}" for eye, kind in zip(blinks["eye"], blinks["kind"])],
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the closure over time, and the blinks, with matplotlib."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(10, 3))
        time_s = self.columns["time_s"]
        for eye in ("right", "left"):
            ax.plot(time_s, self.columns[f"fec_{eye}"], linewidth=0.8, label=f"{eye} eye")
        for onset_s, offset_s in zip(self.blink_columns["onset_s"], self.blink_columns["offset_s"]):
            ax.axvspan(onset_s, offset_s, color="0.9", linewidth=0)
        ax.set(xlabel="time (s)", ylabel="FEC (0 open, 1 closed)")
        ax.legend(loc="upper right", frameon=False)
        return ax

    def __repr__(self) -> str:
        counts = self.session["counts"]
        return (
            f"<eyelid.Recording {self.session['input']['path']!r}: {len(self)} frames, {self.session['duration_s']:.2f} s, "
            f"{counts['valid_frames']} valid, blinks right {counts['blinks_right']}, left {counts['blinks_left']}>"
        )

    def _repr_html_(self) -> str:
        return _html.recording_page(self.columns, self.blink_columns, self.session)


def _typed(values: Any, dtype: Any) -> Array:
    return np.ascontiguousarray(values, dtype)


def from_native(result: Mapping[str, Any]) -> Recording:
    return Recording(result["frames"], result["blinks"], json.loads(result["session"]), result["landmarks"])


def read(folder: StrPath) -> Recording:
    """The recording that `eyelid track --out FOLDER` or `Recording.save()` left.

    Values have the digits of the files: 5 decimals of EAR and FEC, microseconds. A frames.csv of another program, with at
    least `frame`, `time_s`, and one of `fec_right`, `fec_left`, `fec`, is read as well. Raises InputError: no frames.csv,
    or a table that is not of the run in session.json.
    """
    return from_native(_native.read(Path(folder)))


Calibration = Union[StrPath, Recording]
"""A calibration file, or a recording whose levels are used."""


@contextmanager
def calibration_file(calibration: Calibration | None) -> Iterator[str]:
    """The file that a request of the library names; empty for None."""
    if not isinstance(calibration, Recording):
        yield os.fspath(calibration) if calibration is not None else ""
        return
    with tempfile.TemporaryDirectory(prefix="eyelid-") as folder:
        yield os.fspath(calibration.save_calibration(Path(folder) / "calibration.json"))


def example(seconds: float = 20.0, frames_per_second: float = 500.0) -> Recording:
    """A made-up recording with a blink every 2 s, for trying things out and for the examples of this documentation."""
    from .ratios import closure

    time_s = np.arange(int(seconds * frames_per_second)) / frames_per_second
    phase_s = np.mod(time_s, 2.0) - 1.0
    closed = np.exp(-((phase_s / 0.06) ** 2))
    ripple = 0.002 * np.sin(2 * np.pi * 7 * time_s)
    ear = np.stack([0.30 - 0.25 * closed + ripple, 0.29 - 0.24 * closed - ripple], axis=1)
    return closure(ear, time_s, name="example")

