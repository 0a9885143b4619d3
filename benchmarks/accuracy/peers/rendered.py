# SPDX-License-Identifier: MIT
"""Rendered people at 500 frames/s: the films are made, measured, and removed; their truth stays."""
import csv
import hashlib
import pathlib
import shutil
import subprocess
import sys

from openings import EYES

SECONDS, TRIALS = 2, 1
# Seeds from here on were used nowhere before this bench.
FIRST_SEED = 920001


def sessions(count):
    """[(name, seed, options)]: `count` plain ones and `count` of --hard, each of another person."""
    plain = [(f"rendered_{FIRST_SEED + i}", FIRST_SEED + i, []) for i in range(count)]
    hard = [(f"rendered_hard_{FIRST_SEED + 1000 + i}", FIRST_SEED + 1000 + i, ["--hard"]) for i in range(count)]
    return plain + hard


def measure(measured, folder, name, seed, options):
    """Truth in FOLDER/NAME.csv, openings with the others; the film is not kept (120 MB), only its hash.

    A new build of eyelid renders again; where its picture is another one, every tool measures it anew.
    """
    truth = pathlib.Path(folder) / f"{name}.csv"
    if truth.exists() and not measured.missing(name, measured.tools_but_dlib):
        return
    scene = pathlib.Path(folder) / name
    command = [measured.program, "synthesize", "--out", scene, "--seed", seed, "--seconds", SECONDS, "--trials", TRIALS,
               *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name}: {done.stderr.strip()}")
    digest, film = hashlib.sha256((scene / "video.mkv").read_bytes()).hexdigest(), pathlib.Path(folder) / f"{name}.sha256"
    if film.exists() and film.read_text() != digest:
        measured.forget(name)
    film.write_text(digest)
    measured.measure(name, scene / "video.mkv", measured.tools_but_dlib)
    shutil.copy(scene / "truth.csv", truth)
    shutil.rmtree(scene)


def truth(folder, name):
    """{eye: [FEC of each frame]}"""
    with open(pathlib.Path(folder) / f"{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return {eye: [float(row[f"fec_{eye}"]) for row in rows] for eye in EYES}
