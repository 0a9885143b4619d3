# SPDX-License-Identifier: MIT
"""Rendered sessions with known closure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from . import _native
from ._options import StrPath, within
from ._progress import Progress, callback
from ._tables import data_frame, read_csv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Session:
    """A rendered session."""

    folder: Path

    @property
    def video(self) -> Path:
        """Lossless gray film."""
        return self.folder / "video.mkv"

    @property
    def trials_file(self) -> Path:
        """As `score` takes it."""
        return self.folder / "trials.csv"

    @cached_property
    def truth(self) -> pd.DataFrame:
        """One row per frame: frame, time_s, fec_right, fec_left, and the lid points right_x0 .. left_y5 (px). A pandas
        DataFrame; without pandas a dict of arrays."""
        return data_frame(read_csv(self.folder / "truth.csv"))

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial: trial, cs_onset_s, us_onset_s, type."""
        return data_frame(read_csv(self.trials_file))


def synthesize(
    folder: StrPath,
    *,
    seconds: float = 12.0,
    trials: int = 12,
    fps: float = 500.0,
    isi: float = 0.4,
    seed: int = 1,
    pose: bool = False,
    flicker: bool = False,
    noise: bool = False,
    glasses: bool = False,
    progress: Progress = False,
) -> Session:
    """Renders a person in an eyeblink-conditioning session, whose closure is known exactly.

    folder: receives video.mkv (640 x 480), truth.csv, and trials.csv. seconds: 0.5 to 36000. trials: 0 to 100000.
    fps: 10 to 1000 frames/s. isi: CS to US, 0.1 to 2 s. seed: of face, light, and blinks. pose, flicker, noise, glasses:
    difficulties. The same options give the same bytes.

    Raises InputError: trials that do not fit into the seconds, a folder that cannot be written or holds another film.
    """
    options = _native.SessionOptions()
    options.seconds = within("seconds", seconds, 0.5, 36000.0)
    options.trials = within("trials", trials, 0, 100000)
    options.frames_per_second = within("fps", fps, 10.0, 1000.0)
    options.isi_s = within("isi", isi, 0.1, 2.0)
    options.seed = within("seed", seed, 0, 2**64 - 1)
    options.with_pose, options.with_flicker = pose, flicker
    options.with_noise, options.with_glasses = noise, glasses
    with callback(progress) as show:
        _native.render(options, Path(folder), show)
    return Session(Path(folder))
