# SPDX-License-Identifier: MIT
"""What every tool leaves of a film: a table `film,frame,eye,opening,closure`, the same columns for all.

`opening` is the tool's own measure of an open eye: the eye aspect ratio, or 1 - eyeBlink. `closure` is
1 - opening / median opening of that eye over the film, so that 0 is the usual open eye of any tool; it is
not clamped. Both are empty where the tool found no eye. Right and left are the subject's.
"""
import csv
import pathlib
import statistics

EYES = ("right", "left")
COLUMNS = ("film", "frame", "eye", "opening", "closure")


def aspect_ratio(lids):
    """EAR of six points (x, y) from corner to corner around the eye: 0 and 3 corners, (1, 5), (2, 4) lids."""
    distance = lambda a, b: ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    width = distance(lids[0], lids[3])
    return (distance(lids[1], lids[5]) + distance(lids[2], lids[4])) / (2 * width) if width > 0 else None


def closures_of(openings):
    """Closure of each frame of one eye; None stays None."""
    measured = [value for value in openings if value is not None]
    usual = statistics.median(measured) if measured else 0.0
    return [None if value is None or usual <= 0 else 1 - value / usual for value in openings]


def write(path, film, openings):
    """openings: {eye: [value or None of each frame]}; the file appears when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with open(unfinished, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for eye in EYES:
            for frame, (opening, closure) in enumerate(zip(openings[eye], closures_of(openings[eye]))):
                cells = ["" if value is None else f"{value:.5f}" for value in (opening, closure)]
                table.writerow([film, frame, eye, *cells])
    unfinished.replace(path)


def read(path, column="closure"):
    """{eye: [value or None of each frame]} of a file that write() made."""
    values = {eye: [] for eye in EYES}
    with open(pathlib.Path(path), newline="") as file:
        for row in csv.DictReader(file):
            values[row["eye"]].append(float(row[column]) if row[column] else None)
    return values
