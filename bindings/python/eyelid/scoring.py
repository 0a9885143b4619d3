# SPDX-License-Identifier: MIT
"""Conditioned responses: the job of `eyelid score`, and the presets that define it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union

from . import _html, _native
from ._options import StrPath, choice, conditions, positive
from ._progress import Progress, callback
from ._tables import columns_of, data_frame, write_csv
from .errors import InputError
from .recording import Calibration, Recording, calibration_file, read
from .tracking import _is_path

if TYPE_CHECKING:
    import pandas as pd


class Presets(Mapping[str, dict[str, Any]]):
    """How laboratories score a trial, by name: titles, sources, windows, criteria (docs/conditioning.md).

    >>> "human" in presets
    True
    >>> presets["human"]["cr"]["from"]
    'cs+60ms'
    """

    def __getitem__(self, name: str) -> dict[str, Any]:
        if name not in _native.preset_names():
            raise KeyError(name)
        preset: dict[str, Any] = json.loads(_native.preset_text(name))
        return preset

    def __iter__(self) -> Iterator[str]:
        return iter(_native.preset_names())

    def __len__(self) -> int:
        return len(_native.preset_names())

    def __repr__(self) -> str:
        return f"<eyelid.presets: {', '.join(self)}>"


presets = Presets()

Trace = Union[Recording, StrPath, "pd.DataFrame", Mapping[str, Any]]
Trials = Union[StrPath, "pd.DataFrame", Mapping[str, Any], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class _Job:
    """What scores are made of, so that they can be made again in a folder."""

    trace: Recording | Path | Mapping[str, Any]
    trials: Path | Mapping[str, Any] | None
    preset: str | Path | Mapping[str, Any]
    calibration: Calibration | None
    levels: tuple[float, float] | None
    subject: Mapping[str, str] | None
    trace_options: Mapping[str, Any]
    options: Mapping[str, Any]

    def run(
        self,
        folder: Path | None,
        progress: Progress,
        report: bool = False,
        pictures: str = "never",
        exports: _native.ExportDetails | None = None,
    ) -> dict[str, Any]:
        """Without a folder nothing is left."""
        with tempfile.TemporaryDirectory(prefix="eyelid-") as scratch, calibration_file(
            self.calibration
        ) as levels, callback(progress) as show:
            request = self._request(Path(scratch), folder or Path(scratch) / "run")
            request.calibration_file = levels
            return _native.score(
                request,
                folder is not None,
                report,
                choice(_native.Pictures, pictures, "pictures"),
                exports or _native.ExportDetails(),
                show,
            )

    def _request(self, scratch: Path, folder: Path) -> _native.ScoreRequest:
        request = _native.ScoreRequest()
        request.folder = folder
        for name, value in self.options.items():
            setattr(request, name, value)
        request.conditions = conditions(self.subject)
        for name, value in self.trace_options.items():
            setattr(request.trace, name, value)
        if self.levels is not None:
            request.set_opening_levels(*self.levels)
        if isinstance(self.trace, Recording):
            if not _holds(folder, self.trace):
                self.trace.save(folder)
        elif isinstance(self.trace, Path):
            request.trace_file = self.trace
        else:
            request.trace_file = scratch / "trace.csv"
            write_csv(request.trace_file, columns_of(self.trace))
        if isinstance(self.trials, Path):
            request.trials_file = self.trials
        elif self.trials is not None:
            own = folder / "trials.csv"
            request.trials_file = scratch / "trials.csv" if own.exists() or not folder.is_dir() else own
            write_csv(request.trials_file, columns_of(self.trials))
        if isinstance(self.preset, Mapping):
            request.preset = str(scratch / "preset.json")
            Path(request.preset).write_text(json.dumps(self.preset), encoding="utf-8")
        else:
            request.preset = str(self.preset)
        return request


def _holds(folder: Path, recording: Recording) -> bool:
    try:
        session = json.loads((folder / "session.json").read_text(encoding="utf-8"))
        return bool(session["run"]["id"]) and session["run"]["id"] == recording.session["run"]["id"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """Verdicts, amplitudes, and onsets of the trials of a session."""

    trial_columns: dict[str, Any]
    """Of trial_scores.csv, by name: three rows a trial, for the right eye, the left, and their mean."""
    learning_columns: dict[str, Any]
    """Of sessions.csv, by name: rows for the right eye, the left, and their mean."""
    preset: str
    isi_s: float
    """CS to US, s."""
    warnings: list[str]
    """Sentences for the user."""
    _job: _Job = field(repr=False)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial and eye ("right", "left", "mean"): verdict ("cr", "no_cr", "rejected", "not_applicable"), its
        reason, amplitudes (FEC), latencies (ms after the CS), the columns of the trial file that are not ours. A pandas
        DataFrame; without pandas a dict of arrays."""
        return data_frame(self.trial_columns)

    @cached_property
    def learning(self) -> pd.DataFrame:
        """One row per eye: counts, percentage of CRs, means. A pandas DataFrame; without pandas a dict of arrays."""
        return data_frame(self.learning_columns)

    def save(
        self,
        folder: StrPath,
        *,
        report: bool = True,
        pictures: Literal["auto", "always", "never"] = "auto",
        export: Sequence[Literal["nwb", "dlc", "sleap"]] = (),
        session_start: str | datetime = "",
        species: str = "",
        sex: Literal["M", "F", "O", "U", ""] = "",
        age: str = "",
        progress: Progress = False,
    ) -> Path:
        """Scores again in `folder`, and leaves there what `eyelid track` and `eyelid score` leave: the tables,
        conditioning.html, session.json; all at once or none.

        A folder that holds this recording keeps what is in it. pictures: of the eyes in the report; "auto": for up to
        30,000 frames. export: also session.nwb (NWB with ndx-pose), landmarks_dlc.csv (DeepLabCut), landmarks_sleap.h5
        (SLEAP); the last two need landmarks. session_start (ISO 8601), species, sex, age (ISO 8601, "P30Y"): of NWB.
        """
        details = _native.ExportDetails()
        details.formats = list(export)
        details.start_time = session_start if isinstance(session_start, str) else session_start.isoformat()
        details.species, details.sex, details.age = species, sex, age
        self._job.run(Path(folder), progress, report, pictures, details)
        return Path(folder)

    def __repr__(self) -> str:
        percent = dict(zip(self.learning_columns["eye"], self.learning_columns["percent_cr"]))
        return (
            f"<eyelid.Scores preset {self.preset}: {len(self.trial_columns['trial']) // 3} trials, "
            f"{percent['mean']:.1f} % CRs>"
        )

    def _repr_html_(self) -> str:
        return _html.scores_page(self.trial_columns, self.learning_columns, self.preset)


