#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cost of a frame against threads, batch, faces, resolution and length; the table of docs/scaling.md.

    scaling.py EYELID [--json FILE] [--table docs/scaling.md]

Pictures and recordings are made from a rendered session; needs ffmpeg.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

BEGIN, END = "<!-- scaling: begin -->", "<!-- scaling: end -->"


def bench(eyelid, folder, *arguments):
    out = folder / "out.json"
    subprocess.run([eyelid, "bench", *arguments, "--json", out], check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text())["rows"]


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *arguments], check=True)


def track(eyelid, video, folder):
    """Peak memory in MiB and ms per frame of `track`."""
    process = subprocess.Popen([eyelid, "track", video, "--out", folder, "--no-report"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{video}: track failed")
    session = json.loads((folder / "session.json").read_text())
    return usage.ru_maxrss / 1024, session


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("eyelid", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path)
    options = parser.parse_args()
    eyelid = options.eyelid.resolve()
    lines = ["| what | value | ms per frame | p99 | memory |", "|---|---|---|---|---|"]
    found = []

    def add(what, value, ms, p99=None, memory_mib=None):
        found.append({"what": what, "value": value, "ms_per_image": ms, "ms_p99": p99, "peak_memory_mib": memory_mib})
        lines.append(f"| {what} | {value} | {ms:.4f} | {'' if p99 is None else f'{p99:.3f}'} | "
                     f"{'' if memory_mib is None else f'{memory_mib:.0f} MiB'} |")

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for row in bench(eyelid, folder, "pipeline", "--memory-only", "--threads", "1,2", "--images", "1000"):
            if row["stage"] == "whole_frame":
                add("threads, whole frame", row["threads"], row["ms_per_image"], row["ms_p99"])
        for row in bench(eyelid, folder, "detector", "--threads", "2", "--batches", "1,4,16,64,256", "--images", "512"):
            add("batch, detector, 2 threads", row["batch"], row["ms_per_image"], row["ms_p99"])
        session = folder / "session"
        subprocess.run([eyelid, "synthesize", "--out", session, "--seconds", "3", "--trials", "1", "--fps", "64"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        video = session / "video.mkv"
        # The same person side by side: one face to four, in a frame of the same size.
        for faces, tiles in ((1, "1x1"), (2, "2x1"), (4, "2x2")):
            columns, rows = (int(n) for n in tiles.split("x"))
            tiled = folder / f"faces{faces}.mkv"
            inputs = [argument for _ in range(faces) for argument in ("-i", str(video))]
            scaled = "".join(f"[{i}:v]scale={640 // columns}:{480 // rows}[a{i}];" for i in range(faces))
            layout = "|".join(f"{(i % columns) * 640 // columns}_{(i // columns) * 480 // rows}" for i in range(faces))
            joined = "".join(f"[a{i}]" for i in range(faces))
            graph = scaled + (f"{joined}xstack=inputs={faces}:layout={layout}" if faces > 1 else "[a0]null")
            ffmpeg(*inputs, "-filter_complex", graph + ",format=gray", "-c:v", "ffv1", str(tiled))
            for row in bench(eyelid, folder, "pipeline", "--memory-only", "--threads", "1", "--images", "600", "--input", str(tiled)):
                if row["stage"] == "whole_frame":
                    add("faces, whole frame, 1 thread", faces, row["ms_per_image"], row["ms_p99"])
        for width, height in ((320, 240), (640, 480), (1280, 960), (2560, 1920)):
            sized = folder / f"{width}.mkv"
            ffmpeg("-i", str(video), "-vf", f"scale={width}:{height},format=gray", "-c:v", "ffv1", str(sized))
            for row in bench(eyelid, folder, "pipeline", "--memory-only", "--threads", "1", "--images", "600", "--input", str(sized)):
                if row["stage"] == "whole_frame":
                    add("resolution, whole frame, 1 thread", f"{width}x{height}", row["ms_per_image"], row["ms_p99"])
        once = folder / "once.mkv"
        ffmpeg("-stream_loop", "4", "-i", str(video), "-c:v", "mpeg4", "-q:v", "3", "-pix_fmt", "yuv420p", "-r", "500", str(once))
        for times in (1, 4, 16):
            long = folder / f"long{times}.mkv"
            ffmpeg("-stream_loop", str(times - 1), "-i", str(once), "-c", "copy", str(long))
            memory, summary = track(eyelid, long, folder / f"t{times}")
            rate = summary.get("frames_per_second") or summary["speed"]["frames_per_second"]
            frames = summary.get("frames", "?")
            add("length, track, 2 threads", f"{times} x 1,024 frames" if not isinstance(frames, int) else f"{frames:,} frames",
                1e3 / rate, None, memory)
    text = "\n".join(lines) + "\n"
    print(text)
    if options.json:
        options.json.write_text(json.dumps({"command": "scaling", "rows": found}, indent=1) + "\n")
    if options.table:
        page = options.table.read_text()
        head, tail = page[:page.index(BEGIN) + len(BEGIN)], page[page.index(END):]
        options.table.write_text(f"{head}\n{text}{tail}")


main()
