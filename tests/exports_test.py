#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `score --export` wrote, read back by the programs it is meant for.

  exports_test.py EYELID [--folder TRACKED]

Without --folder a session is written as tables. Exit status 77 (skipped) where h5py, pandas, pynwb,
ndx_pose or nwbinspector is absent.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
    import ndx_pose  # noqa: F401 (registers its types)
    import nwbinspector
    import numpy as np
    import pandas as pd
    import pynwb
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def write_session(folder, with_gaps):
    rng = np.random.default_rng(1)
    count, fps = 3000, 500
    times = np.arange(count) / fps
    if with_gaps:
        times = np.delete(times, np.s_[1000:1013])
    with open(folder / "frames.csv", "w") as file:
        file.write("frame,time_s,valid,face_score,face_x_px,face_y_px,face_width_px,face_height_px,ear_right,ear_left,fec_right,fec_left,fec,interpolated\n")
        for i, t in enumerate(times):
            a, b = rng.normal(0, 0.01, 2) + (0.6 if 1.2 < t % 3 < 1.45 else 0)
            lost = 700 <= i < 705
            cells = ",,," if lost else f"{a:.5f},{b:.5f},{(a + b) / 2:.5f},"
            file.write(f"{i},{t:.6f},{0 if lost else 1},{'' if lost else '0.9' + str(i % 90 + 10)},1,2,3,4,{0.3 - 0.2 * a:.5f},{0.31 - 0.2 * b:.5f},{cells}0\n")
    with open(folder / "landmarks.csv", "w") as file:
        file.write("frame," + ",".join(f"x{k},y{k}" for k in range(12)) + "\n")
        for i in range(len(times)):
            points = "," * 23 if 700 <= i < 705 else ",".join(f"{v:.3f}" for v in rng.uniform(100, 500, 24))
            file.write(f"{i},{points}\n")
    (folder / "trials.csv").write_text("trial,cs_onset_s,us_onset_s,type\n1,1.0,1.4,paired\n2,4.0,,cs_only\n3,,5.5,us_only\n4,,,blank\n")
    (folder / "video.mkv").write_bytes(b"stands for the recording")
    (folder / "session.json").write_text(json.dumps({
        "format": json.loads(SESSION_FORMAT), "format_version": 1,
        "input": {"path": str(folder / "video.mkv"), "kind": "video", "width_px": 640, "height_px": 480, "nominal_frames_per_second": 500.0},
        "calibration": {"right": {"open_ear": 0.3, "closed_ear": 0.1}, "left": {"open_ear": 0.31, "closed_ear": 0.11}, "open_source": "measured", "closed_source": "measured", "conditions": {"subject": "S01"}}}))


SESSION_FORMAT = '"eyelid session"'


def exact(text):
    """The float32 of a decimal, as the program reads it."""
    return np.float32(float(text)) if text else np.float32("nan")


def same(found, expected, what):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"{what}: {found.shape}, expected {expected.shape}"
    assert np.array_equal(found, expected, equal_nan=found.dtype.kind == "f"), f"{what}: values differ"


def check_dlc(folder, points, likelihood):
    table = pd.read_csv(folder / "landmarks_dlc.csv", header=[0, 1, 2], index_col=0)
    scorer = table.columns.get_level_values(0)[0]
    assert list(table.columns.names) == ["scorer", "bodyparts", "coords"], table.columns.names
    assert list(table[scorer].columns.get_level_values(0).unique()[:2]) == ["right_eye_0", "right_eye_1"]
    for node in range(12):
        part = table[scorer][f"{'right' if node < 6 else 'left'}_eye_{node % 6}"]
        same(part[["x", "y"]].to_numpy().astype("f4"), points[:, node], f"DLC node {node}")
        same(part["likelihood"].to_numpy().astype("f4"), likelihood, f"DLC likelihood {node}")


def check_sleap(folder, points):
    with h5py.File(folder / "landmarks_sleap.h5") as file:
        frames = len(points)
        tracks = file["tracks"][()]
        assert tracks.shape == (1, 2, 12, frames), tracks.shape
        same(tracks[0].transpose(2, 1, 0).astype("f4"), points, "SLEAP tracks")
        same(file["track_occupancy"][:, 0].astype(bool), np.isfinite(points[:, 0, 0]), "occupancy")
        assert [name.decode() for name in file["node_names"][()]][6] == "left_eye_0"
        assert file["edge_inds"].shape == (12, 2) and file["edge_names"].shape == (12, 2)
        assert file["point_scores"].shape == (1, 12, frames) and file["instance_scores"].shape == (1, frames)
        assert file["video_ind"][()] == 0


