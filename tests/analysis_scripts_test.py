#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The long table of a study, and the scripts beside it, run with statsmodels and, where R has it, lme4.

usage: analysis_scripts_test.py EYELID   Exit status 77 (skipped) without pandas or statsmodels.
"""
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from conditioning_session import write_session

try:
    import pandas
    import statsmodels.formula.api  # noqa: F401
    import matplotlib  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def check(folder, program):
    table = ["folder,subject,group,phase,session"]
    for subject in range(6):
        group = "trained" if subject % 2 else "control"
        top = 0.9 if group == "trained" else 0.2
        for number in range(1, 4):
            name = f"{subject}-{number}"
            write_session(folder / name, 20, 10 * subject + number, top * (number - 1) / 3, top * number / 3)
            table.append(f"{name},S{subject},{group},acquisition,{number}")
        write_session(folder / f"{subject}-r", 20, 90 + subject, top / 2, top)
        table.append(f"{subject}-r,S{subject},{group},reacquisition,1")
    (folder / "study.csv").write_text("\n".join(table) + "\n")
    study = folder / "study"
    done = subprocess.run([program, "score", "--sessions", folder / "study.csv", "--out", study, "--no-report"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    long = pandas.read_csv(study / "trials_long.csv")
    assert len(long) == 24 * 20 * 3, len(long)
    mean = long[(long.eye == "mean") & long.is_cr.notna()]
    for row in rows(study / "sessions.csv"):
        if row["eye"] != "mean":
            continue
        mine = mean[(mean.subject == row["subject"]) & (mean.phase == row["phase"]) & (mean.session == int(row["session"]))]
        assert abs(100 * mine.is_cr.mean() - float(row["percent_cr"])) < 0.01, row
        assert row["percent_before_cs"] != "", "the base rate of spontaneous closures"
    assert {"peak_velocity", "ur_above_pre_us", "cr_peak_from_us_ms", "before_cs"} <= set(long.columns)

    done = subprocess.run([sys.executable, study / "analysis.py"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (study / "analysis.png").stat().st_size > 5000
    assert re.search(r"linear mixed model.*session:group\[T\.trained\]", done.stdout, re.S), done.stdout
    assert "Savings" in done.stdout and "(n = 6)" in done.stdout, done.stdout[-500:]
    # The groups part: the interaction of the amplitude model is positive.
    slope = float(re.search(r"session:group\[T\.trained\]\s+(-?[0-9.]+)", done.stdout).group(1))
    assert slope > 0.05, slope
    if shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(lme4)"], capture_output=True).returncode == 0:
        done = subprocess.run(["Rscript", study / "analysis.R", study], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        assert "logistic mixed model" in done.stdout and "session:group" in done.stdout, done.stdout


def main():
    with tempfile.TemporaryDirectory(prefix="eyelid-analysis-") as folder:
        check(pathlib.Path(folder), pathlib.Path(sys.argv[1]).resolve())


if __name__ == "__main__":
    main()
