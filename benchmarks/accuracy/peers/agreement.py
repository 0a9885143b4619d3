# SPDX-License-Identifier: MIT
"""Agreement of two readings of the same films, and what both leave: agreement.py [--write]

Prints Cohen's kappa per frame and eye and how many closures match. --write puts the consensus of
reading_1.csv and reading_2.csv into closures.csv: closed is what both called closed; what only one of them
called other than open is partial (lookdown where either saw that) and counts for nobody.
"""
import csv
import sys

import labels
from openings import EYES

READINGS = ("reading_1.csv", "reading_2.csv")


def kappa(pairs):
    """Cohen's kappa of [(class of one, class of the other)]."""
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    chance = sum(sum(one == name for one, _ in pairs) * sum(other == name for _, other in pairs)
                 for name in {name for pair in pairs for name in pair}) / total ** 2
    return (observed - chance) / (1 - chance) if chance < 1 else 1.0


def consensus(one, other):
    return one if one == other else "lookdown" if "lookdown" in (one, other) else "partial"


def compare(first, second, frames_of):
    """Figures of two readings {film: intervals}; frames_of: {film: number of frames}."""
    pairs, counts, matched = [], [0, 0], 0
    for film, frames in frames_of.items():
        one, other = (labels.states(reading[film], frames) for reading in (first, second))
        for eye in EYES:
            pairs += zip(one[eye], other[eye])
            closures = [labels.closures(states[eye]) for states in (one, other)]
            counts = [count + len(found) for count, found in zip(counts, closures)]
            matched += sum(any(a <= d and c <= b for c, d in closures[1]) for a, b in closures[0])
    closed = [(one == labels.CLOSED, other == labels.CLOSED) for one, other in pairs]
    return {"films": len(frames_of), "frames": len(pairs) // 2, "kappa_states": kappa(pairs),
            "kappa_closed": kappa(closed), "closures": counts, "matched": matched}


def intervals_of(states):
    """[(eye, first, last, state)], `both` where the eyes agree."""
    found = {eye: [(first, last, state) for state in labels.STATES
                   for first, last in labels.runs(states[eye], lambda value: value == state)] for eye in EYES}
    right, left = found["right"], found["left"]
    rows = [("both" if row in left else "right", *row) for row in right] + [("left", *row) for row in left if row not in right]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def write_consensus(first, second, frames_of):
    rows = [["film", "eye", "first", "last", "state"]]
    for film, frames in frames_of.items():
        one, other = (labels.states(reading[film], frames) for reading in (first, second))
        agreed = {eye: [consensus(a, b) for a, b in zip(one[eye], other[eye])] for eye in EYES}
        rows += [[film, *row] for row in intervals_of(agreed)]
    with open(labels.FOLDER / "closures.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def figures():
    first, second = (labels.read(labels.FOLDER / name) for name in READINGS)
    with open(labels.FOLDER / "read_films.csv", newline="") as file:
        frames_of = {row["film"]: int(row["frames"]) for row in csv.DictReader(file)}
    return first, second, frames_of


def main():
    first, second, frames_of = figures()
    for name, value in compare(first, second, frames_of).items():
        print(name, value)
    if "--write" in sys.argv[1:]:
        write_consensus(first, second, frames_of)


if __name__ == "__main__":
    main()
