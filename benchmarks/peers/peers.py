#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""eyelid beside its peers: same frames, same threads, taking turns; median of at least 20 rounds.

    peers.py LIBRARY [--tasks blazeface,hog,...] [--model FILE.tflite] [--bundle face_landmarker.task] [--mtcnn FOLDER]
             [--study-python PYTHON] [--json FILE [--merge]] [--table FILE.md]

LIBRARY is libeyelid_peers.so of a build with EYELID_BENCHMARKS. Every peer's result is compared with ours
before it is timed; a peer that is not installed, or cannot do a task, is listed with the reason.
--merge keeps the rows of other tasks that FILE holds, so that the tasks can be run one by one.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile
import time
import zipfile

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from contest import Library, Pictures
from marked_page import write_between_marks
from stages import blazeface_task, ert_task, hog_task, mtcnn_task
from whole_frames import FORMATS, whole_frame_files_task, whole_frame_task

TASKS = ["blazeface", "hog", "mtcnn", "ert68", "ert12", "whole_frame", *(f"whole_frame_{kind}" for kind in FORMATS)]
SHORT = {"blazeface", "ert68", "ert12"}  # ten times as many rounds


def make_task(name, options, library, pictures, folder, predictors):
    if name == "blazeface":
        return blazeface_task(options, library, pictures)
    if name == "hog":
        return hog_task(library, pictures)
    if name == "mtcnn":
        return mtcnn_task(options, library, pictures)
    if name in ("ert68", "ert12"):
        points = int(name[3:])
        return ert_task(points, library, pictures, predictors[points])
    if name == "whole_frame":
        return whole_frame_task(options, library, pictures, folder, predictors)
    return whole_frame_files_task(name.removeprefix("whole_frame_"), options, library, pictures, folder, predictors)


def run_tasks(options):
    """(rows, missing) of the tasks asked for."""
    library = Library(options.library)
    pictures = Pictures(library)
    rows, missing = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        options.bundle_model = folder / "face_detector.tflite"
        if options.bundle.exists():
            # MediaPipe's tasks want the model with its metadata, which the bundle holds.
            options.bundle_model.write_bytes(zipfile.ZipFile(options.bundle).read("face_detector.tflite"))
        predictors = {points: folder / f"random_{points}.dat" for points in (68, 12)}
        for points, path in predictors.items():
            library.open(library.c.eyelid_write_random_dat, points, str(path).encode())
        for task_name in options.tasks:
            task = make_task(task_name, options, library, pictures, folder, predictors)
            rows += task.measure(10 * options.rounds if task_name in SHORT else options.rounds)
            missing += [{"task": task_name, "name": who, "reason": reason} for who, reason in task.missing]
            print(f"{task_name}: done", file=sys.stderr)
    return rows, missing


def merge(path, tasks, rows, missing):
    """Adds what `path` holds of other tasks."""
    old = json.loads(path.read_text()) if path.exists() else {"rows": [], "missing": []}

    def joined(key, new):
        entries = [entry for entry in old[key] if entry["task"] not in tasks] + new
        return sorted(entries, key=lambda entry: TASKS.index(entry["task"]))
    return joined("rows", rows), joined("missing", missing)


def table(rows, missing, machine):
    lines = [f"{machine}, {time.strftime('%Y-%m-%d')}; median ms per image of at least {min(r['rounds'] for r in rows)} interleaved rounds, "
             "p10 to p90; ratio to our first line of the task.", "",
             "| task | who | precision | threads | ms per image | p10 .. p90 | ratio | same result |", "|---|---|---|---|---|---|---|---|"]
    first = {}
    for row in rows:
        base = first.setdefault(row["task"], row["ms_per_image"])
        name, version = row["name"], row["version"]
        who = version if version.startswith(name) else f"{name} {version}".strip()
        lines.append(f"| {row['task']} | {who} | {row['precision']} | {row['threads']} | {row['ms_per_image']:.4f} | "
                     f"{row['ms_p10']:.4f} .. {row['ms_p90']:.4f} | {row['ms_per_image'] / base:.2f} | "
                     f"{'yes' if row['agrees'] else '**no**'}{' (' + row['note'] + ')' if row['note'] else ''} |")
    for entry in missing:
        lines.append(f"| {entry['task']} | {entry['name']} | - | - | - | - | - | not measured: {entry['reason']} |")
    return "\n".join(lines) + "\n"


def parse_options():
    shared = pathlib.Path(os.environ.get("EYELID_SHARED", pathlib.Path(__file__).resolve().parents[2] / ".." / "shared"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("library", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--model", type=pathlib.Path, default=shared / "models/face_detection_short_range.tflite")
    parser.add_argument("--int8", type=pathlib.Path, help="the model with scales (eyelid model calibrate)")
    parser.add_argument("--bundle", type=pathlib.Path, default=shared / "models/face_landmarker.task")
    parser.add_argument("--mtcnn", type=pathlib.Path, help="folder or file of MTCNN's three networks",
                        default=os.environ.get("EYELID_MTCNN_MODEL") or shared / "models")
    parser.add_argument("--study-python", help="a Python with MediaPipe 0.10.9 and dlib",
                        default=os.environ.get("EYELID_STUDY_PYTHON"))
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--tasks", default=TASKS, type=lambda text: text.split(","))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--merge", action="store_true")
    parser.add_argument("--table", type=pathlib.Path)
    options = parser.parse_args()
    if options.rounds < 20:
        parser.error("--rounds: at least 20")
    for name in options.tasks:
        if name not in TASKS:
            parser.error(f"--tasks {name}: unknown, expected some of {','.join(TASKS)}")
    if options.merge and not options.json:
        parser.error("--merge: expected --json FILE with it")
    if not options.model.exists():
        sys.exit(f"{options.model}: missing; expected MediaPipe's face_detection_short_range.tflite (--model)")
    return options


def main():
    options = parse_options()
    rows, missing = run_tasks(options)
    if options.merge:
        rows, missing = merge(options.json, options.tasks, rows, missing)
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    text = table(rows, missing, f"{model}, {options.threads} processors")
    print(text)
    if options.json:
        options.json.write_text(json.dumps({
            "command": "bench-peers", "machine": {"cpu": model, "threads": options.threads}, "rows": rows, "missing": missing},
            indent=1) + "\n")
    if options.table:
        write_between_marks(options.table, "peers", text)
    for row in rows:
        if not row["agrees"]:
            print(f"{row['task']}: {row['name']} does not give our result ({row['note']})", file=sys.stderr)
    sys.stdout.flush()
    os._exit(0)  # some peers crash in their own clean-up


if __name__ == "__main__":
    main()
