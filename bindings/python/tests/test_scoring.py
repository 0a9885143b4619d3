# SPDX-License-Identifier: MIT
"""score and presets: against the command."""

import csv
import pickle
import subprocess

import numpy as np
import pytest

import eyelid


@pytest.fixture(scope="module")
def scored_folder(command_folder, session, program):
    subprocess.run(
        [program, "score", command_folder, "--trials", session.trials_file, "--no-report"], check=True, capture_output=True
    )
    return command_folder


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def check_against(scores, table):
    rows = rows_of(table)
    assert list(rows[0]) == list(scores.trial_columns)
    for name, values in scores.trial_columns.items():
        for value, row in zip(values, rows, strict=True):
            if isinstance(value, str):
                assert value == row[name], name
            elif row[name]:
                assert float(value) == pytest.approx(float(row[name]), abs=0.0005001), name
            else:
                assert np.isnan(value), name


def test_scores_are_those_of_the_command(scored_folder, session):
    scores = eyelid.score(scored_folder, session.trials_file)
    check_against(scores, scored_folder / "trial_scores.csv")
    assert scores.preset == "human" and "2 trials" in repr(scores)
    learning = rows_of(scored_folder / "sessions.csv")
    assert set(scores.learning_columns) == set(learning[0]) - {"folder"}
    for name, values in scores.learning_columns.items():
        for value, row in zip(values, learning):
            assert str(value) == row[name] or (np.isnan(float(value)) and not row[name]) or float(value) == pytest.approx(float(row[name]), abs=0.005), name
    assert "%CR" in scores._repr_html_()


def test_a_recording_in_memory_is_scored_alike(recording, scored_folder, session):
    from_file = eyelid.score(recording, session.trials_file)
    check_against(from_file, scored_folder / "trial_scores.csv")
    from_table = eyelid.score(recording, session.trials)
    records = [dict(zip(("trial", "cs_onset_s", "us_onset_s", "type"), row.values())) for row in rows_of(session.trials_file)]
    from_records = eyelid.score(recording, records)
    for other in (from_table, from_records):
        assert list(other.trial_columns["reason"]) == list(from_file.trial_columns["reason"])


def test_save_leaves_what_the_commands_leave(recording, scored_folder, session, tmp_path):
    scores = eyelid.score(recording, session.trials)
    scores.save(tmp_path / "out")
    for name in ("frames.csv", "blinks.csv", "trial_scores.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (scored_folder / name).read_bytes(), name
    assert (tmp_path / "out" / "trials.csv").exists() and (tmp_path / "out" / "conditioning.html").exists()
    again = eyelid.score(tmp_path / "out")
    assert list(again.trial_columns["verdict"]) == list(scores.trial_columns["verdict"])
    pickle.loads(pickle.dumps(again)).save(tmp_path / "out", report=False)
    assert (tmp_path / "out" / "landmarks.csv").exists()


def test_exports(recording, session, tmp_path):
    scores = eyelid.score(recording, session.trials)
    scores.save(tmp_path / "out", report=False, export=["nwb", "dlc", "sleap"], session_start="2026-11-25T15:00:00+01:00")
    for name in ("session.nwb", "landmarks_dlc.csv", "landmarks_sleap.h5"):
        assert (tmp_path / "out" / name).stat().st_size > 1000, name
    with pytest.raises(eyelid.InputError, match="npy"):
        scores.save(tmp_path / "out", export=["npy"])


def test_nothing_is_written_beside(command_folder, session):
    before = sorted(command_folder.iterdir())
    eyelid.score(command_folder, session.trials_file)
    assert sorted(command_folder.iterdir()) == before


def test_tables_are_traces(recording, session):
    pandas = pytest.importorskip("pandas")
    columns = {name: recording.columns[name] for name in ("time_s", "fec_right", "fec_left")}
    for trace in (columns, pandas.DataFrame(columns)):
        scores = eyelid.score(trace, session.trials)
        assert len(scores.trials) == 6
    only = eyelid.score({"time_s": columns["time_s"], "fec": recording.columns["fec"]}, session.trials)
    assert list(only.trial_columns["eye"])[:3] == ["right", "left", "mean"]
    with pytest.raises(eyelid.InputError, match="^trace: columns a, expected time_s"):
        eyelid.score({"a": [1, 2]}, session.trials)


def test_conditions_of_trials_are_columns(recording, session):
    trials = dict(session.trials)
    trials["modality"] = ["tone", "light"]
    scores = eyelid.score(recording, trials)
    assert list(scores.trial_columns["modality"]) == ["tone"] * 3 + ["light"] * 3


def test_presets(recording, session):
    assert {"human", "mouse"} & set(eyelid.presets)
    preset = eyelid.presets["human"]
    assert preset["title"] and "nobody" not in eyelid.presets
    with pytest.raises(KeyError):
        eyelid.presets["nobody"]
    changed = eyelid.score(recording, session.trials, preset={**preset, "name": "mine"})
    assert changed.preset == "mine"
    out_of_reach = {f"criterion.{key}": 50 for key, value in preset["criterion"].items() if isinstance(value, float | int)}
    with_setting = eyelid.score(recording, session.trials, settings=out_of_reach)
    assert "cr" not in with_setting.trial_columns["verdict"]
    with pytest.raises(eyelid.InputError, match="nobody"):
        eyelid.score(recording, session.trials, preset="nobody")


def test_faults_of_trials_are_all_listed(recording):
    trials = {"trial": [1, 1], "cs_onset_s": [1.0, np.nan], "us_onset_s": [1.4, 2.0], "type": ["paired", "paired"]}
    with pytest.raises(eyelid.InputError, match="trials.csv"):
        eyelid.score(recording, trials)
    with pytest.raises(eyelid.InputError, match="trials.csv"):
        eyelid.score(recording)
