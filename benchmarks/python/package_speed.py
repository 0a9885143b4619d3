#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What Python adds: to a frame of Tracker.update, and to a film of track. Interleaved, medians.

  PYTHONPATH=build/python package_speed.py build/bin/eyelid [--film FILE] [--rounds 9]
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np

import eyelid


def gray_frames(film, count):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ffmpeg", "-v", "error", "-i", film, "-frames:v", str(count), f"{folder}/%06d.pgm"], check=True)
        return [eyelid._native.read_image(path) for path in sorted(pathlib.Path(folder).iterdir())]


def added_us(frames, form):
    """Medians of one pass: what a call takes beyond the C++ call, and that call."""
    tracker = eyelid.Tracker(fps=500)
    arrays = [form(frame) for frame in frames]
    for array in arrays[:20]:
        tracker.update(array)
    added, within = [], []
    for array in arrays:
        inside = tracker.measuring_s
        begin = time.perf_counter()
        tracker.update(array)
        took = time.perf_counter() - begin
        inside = tracker.measuring_s - inside
        added.append(1e6 * (took - inside))
        within.append(1e6 * inside)
    return statistics.median(added), statistics.median(within)


FORMS = {
    "gray": lambda frame: frame,
    "gray, part of a wider picture": lambda frame: np.pad(frame, ((0, 0), (0, 16)))[:, :-16],
    "gray, 16 bits": lambda frame: frame.astype(np.uint16) << 8,
    "color": lambda frame: np.repeat(frame[..., None], 3, axis=2),
    "color, planes": lambda frame: np.stack([frame] * 3).transpose(1, 2, 0),
}


def film_seconds(program, film, folder):
    begin = time.perf_counter()
    eyelid.track(film, out=folder / "package", report=False)
    package = time.perf_counter() - begin
    begin = time.perf_counter()
    subprocess.run([program, "track", film, "--out", folder / "command", "--no-report"], check=True, capture_output=True)
    return package, time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--film", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        film = arguments.film or eyelid.synthesize(folder / "s", seconds=4, trials=2, fps=500).video
        frames = gray_frames(film, 200)
        print(f"{frames[0].shape[1]} x {frames[0].shape[0]}, {arguments.rounds} rounds")
        results = {form: [] for form in FORMS}
        for _ in range(arguments.rounds):
            for form in FORMS:
                results[form].append(added_us(frames, FORMS[form]))
        for form, rounds in results.items():
            added, within = (statistics.median(column) for column in zip(*rounds))
            print(f"  {form:32} {added:7.1f} us beside {within:7.1f} us within")
        ratios = []
        for _ in range(arguments.rounds):
            package, command = film_seconds(arguments.program, film, folder)
            ratios.append(package / command)
        print(f"  track: {statistics.median(ratios):.3f} of the command's time ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
