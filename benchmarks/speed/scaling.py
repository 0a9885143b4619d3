#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cost of a frame against threads, batch, faces, resolution and length, beside what it should be on paper.

    scaling.py EYELID [--parts threads,batch,...] [--work FOLDER [--prepare]] [--json FILE [--merge]]
               [--table docs/scaling.md] [--plot docs/scaling.svg]

Pictures and recordings are made from a rendered session (needs ffmpeg), in FOLDER if named, where a later
run finds them; --prepare makes them and times nothing. --merge keeps the parts that FILE holds and this run
does not measure. The table goes between the marks of the page; --plot needs matplotlib.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from marked_page import write_between_marks

PARTS = ["threads", "batch", "faces", "resolution", "length"]
BATCHES = [1, 2, 4, 16, 64, 256]
FACES = [1, 2, 3, 4]
SIZES = [(320, 240), (640, 480), (1280, 960), (2560, 1920)]
LENGTHS = [1, 4, 16, 64]  # times the shortest recording


def ffmpeg(target, *arguments):
    """Makes `target` unless it is there; beside first, so that half a file is never taken for one."""
    if target.exists():
        return
    beside = target.with_name("part_" + target.name)
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *map(str, arguments), str(beside)], check=True)
    beside.rename(target)


class Recordings:
    """The rendered session, and what ffmpeg makes of it."""

    def __init__(self, eyelid, folder):
        self.eyelid, self.folder = eyelid, folder

    def session(self):
        video = self.folder / "session/video.mkv"
        if not video.exists():
            subprocess.run([self.eyelid, "synthesize", "--out", video.parent, "--seconds", "3", "--trials", "1", "--fps", "64"],
                           check=True, stdout=subprocess.DEVNULL)
        return video

    def with_faces(self, faces):
        """The same person in `faces` of the four quarters of a frame; the others are gray."""
        target = self.folder / f"faces{faces}.mkv"
        inputs = [argument for i in range(4) for argument in (
            ("-i", self.session()) if i < faces else ("-f", "lavfi", "-i", "color=gray:size=320x240:rate=64"))]
        scaled = "".join(f"[{i}:v]scale=320:240,format=gray[a{i}];" for i in range(4))
        graph = scaled + "[a0][a1][a2][a3]xstack=inputs=4:layout=0_0|320_0|0_240|320_240,format=gray"
        ffmpeg(target, *inputs, "-filter_complex", graph, "-frames:v", "64", "-c:v", "ffv1")
        return target

    def of_size(self, width, height):
        target = self.folder / f"{width}x{height}.mkv"
        ffmpeg(target, "-i", self.session(), "-vf", f"scale={width}:{height},format=gray", "-frames:v", "64", "-c:v", "ffv1")
        return target

    def of_length(self, times):
        """`times` x 960 frames of 320x240, which decode fast."""
        once = self.folder / "once.mkv"
        ffmpeg(once, "-stream_loop", "4", "-i", self.session(), "-vf", "scale=320:240", "-c:v", "mpeg4", "-q:v", "3",
               "-pix_fmt", "yuv420p", "-r", "500")
        target = self.folder / f"length{times}.mkv"
        ffmpeg(target, "-stream_loop", times - 1, "-i", once, "-c", "copy")
        return target

    def prepare(self):
        for faces in FACES:
            self.with_faces(faces)
        for size in SIZES:
            self.of_size(*size)
        for times in LENGTHS:
            self.of_length(times)


