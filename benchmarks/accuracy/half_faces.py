#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How well one eye is measured where an edge of the picture cuts the face at the nose.

  half_faces.py EYELID [--scratch FOLDER] FILM...

Each FILM of a whole face is cut halfway between the eyes (the median of the film) with ffmpeg, which gives two films of half a
face. Each half is tracked as `track` does by itself and compared with the whole film:
  measured  frames with the eye in view valid, of those in which both eyes of the whole film are valid and this one is inside
  absent    frames in which the eye that was cut off is valid, of those in which it lies wholly outside
  blinks    of the eye in view that the half finds, of those that this eye shows by itself (whole film, `--eye`), and of those
            that both eyes show (whole film); extra: found in the half alone
"""
import argparse
import csv
import pathlib
import statistics
import subprocess
import sys
import tempfile

COLUMNS = ("measured", "in view", "valid", "absent", "found of one", "one eye", "full of one", "one eye full", "found of two", "two eyes", "extra")


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


def track(eyelid, film, folder, *options):
    if not (folder / "session.json").exists():
        run(eyelid, "track", film, "--out", folder, "--no-report", "--save-landmarks", *options)
    tables = []
    for name in ("frames", "landmarks", "blinks"):
        with open(folder / f"{name}.csv", newline="") as file:
            tables.append(list(csv.DictReader(file)))
    return tables


def columns_of(row, eye):
    first = 0 if eye == "right" else 6
    return [float(row[f"x{first + i}"]) for i in range(6)]


def overlap(a, b):
    return int(a["onset_frame"]) <= int(b["offset_frame"]) and int(b["onset_frame"]) <= int(a["offset_frame"])


def found(blinks, others):
    return sum(any(overlap(blink, other) for other in others) for blink in blinks)


def compare(whole, alone, half, seen, begin, end):
    """Columns begin to end of the whole film are the half; `seen` is the eye in it."""
    absent = "left" if seen == "right" else "right"
    row = dict.fromkeys(COLUMNS, 0)
    inside = set()
    for frame, points, cut in zip(whole[0], whole[1], half[0], strict=True):
        if frame[f"valid_{seen}"] == "1" and all(begin <= x <= end - 1 for x in columns_of(points, seen)):
            inside.add(frame["frame"])
        if frame["valid_right"] != "1" or frame["valid_left"] != "1":
            continue
        if frame["frame"] in inside:
            row["in view"] += 1
            row["measured"] += cut[f"valid_{seen}"] == "1"
        if all(x < begin or x > end - 1 for x in columns_of(points, absent)):
            row["absent"] += 1
            row["valid"] += cut[f"valid_{absent}"] == "1"
    two, one = ([blink for blink in tables[2] if blink["eye"] == seen and blink["peak_frame"] in inside] for tables in (whole, alone))
    of_half = [blink for blink in half[2] if blink["eye"] == seen]
    full = [blink for blink in one if blink["kind"] == "full"]
    row |= {"one eye": len(one), "found of one": found(one, of_half), "one eye full": len(full), "full of one": found(full, of_half),
            "two eyes": len(two), "found of two": found(two, of_half), "extra": len(of_half) - found(of_half, one + two)}
    return row


def text_of(row):
    return (f"{row['measured']} of {row['in view']} | {row['valid']} of {row['absent']} | {row['found of one']} of {row['one eye']}, "
            f"full {row['full of one']} of {row['one eye full']} | {row['found of two']} of {row['two eyes']} | {row['extra']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eyelid")
    parser.add_argument("films", nargs="+", type=pathlib.Path)
    parser.add_argument("--scratch", type=pathlib.Path, help="keep the films and results here, and take those that are there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = arguments.scratch or pathlib.Path(temporary)
        scratch.mkdir(parents=True, exist_ok=True)
        total = dict.fromkeys(COLUMNS, 0)
        print("| half of | measured | absent eye valid | blinks of one eye | of two | extra |\n|---|---|---|---|---|---|")
        for film in arguments.films:
            whole = track(arguments.eyelid, film, scratch / film.stem, "--cut-edge", "none")
            nose = [statistics.mean(columns_of(points, "right") + columns_of(points, "left")) for frame, points in zip(whole[0], whole[1])
                    if frame["valid_right"] == "1" and frame["valid_left"] == "1"]
            cut = int(statistics.median(nose)) // 2 * 2
            width = int(run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width", "-of", "csv=p=0", film).strip(", \n"))
            for seen, begin, end in (("right", 0, cut), ("left", cut, width)):
                name = f"{film.stem}_{seen}"
                half = scratch / f"{name}.mkv"
                if not half.exists():
                    run("ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", film, "-vf", f"crop=w={end - begin}:h=in_h:x={begin}:y=0:exact=1",
                        "-an", "-c:v", "ffv1", "-fps_mode", "passthrough", half)
                alone = track(arguments.eyelid, film, scratch / f"{name}_alone", "--cut-edge", "none", "--eye", seen)
                row = compare(whole, alone, track(arguments.eyelid, half, scratch / f"{name}_half"), seen, begin, end)
                print(f"| {name} | {text_of(row)} |", flush=True)
                total = {key: total[key] + row[key] for key in COLUMNS}
        print(f"| all | {text_of(total)} |")


if __name__ == "__main__":
    main()
