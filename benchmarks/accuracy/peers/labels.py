# SPDX-License-Identifier: MIT
"""Which eye is closed in which frame, as readers saw it: ../labels/*.csv, and the list that comes with the films.

`film,eye,first,last,state`: frames from 0, both ends included, eye `right`, `left` (the subject's) or `both`;
state `closed` (the lids meet), `partial` (lowered to about half or more), `lookdown`, `hidden`. What is not
listed is open.
"""
import collections
import csv
import pathlib
import sys

from openings import EYES

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "labels"
STATES = ("closed", "partial", "lookdown", "hidden")
OPEN, CLOSED = "open", "closed"


def read(path=FOLDER / "closures.csv", film="film", state="state"):
    """{film: [(eye, first, last, state)]}; `film` and `state` are the names of its columns."""
    films = collections.defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row[state] not in STATES or row["eye"] not in (*EYES, "both"):
                sys.exit(f"{path}: {row}; expected an eye of right, left, both and a state of {', '.join(STATES)}")
            films[row[film]].append((row["eye"], int(row["first"]), int(row["last"]), row[state]))
    return dict(films)


def of_all_films(shared):
    """Our readings, and of the other films the list in `shared`, which is not ours to keep here."""
    return read(pathlib.Path(shared) / "data" / "closures.csv", "video", "kind") | read()


def states(intervals, frames):
    """{eye: [state of each frame]}; closed wins where intervals overlap."""
    of_eye = {eye: [OPEN] * frames for eye in EYES}
    for eye, first, last, state in sorted(intervals, key=lambda interval: interval[3] == CLOSED):
        for each in EYES if eye == "both" else (eye,):
            for frame in range(first, min(last, frames - 1) + 1):
                of_eye[each][frame] = state
    return of_eye


def joint_states(of_eye):
    """States of the two eyes together: closed where either is, else what either is besides open."""
    joint = []
    for pair in zip(*of_eye.values()):
        others = [state for state in pair if state != OPEN]
        joint.append(CLOSED if CLOSED in pair else others[0] if others else OPEN)
    return joint


def runs(values, wanted):
    """[(first, last)] of the longest stretches in which wanted(value)."""
    found, first = [], None
    for index, value in enumerate([*values, None]):
        inside = index < len(values) and wanted(value)
        if inside and first is None:
            first = index
        if not inside and first is not None:
            found.append((first, index - 1))
            first = None
    return found


def closures(of_frames):
    """[(first, last)] of the closures of one eye."""
    return runs(of_frames, lambda state: state == CLOSED)