class Meter:
    def __init__(self, recordings, folder):
        self.eyelid, self.recordings, self.folder = recordings.eyelid, recordings, folder

    def bench(self, *arguments):
        """(rows, conditions) of a bench command."""
        out = self.folder / "out.json"
        subprocess.run([self.eyelid, "bench", *map(str, arguments), "--json", out], check=True, stdout=subprocess.DEVNULL)
        result = json.loads(out.read_text())
        return result["rows"], result["conditions"]

    def whole_frame(self, *arguments):
        rows, conditions = self.bench("pipeline", "--memory-only", *arguments)
        return [row for row in rows if row["stage"] == "whole_frame"], conditions

    def track(self, video, *arguments):
        """(ms per frame from start to end of the program, peak memory in MiB, frames) of `eyelid track`."""
        out = self.folder / "tracked"
        log = self.folder / "log"
        begin = time.perf_counter()
        with open(log, "w") as errors:
            process = subprocess.Popen([self.eyelid, "track", video, "--out", out, *arguments], stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{video}: track failed: {log.read_text().strip()}")
        ms = 1e3 * (time.perf_counter() - begin)
        frames = json.loads((out / "session.json").read_text())["counts"]["frames"]
        return ms / frames, usage.ru_maxrss / 1024, frames


def entry(part, what, value, at, ms, paper_ms, p99=None, memory_mib=None):
    return {"part": part, "what": what, "value": value, "at": at, "ms_per_image": ms, "paper_ms": paper_ms, "ms_p99": p99,
            "peak_memory_mib": memory_mib}


def measure_threads(meter):
    """Paper: the time of one thread over their number."""
    threads = [2 ** i for i in range(int(math.log2(len(os.sched_getaffinity(0)))) + 1)]
    rows, _ = meter.whole_frame("--threads", ",".join(map(str, threads)), "--images", 2000)
    return [entry("threads", "threads, whole frame", str(row["threads"]), row["threads"], row["ms_per_image"],
                  rows[0]["ms_per_image"] / row["threads"], row["ms_p99"]) for row in rows]


def measure_batch(meter):
    """Paper: a batch of b on t threads takes ceil(b / t) frames, each the time of one alone."""
    entries = []
    alone = None
    for threads in (1, len(os.sched_getaffinity(0))):
        rows, _ = meter.bench("detector", "--threads", threads, "--batches", ",".join(map(str, BATCHES)), "--images", 1024)
        alone = alone or rows[0]["ms_per_image"]
        entries += [entry("batch", f"batch, detector, {threads} thread{'s' * (threads > 1)}", str(row["batch"]), row["batch"],
                          row["ms_per_image"], alone * -(-row["batch"] // threads) / row["batch"], row["ms_p99"]) for row in rows]
    return entries


def measure_faces(meter):
    """Paper: what one face costs; the others are only boxes."""
    entries = []
    for faces in FACES:
        rows, _ = meter.whole_frame("--threads", 1, "--images", 2000, "--input", meter.recordings.with_faces(faces))
        paper = entries[0]["ms_per_image"] if entries else rows[0]["ms_per_image"]
        entries.append(entry("faces", "faces in the picture, whole frame, 1 thread", str(faces), faces, rows[0]["ms_per_image"], paper,
                             rows[0]["ms_p99"]))
    return entries


def measure_resolution(meter):
    """Paper: the smallest picture's time, and the further bytes read once at the memory bandwidth of the run."""
    entries = []
    for width, height in SIZES:
        rows, conditions = meter.whole_frame("--threads", 1, "--images", 1000, "--input", meter.recordings.of_size(width, height))
        ms = rows[0]["ms_per_image"]
        first = entries[0]["ms_per_image"] if entries else ms
        further_bytes = width * height - SIZES[0][0] * SIZES[0][1]
        paper = first + further_bytes / (conditions["read_bandwidth_gb_per_s"] * 1e6)
        entries.append(entry("resolution", "resolution, whole frame, 1 thread", f"{width}x{height}", width * height / 1e6, ms, paper,
                             rows[0]["ms_p99"]))
    return entries


def measure_length(meter):
    """Paper: the time per frame of the longest, and the same memory for every length."""
    entries = []
    for what, arguments in (("length, track without report", ["--no-report"]), ("length, track with report", [])):
        runs = [meter.track(meter.recordings.of_length(times), *arguments) for times in LENGTHS]
        entries += [entry("length", what, f"{frames:,} frames", frames, ms, runs[-1][0], None, memory) for ms, memory, frames in runs]
    return entries


MEASURES = {"threads": measure_threads, "batch": measure_batch, "faces": measure_faces, "resolution": measure_resolution,
            "length": measure_length}


def table(entries):
    lines = ["| what | value | ms per frame | on paper | measured / paper | p99 of a call | peak memory |", "|---|---|---|---|---|---|---|"]
    for e in entries:
        p99 = "" if e["ms_p99"] is None else f"{e['ms_p99']:.3f}"
        memory = "" if e["peak_memory_mib"] is None else f"{e['peak_memory_mib']:.0f} MiB"
        lines.append(f"| {e['what']} | {e['value']} | {e['ms_per_image']:.4f} | {e['paper_ms']:.4f} | {e['ms_per_image'] / e['paper_ms']:.2f} | "
                     f"{p99} | {memory} |")
    return "\n".join(lines) + "\n"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("eyelid", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--parts", default=PARTS, type=lambda text: text.split(","))
    parser.add_argument("--work", type=pathlib.Path, help="keep the recordings here")
    parser.add_argument("--prepare", action="store_true", help="make the recordings, time nothing")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--merge", action="store_true")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"--parts {part}: unknown, expected some of {','.join(PARTS)}")
    if options.merge and not options.json:
        parser.error("--merge: expected --json FILE with it")
    if options.prepare and not options.work:
        parser.error("--prepare: expected --work FOLDER with it")
    return options


def main():
    options = parse_options()
    if options.plot:
        from scaling_plot import plot  # matplotlib, needed for this only
    with tempfile.TemporaryDirectory() as name:
        work = options.work or pathlib.Path(name)
        work.mkdir(parents=True, exist_ok=True)
        recordings = Recordings(options.eyelid, work)
        recordings.prepare()
        if options.prepare:
            return
        meter = Meter(recordings, pathlib.Path(name))
        entries = [e for part in options.parts for e in MEASURES[part](meter)]
    if options.merge and options.json.exists():
        entries += [e for e in json.loads(options.json.read_text())["rows"] if e["part"] not in options.parts]
        entries.sort(key=lambda e: PARTS.index(e["part"]))
    text = table(entries)
    print(text)
    if options.json:
        options.json.write_text(json.dumps({"command": "scaling", "rows": entries}, indent=1) + "\n")
    if options.table:
        write_between_marks(options.table, "scaling", text)
    if options.plot:
        plot(options.plot, entries)


if __name__ == "__main__":
    main()