def times_of(series):
    if series.timestamps is not None:
        return np.asarray(series.timestamps)
    return series.starting_time + np.arange(len(series.data)) / series.rate


def check_nwb(folder, frames, points, likelihood, scores, is_even):
    path = folder / "session.nwb"
    with pynwb.NWBHDF5IO(path, "r", load_namespaces=True) as io:
        nwb = io.read()
        behavior = nwb.processing["behavior"]
        closure = behavior["eyelid_closure"]
        same(closure.data[()], np.array([[exact(r[k]) for k in ("fec_right", "fec_left", "fec")] for r in frames]), "FEC")
        same(behavior["eye_aspect_ratio"].data[()], np.array([[exact(r[k]) for k in ("ear_right", "ear_left")] for r in frames]), "EAR")
        stamps = np.array([float(r["time_s"]) for r in frames])
        assert (closure.rate is not None) == is_even, f"rate {closure.rate}"
        assert np.abs(times_of(closure) - stamps).max() < 2e-6
        if not is_even:
            same(closure.timestamps[()], stamps, "time stamps")
        pose = behavior["PoseEstimation"]
        assert pose.source_software == "eyelid" and pose.source_video is nwb.acquisition["video"]
        assert list(pose.skeleton.nodes[:2]) == ["right_eye_0", "right_eye_1"]
        assert len(pose.pose_estimation_series) == 12
        for node in range(12):
            series = pose[f"{'right' if node < 6 else 'left'}_eye_{node % 6}"]
            same(series.data[()], points[:, node], f"NWB node {node}")
            same(series.confidence[()], likelihood, "confidence")
        video = nwb.acquisition["video"]
        assert (folder / video.external_file[0]).exists(), video.external_file[0]
        trials = nwb.trials.to_dataframe()
        mean = [r for r in scores if r["eye"] == "mean" and r["type"] != "blank"]
        assert list(trials["trial_number"]) == [int(r["trial"]) for r in mean]
        assert list(trials["verdict"]) == [r["verdict"] for r in mean]
        assert list(trials["reason"]) == [r["reason"] for r in mean]
        assert list(trials["cr_grade"]) == [r["cr_grade"] for r in mean]
        assert list(trials["flags"]) == [r["flags"] for r in mean]
        for column, key in (("cs_onset", "cs_onset_s"), ("us_onset", "us_onset_s"), ("cr_amplitude", "cr_amplitude"), ("baseline", "baseline")):
            expected = np.array([float(r[key]) if r[key] else np.nan for r in mean])
            assert np.allclose(trials[column].to_numpy(), expected, atol=6e-6, equal_nan=True), column
        stimuli = nwb.stimulus["stimuli"]
        assert list(stimuli.data[:2]) == ["CS", "US"]
    problems = list(nwbinspector.inspect_nwbfile(nwbfile_path=path))
    for problem in problems:
        print(f"  inspector: {problem.importance.name}: {problem.check_function_name}: {problem.message[:120]}")
    bad = [p for p in problems if p.importance.name in ("ERROR", "PYNWB_VALIDATION", "CRITICAL")]
    assert not bad, bad
    errors = pynwb.validate(path=str(path))
    assert not errors, errors


def check(program, folder, is_even, *arguments):
    done = subprocess.run([program, "score", str(folder), "--export", "dlc,sleap,nwb", "--no-report",
                           "--session-start", "2026-11-25T15:00:00+01:00", *map(str, arguments)],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    frames = list(csv.DictReader(open(folder / "frames.csv")))
    scores = list(csv.DictReader(open(folder / "trial_scores.csv")))
    rows = {r["frame"]: r for r in csv.DictReader(open(folder / "landmarks.csv"))}
    points = np.array([[[exact(rows[r["frame"]][f"{axis}{k}"]) for axis in "xy"] for k in range(12)] for r in frames])
    likelihood = np.array([exact(r["face_score"]) if rows[r["frame"]]["x0"] else np.float32(0) for r in frames])
    check_dlc(folder, points, likelihood)
    check_sleap(folder, points)
    check_nwb(folder, frames, points, likelihood, scores, is_even)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--trials", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.folder:
        check(arguments.program, arguments.folder, True, *(["--trials", arguments.trials] if arguments.trials else []))
    else:
        for with_gaps in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                write_session(pathlib.Path(folder), with_gaps)
                check(arguments.program, pathlib.Path(folder), not with_gaps)
    print("exports read back: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
