# SPDX-License-Identifier: MIT
"""eyelid: EAR of frames.csv and the rows of blinks.csv, of a film or a folder of pictures."""
import csv
import subprocess
import sys
import tempfile

from openings import EYES


def track(program, material, out):
    done = subprocess.run([program, "track", material, "--out", out, "--no-report"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{program} track {material}: {done.stderr.strip()}")


def read_frames(path):
    """{eye: [EAR or None of each frame]} of a frames.csv."""
    ears = {eye: [] for eye in EYES}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            for eye in EYES:
                cell = row[f"ear_{eye}"] if row[f"valid_{eye}"] == "1" else ""
                ears[eye].append(float(cell) if cell else None)
    return ears


def read_blinks(path, only_full=False):
    """[(eye, onset frame, offset frame)] of a blinks.csv; of all rows, or of those whose kind is full."""
    with open(path, newline="") as file:
        return [(row["eye"], int(row["onset_frame"]), int(row["offset_frame"])) for row in csv.DictReader(file)
                if row["kind"] == "full" or not only_full]


def openings_of_film(program, path, blinks_to):
    """{eye: [EAR]}; leaves the film's blinks.csv at `blinks_to`."""
    with tempfile.TemporaryDirectory() as out:
        track(program, path, out)
        blinks_to.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{out}/blinks.csv", newline="") as blinks:
            blinks_to.write_text(blinks.read())
        return read_frames(f"{out}/frames.csv")
