#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How far closure moves when the detector computes in another precision.

  precision_difference.py EYELID [--precision int8] [--also "OPTIONS"] [--json FILE] FILM...

Tracks each FILM in f32 and in the other precision and compares FEC frame by frame: root mean square, 99th percentile, and
largest difference over both eyes, frames of which only one run has the FEC of an eye, and blinks of which the other run has
no counterpart (same eye, overlapping). --also compares a third run, of f32 with other options, as a yardstick: for instance
"--detect-every 2", which is as right as the first.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

EYES = ("fec_right", "fec_left")


def track(eyelid, film, options, folder):
    command = [eyelid, "track", film, "--out", folder, "--no-report", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{film}: {done.stderr}")
    with open(folder / "frames.csv", newline="") as file:
        frames = list(csv.DictReader(file))
    with open(folder / "blinks.csv", newline="") as file:
        blinks = list(csv.DictReader(file))
    return frames, blinks


def without_counterpart(blinks, others):
    def overlaps(a, b):
        return a["eye"] == b["eye"] and int(a["onset_frame"]) <= int(b["offset_frame"]) and int(b["onset_frame"]) <= int(a["offset_frame"])
    return sum(not any(overlaps(blink, other) for other in others) for blink in blinks)


def compare(first, second):
    differences, alone = [], 0
    for a, b in zip(first[0], second[0], strict=True):
        for eye in EYES:
            if a[eye] and b[eye]:
                differences.append(abs(float(a[eye]) - float(b[eye])))
            elif a[eye] or b[eye]:
                alone += 1
    differences.sort()
    count = len(differences)
    return {"frames": len(first[0]), "values": count,
            "rms": math.sqrt(sum(d * d for d in differences) / count) if count else None,
            "p99": differences[int(0.99 * (count - 1))] if count else None,
            "max": differences[-1] if count else None,
            "alone": alone,
            "blinks": len(first[1]), "blinks_lost": without_counterpart(first[1], second[1]), "blinks_new": without_counterpart(second[1], first[1])}


def text_of(figures):
    numbers = " / ".join("-" if figures[key] is None else f"{figures[key]:.4f}" for key in ("rms", "p99", "max"))
    return f"{numbers} | {figures['alone']} | {figures['blinks']} -{figures['blinks_lost']} +{figures['blinks_new']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eyelid")
    parser.add_argument("films", nargs="+", type=pathlib.Path)
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--also", default="")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = []
    print("| film | run | FEC: rms / p99 / max | frames of one run only | blinks |\n|---|---|---|---|---|")
    for film in arguments.films:
        runs = {arguments.precision: ["--precision", arguments.precision]}
        if arguments.also:
            runs[f"f32 {arguments.also}"] = ["--precision", "f32", *arguments.also.split()]
        with tempfile.TemporaryDirectory() as name:
            f32 = track(arguments.eyelid, film, ["--precision", "f32"], pathlib.Path(name) / "f32")
            for number, (run, options) in enumerate(runs.items()):
                figures = compare(f32, track(arguments.eyelid, film, options, pathlib.Path(name) / str(number)))
                rows.append({"film": film.name, "run": run, **figures})
                print(f"| {film.name} | {run} | {text_of(figures)} |", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
