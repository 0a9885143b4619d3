# SPDX-License-Identifier: MIT
"""The program under test, the first argument of the command line, and the tables it writes."""
import csv
import pathlib
import subprocess
import sys

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
TIMEOUT_S = 240


def eyelid(*arguments, **options):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True,
                          timeout=TIMEOUT_S, **options)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def rendered_session(folder, tracked):
    """Renders 3 s at 100 frames/s into folder/s and tracks them into folder/`tracked`: the film, rows of truth.csv, of
    landmarks.csv."""
    made = eyelid("synthesize", "--out", folder / "s", "--seconds", 3, "--trials", 2, "--seed", 5, "--fps", 100)
    assert made.returncode == 0, made.stderr
    film = folder / "s" / "video.mkv"
    done = eyelid("track", film, "--out", folder / tracked, "--no-report", "--save-landmarks")
    assert done.returncode == 0, done.stderr
    return film, rows(folder / "s" / "truth.csv"), rows(folder / tracked / "landmarks.csv")