def score(
    trace: Trace,
    trials: Trials | None = None,
    *,
    preset: str | StrPath | Mapping[str, Any] = "human",
    settings: Mapping[str, object] | None = None,
    labels: StrPath | None = None,
    calibration: Calibration | None = None,
    calibrate_from_trials: bool = False,
    columns: Mapping[str, str] | None = None,
    fps: float | None = None,
    levels: tuple[float, float] | None = None,
    lid_points: Sequence[str] = (),
    events: StrPath | None = None,
    events_offset: float | None = None,
    sync_region: Sequence[int] | None = None,
    subject: Mapping[str, str] | None = None,
    group: str = "",
    phase: str = "",
    session: int = 1,
    progress: Progress = False,
) -> Scores:
    """Scores the conditioned responses of a session. Nothing is written; see `Scores.save`.

    trace: a Recording; a folder of `eyelid track`; a trace of another program (docs/imports.md); or a table with `time_s`
        and fec_right and fec_left, or fec: a DataFrame or a mapping of arrays.
    trials: a trial file, or a table of trials: trial (1, 2, ...), cs_onset_s, us_onset_s (s; NaN: none), type ("paired",
        "cs_only", "us_only", "blank"), and conditions of one's own. Default: trials.csv in the folder.
    preset: a name of `presets`, a file, or a preset as a dict. settings: overrides, {"criterion.above": 0.05}.
    labels: file with manual verdicts, which overrule; default: labels.csv in the folder.
    calibration: other levels of open and closed eye. calibrate_from_trials: levels from before the CS and from the UR.
    columns, fps, levels (open, closed), lid_points: of traces of other programs.
    events, events_offset (s): an event log instead of trials. sync_region: x, y, width, height in px of an LED.
    subject, group, phase, session: noted in `learning`.

    Raises InputError: with every fault of the trial file, or what is wrong with the trace.
    Definitions and sources: docs/conditioning.md, `presets[name]["source"]`.
    """
    held: Recording | Path | Mapping[str, Any]
    if _is_path(trace):
        held = Path(trace)  # type: ignore[arg-type]
        if held.is_dir():
            folder, held = held, read(held)
            if trials is None and (folder / "trials.csv").exists():
                trials = folder / "trials.csv"
            if labels is None and (folder / "labels.csv").exists():
                labels = folder / "labels.csv"
    elif isinstance(trace, Recording):
        held = trace
    else:
        held = columns_of(trace)
        columns = columns or _roles(held)
    trace_options: dict[str, Any] = {"columns": dict(columns or {}), "lid_points": list(lid_points)}
    if fps is not None:
        trace_options["frames_per_second"] = positive("fps", fps)
    options: dict[str, Any] = {
        "settings": [f"{key}={value}" for key, value in (settings or {}).items()],
        "calibrate_from_trials": calibrate_from_trials,
        "group": group,
        "phase": phase,
        "session": session,
    }
    if labels is not None:
        options["labels_file"] = Path(labels)
    if events is not None:
        options |= {"events_file": Path(events), "events_offset_s": events_offset}
    if sync_region is not None:
        options["sync_region"] = ",".join(str(int(number)) for number in sync_region)
    job = _Job(
        held, _trial_table(trials), _preset(preset), calibration, levels, subject, trace_options, options
    )
    found = job.run(None, progress)
    return Scores(found["trials"], found["learning"], found["preset"], found["isi_s"], found["warnings"], job)


def _roles(table: Mapping[str, Any]) -> dict[str, str]:
    """Which columns of a table are the time and the closure."""
    if "time_s" not in table:
        raise InputError(f"trace: columns {', '.join(table)}, expected time_s, and fec_right and fec_left, or fec")
    roles = {"time": "time_s"}
    for role, column in (("closure_right", "fec_right"), ("closure_left", "fec_left")):
        if column in table:
            roles[role] = column
    if len(roles) == 1 and "fec" in table:
        roles["closure"] = "fec"
    if len(roles) == 1:
        raise InputError(f"trace: columns {', '.join(table)}, expected fec_right and fec_left, or fec, beside time_s")
    return roles


def _trial_table(trials: Any) -> Path | Mapping[str, Any] | None:
    if trials is None:
        return None
    if _is_path(trials):
        return Path(trials)
    if isinstance(trials, Sequence):
        names = dict.fromkeys(name for trial in trials for name in trial)
        return {name: [trial.get(name) for trial in trials] for name in names}
    return columns_of(trials)


def _preset(preset: Any) -> str | Path | Mapping[str, Any]:
    if isinstance(preset, (str, Mapping)):
        return preset
    return Path(preset)
