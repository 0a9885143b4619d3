#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a set of landmark models finds beside the labels and photographs of the bench; docs/accuracy.md.

    compare_models.py EYELID --shared FOLDER [--landmark-model FILE...]

Without --landmark-model: the embedded ones. Prints the rows of blinks.csv that hit labeled closures (each eye alone), of the
films labeled first and of all, frames not measured, and `eyelid evaluate landmarks` of the HELEN photographs.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import figures
import labels
from eyelid_openings import read_blinks, read_frames
from material import FILMS, FIRST_TABLE
from openings import EYES


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    parser.add_argument("--landmark-model", nargs="*", default=[])
    options = parser.parse_args()
    models = [word for model in options.landmark_model for word in ("--landmark-model", model)]

    def eyelid(*arguments):
        done = subprocess.run([options.program, *map(str, arguments), *models], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    intervals_of = labels.of_all_films(options.shared)
    counts, frames, unmeasured = {}, 0, 0
    for film in FILMS:
        with tempfile.TemporaryDirectory() as out:
            eyelid("track", film.path(options.shared), "--out", out, "--no-report")
            ears, blinks = read_frames(f"{out}/frames.csv"), read_blinks(f"{out}/blinks.csv")
        states = labels.states(intervals_of.get(film.name, []), len(ears["right"]))
        frames += 2 * len(ears["right"])
        unmeasured += sum(ear is None for eye in EYES for ear in ears[eye])
        counts[film.name] = figures.total(
            figures.count_events([(first, last) for eye, first, last in blinks if eye == wanted], states[wanted]) for wanted in EYES)
        print(f"{film.name:<22} {counts[film.name]}")
    for name, films in (("labeled first", FIRST_TABLE), ("all", counts)):
        total = figures.total(counts[film] for film in films)
        print(f"{name:<22} {total}, F1 {total.f1:.3f}")
    print(f"not measured: {unmeasured} of {frames} eyes")
    print(eyelid("evaluate", "landmarks", "--dataset", f"300w:{options.shared}/data/eval/helen"))


if __name__ == "__main__":
    main()
