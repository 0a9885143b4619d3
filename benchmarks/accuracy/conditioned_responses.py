#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scores of tracked sessions against those of the closures that were rendered.

  conditioned_responses.py EYELID FOLDER [--seeds 1 2] [--seconds 24] [--trials 20] [options of synthesize]

Renders, tracks and scores each seed in FOLDER (kept, and reused when there), scores truth.csv with the same preset, and
prints agreement of the verdicts, onset and amplitude errors per eye.
"""
import argparse
import csv
import pathlib
import shutil
import statistics
import subprocess


def scores_of(path):
    return {(row["trial"], row["eye"]): row for row in csv.DictReader(open(path))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=24)
    parser.add_argument("--trials", type=int, default=20)
    arguments, options = parser.parse_known_args()

    def run(*command):
        subprocess.run([arguments.program, *map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    judged = agreed = rejected = 0
    onsets, amplitudes = [], []
    for seed in arguments.seeds:
        rendered, tracked, truth = (arguments.folder / f"{name}{seed}" for name in ("rendered", "tracked", "truth"))
        if not (rendered / "truth.csv").exists():
            run("synthesize", "--out", rendered, "--seconds", arguments.seconds, "--trials", arguments.trials, "--seed", seed, *options)
        if not (tracked / "session.json").exists():
            run("track", rendered / "video.mkv", "--out", tracked, "--no-report")
        truth.mkdir(parents=True, exist_ok=True)
        shutil.copy(rendered / "truth.csv", truth / "frames.csv")
        for folder in (tracked, truth):
            run("score", folder, "--trials", rendered / "trials.csv", "--no-report")
        found, true = scores_of(tracked / "trial_scores.csv"), scores_of(truth / "trial_scores.csv")
        for key, row in true.items():
            if not row["cs_onset_s"]:
                continue
            if "rejected" in (row["verdict"], found[key]["verdict"]):
                rejected += 1
                continue
            judged += 1
            agreed += row["verdict"] == found[key]["verdict"]
            if row["verdict"] == found[key]["verdict"] == "cr":
                onsets.append(abs(float(row["cr_onset_ms"]) - float(found[key]["cr_onset_ms"])))
                amplitudes.append(abs(float(row["cr_amplitude"]) - float(found[key]["cr_amplitude"])))
    print(f"{judged} judged, {rejected} rejected, agreement {100 * agreed / judged:.1f} %, onset error median "
          f"{statistics.median(onsets):.1f} ms, amplitude error median {statistics.median(amplitudes):.3f} (n = {len(onsets)})")


if __name__ == "__main__":
    main()
