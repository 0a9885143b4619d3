#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of `track` hold the same bytes on every processor and for any number of threads.

  same_bytes_test.py EYELID [--frames N] [--fastest] [--also PROGRAM...] [FILM...]

Tracks a rendered session and the first N frames (0: all) of each FILM (default: some of
../shared/video) with every instruction set that this processor has, in f32 and int8, on one and two
threads; the session also with HOG, and with MTCNN where ../shared/models has it. --also takes a command that runs the program on another
processor, for instance "qemu-aarch64 -cpu max -L SYSROOT build-arm64/bin/eyelid"; --fastest leaves out what each processor
need not use.
"""
import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TABLES = ("frames.csv", "blinks.csv", "landmarks.csv")
SETS = ("", "scalar", "sse41", "avx2", "neon")  # EYELID_CPU; "": all that the processor has
SHARED = pathlib.Path(os.environ.get("EYELID_SHARED", pathlib.Path(__file__).parents[2] / "shared"))
MTCNN = SHARED / "models" / "pnet.pt"
SETUPS = {"f32": ("--precision", "f32"), "int8": ("--precision", "int8")}
# H.264 and MPEG-4, one face and many, upright and moving, 320 to 1920 pixels wide.
SOME_FILMS = ("webcam_0011_01_07_03.mp4", "webcam_moving_head.avi", "portrait_d6.mp4", "street_many_faces.mp4")


def run(command, instruction_set, arguments):
    environment = {**os.environ, "EYELID_CPU": instruction_set}
    if instruction_set in ("scalar", "sse41"):  # glibc as on an old processor: its functions then differ in their last bits
        environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=-AVX2,-FMA"
    return subprocess.run([*command, *map(str, arguments)], env=environment, capture_output=True, text=True)


def digest(command, instruction_set, film, options, folder):
    """Of the tables; None where the processor lacks the instruction set."""
    out = folder / "out"
    done = run(command, instruction_set, ["track", film, "--out", out, "--save-landmarks", "--no-report", *options])
    if "this processor offers only" in done.stderr:
        return None
    if done.returncode != 0:
        sys.exit(f"{film.name}, {instruction_set}: {done.stderr}")
    digests = {table: hashlib.sha256((out / table).read_bytes()).hexdigest() for table in TABLES}
    shutil.rmtree(out)
    return digests


def cut(film, frames, folder):
    """The first frames of a film, as they are stored."""
    if frames == 0:
        return film
    target = folder / film.name
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", film, "-an", "-c", "copy", "-frames:v", str(frames), target], check=True)
    return target


def films_of(arguments, folder):
    run([arguments.eyelid], "scalar", ["synthesize", "--out", folder / "session", "--seconds", 4, "--fps", 30, "--trials", 1]).check_returncode()
    yield folder / "session" / "video.mkv"
    films = [pathlib.Path(film) for film in arguments.films] or [SHARED / "video" / name for name in SOME_FILMS]
    for film in films:
        if not film.exists():
            print(f"skipped: {film} is absent")
        elif arguments.frames != 0 and shutil.which("ffmpeg") is None:
            print(f"skipped: {film.name} needs ffmpeg to be cut")
        else:
            yield cut(film, arguments.frames, folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eyelid")
    parser.add_argument("films", nargs="*")
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--fastest", action="store_true")
    parser.add_argument("--also", action="append", default=[])
    arguments = parser.parse_args()
    programs = [[arguments.eyelid], *(command.split() for command in arguments.also)]
    different = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        extra = {"hog": ("--detector", "hog", "--detect-every", 12)}
        if MTCNN.exists():
            extra["mtcnn"] = ("--detector", "mtcnn", "--detector-model", MTCNN, "--detect-every", 24)
        for film in films_of(arguments, folder):
            setups, extra = {**SETUPS, **extra}, {}
            for setup, setup_options in setups.items():
                found = {}
                for program in programs:
                    for instruction_set in SETS[:1] if arguments.fastest else SETS:
                        for threads in (1, 2):
                            options = (*setup_options, "--threads", threads)
                            digests = digest(program, instruction_set, film, options, folder)
                            if digests is None:
                                break
                            found[f"{pathlib.Path(program[0]).name} {instruction_set or 'fastest'} {threads} threads"] = digests
                if len(found) < 4:
                    sys.exit(f"only {list(found)} could be run: nothing to compare")
                expected = next(iter(found.values()))
                others = [f"{who}: {table}" for who, digests in found.items() for table in TABLES if digests[table] != expected[table]]
                different += len(others)
                print(f"{film.name} {setup}: {len(found)} runs, " +
                      (f"DIFFERENT FROM THE FIRST: {', '.join(others)}" if others else f"equal, frames.csv {expected['frames.csv'][:12]}"), flush=True)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
