# SPDX-License-Identifier: MIT
"""Damages files of every kind that the program reads, and checks how it ends: docs/reliability.md.

    mutated_files.py EYELID [--count N] [--seed N] [--jobs N] [--keep FOLDER]

Meant for a build with sanitizers (preset asan). The valid files are rendered and tracked here, films and pictures through
ffmpeg where there is one; models of others come from EYELID_SHARED/models where that is. Exits with 1 if there was a violation.
"""
import argparse
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import running
from running import Program

ROOT = Path(__file__).resolve().parents[2]
WORDS = [b"1e308", b"-1e308", b"nan", b"inf", b"-0", b"99999999999999999999", b"-1", b"", b'"', b"\0", b"\xff\xfe",
         b"\xef\xbb\xbf", b"1e-320", b"0x10", b",", b"\n", b"\r", b"[", b"{", b"}", b"]", b"null", b"true", b'"a"',
         b"\\u0000", b"9223372036854775807", b"2147483648", b"-2147483649", b"1.", b"=1+1", b"../.."]
INTEGERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 60000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (1 << 63) - 1,
            (1 << 64) - 1]
# What no sentence for a user has in it.
INTERNAL = re.compile(r"std::|basic_string|json\.exception|bad_alloc|condition|vector::|_M_")
SANITIZER = re.compile(r"Sanitizer|runtime error:")
FILMS = {"mp4": ["-c:v", "libx264"], "mkv": ["-c:v", "ffv1"], "avi": ["-c:v", "mjpeg"], "webm": ["-c:v", "libvpx"],
         "ts": ["-c:v", "mpeg2video"], "mov": ["-c:v", "libx264"], "y4m": [], "gif": [], "apng": ["-f", "apng"],
         "m4v.avi": ["-c:v", "mpeg4"], "huffyuv.avi": ["-c:v", "huffyuv"], "raw.avi": ["-c:v", "rawvideo"]}
PICTURES = ["jpg", "png", "tiff", "pgm", "ppm", "bmp", "webp"]


@dataclass
class Kind:
    """Files of one reader; `arguments(file, folder)` is the command that reads the file."""
    name: str
    files: list
    arguments: object
    is_text: bool = False
    is_batch: bool = False


def replace_words(data, chance):
    for _ in range(chance.choice([1, 1, 2, 5])):
        words = list(re.finditer(rb"[-\w.]+", data))
        if not words:
            break
        word = chance.choice(words)
        data = data[:word.start()] + chance.choice(WORDS) + data[word.end():]
    return data


def mutated(data, is_text, chance):
    """One to a few damages, the headers of binary files the likeliest place."""
    if not data:
        return data
    damage = bytearray(data)
    size = len(damage)
    place = chance.randrange(size)
    how = 0 if is_text and chance.random() < 0.75 else chance.randrange(1, 9)
    if how == 0:
        damage = bytearray(replace_words(data, chance))
    elif how == 1:
        for _ in range(chance.choice([1, 2, 4, 16, 64])):
            at = chance.randrange(min(size, 4096) if chance.random() < 0.6 else size)
            damage[at] ^= 1 << chance.randrange(8)
    elif how == 2:
        del damage[place:]
    elif how == 3:
        width = chance.choice([1, 2, 4, 8])
        at = chance.randrange(max(1, min(size, 2048) - 8))
        value = chance.choice(INTEGERS) & ((1 << 8 * width) - 1)
        damage[at:at + width] = value.to_bytes(width, chance.choice(["little", "big"]))
    elif how == 4:
        del damage[place:place + chance.randrange(1, max(2, size // 4))]
    elif how == 5:
        damage[place:place] = damage[place:place + chance.randrange(1, 5000)] * chance.choice([1, 2, 5])
    elif how == 6:
        length = chance.randrange(1, 400)
        damage[place:place + length] = chance.randbytes(length)
    elif how == 7:
        damage = damage[:place] + damage[chance.randrange(size):]
    else:
        damage += chance.randbytes(chance.randrange(1, 5000))
    return mutated(bytes(damage), is_text, chance) if chance.random() < 0.2 else bytes(damage)


def must_run(program, *arguments):
    outcome = program.run(arguments)
    assert outcome.status == 0, (arguments, outcome.errors)
    return outcome


def tiff_stack(width, height, pictures):
    """One page per gray picture, not compressed: 9 tags each, as scientific cameras write them."""
    data = struct.pack("<2sHI", b"II", 42, 8)
    for number, picture in enumerate(pictures):
        pixels = len(data) + 2 + 9 * 12 + 4
        tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, pixels), (277, 1), (278, height),
                (279, len(picture))]
        data += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        data += struct.pack("<I", pixels + len(picture) if number + 1 < len(pictures) else 0) + picture
    return data


class ValidFiles:
    """A rendered session, its results, and what ffmpeg makes of it."""

    def __init__(self, program, folder):
        self.session, self.tracked = folder / "session", folder / "tracked"
        must_run(program, "synthesize", "--out", self.session, "--seconds", "1.2", "--fps", "250", "--trials", "0")
        (self.session / "trials.csv").write_text("trial,cs_onset_s,us_onset_s,type\n1,0.5,0.8,paired\n")
        self.levels = folder / "levels.json"
        must_run(program, "track", self.session / "video.mkv", "--out", self.tracked, "--save-landmarks", "--no-report",
                 "--save-calibration", self.levels)
        shutil.copy(self.session / "trials.csv", self.tracked)
        self.picture = folder / "picture.pgm"
        self.films, self.pictures, self.with_lamp = [self.session / "video.mkv"], [], None
        if shutil.which("ffmpeg"):
            self.encode(folder)
            self.with_lamp = folder / "with_lamp"
            must_run(program, "track", folder / "lamp.mkv", "--out", self.with_lamp, "--no-report")
        self.bench = folder / "bench.json"
        must_run(program, "bench", "detector", "--images", "20", "--batches", "1", "--json", self.bench)
        self.small_texts(program, folder)

    def encode(self, folder):
        def ffmpeg(*arguments):
            return subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.session / "video.mkv", *arguments]).returncode == 0

        ffmpeg("-frames:v", "1", "-vf", "scale=320:240", "-pix_fmt", "gray", self.picture)
        lamp = "drawbox=x=10:y=10:w=20:h=20:t=fill:color=white:enable='between(t,0.2,0.29)+between(t,0.5,0.59)+between(t,0.9,0.99)'"
        ffmpeg("-vf", lamp, "-c:v", "ffv1", folder / "lamp.mkv")
        small = ["-frames:v", "8", "-vf", "scale=160:120"]
        films = {folder / f"film.{name}": codec for name, codec in FILMS.items()}
        self.films = [film for film, codec in films.items() if ffmpeg(*small, *codec, film)]
        pictures = [folder / f"picture.{name}" for name in PICTURES]
        self.pictures = [picture for picture in pictures if ffmpeg("-frames:v", "1", "-vf", "scale=160:120", picture)]
        self.films.append(folder / "stack.tiff")
        self.films[-1].write_bytes(tiff_stack(160, 120, [bytes([gray]) * 160 * 120 for gray in (80, 90, 100)]))

    def small_texts(self, program, folder):
        def text(name, content):
            (folder / name).write_text(content)
            return folder / name

        trials = text("short_trials.csv", "trial,cs_onset_s,us_onset_s,type\n1,0.02,0.06,paired\n")
        self.batch = text("batch.csv", f"id,video,trials,subject,session,note\na,{self.films[0]},,A,1,\n"
                          f"b,{self.films[-1]},{trials},B,1,\"c, d\"\n")
        self.batch_root = folder / "batch"
        must_run(program, "batch", self.batch, "--out", self.batch_root, "--no-report")
        self.labels = text("labels.csv", "trial,eye,label,comment\n1,right,cr,\n1,left,rejected,'=1+1\n")
        self.events = text("events.csv", "time_s,event\n10.2,sync\n10.5,sync\n10.5,cs\n10.7,us\n10.9,sync\n")
        self.study = text("study.csv", f"folder,subject,session,phase,group\n{self.tracked},A,1,acquisition,\"b, c\"\n")
        self.stamps = text("stamps.csv", "Item1,Timestamp\n" + "".join(
            f"{i},2026-01-01T00:00:{i / 250:09.6f}+00:00\n" for i in range(300)))
        self.faces = text("faces.jsonl", '{"image":"picture.pgm","faces":[{"box":[80,60,160,120]}],"complete":true}\n' * 2)
        self.faces_xml = text("faces.xml", "<dataset><images><image file='picture.pgm'><box top='10' left='20' width='30' "
                              "height='40'/></image></images></dataset>")
        self.presets = [path for path in sorted((ROOT / "src/eyelid/conditioning/presets").glob("*.json"))]


def kinds_of(valid):
    start = ["--session-start", "2020-01-01T00:00:00Z"]

    def score_with(option):
        return lambda file, folder: ["score", copied(folder), "--no-pictures", option, file]

    def score_instead_of(name):
        def arguments(file, folder):
            shutil.copy(file, copied(folder) / name)
            if name != "session.json":  # which would tell that the table is of no run
                (folder / "tracked/session.json").unlink()
            return ["score", folder / "tracked", "--no-pictures", "--trials", valid.session / "trials.csv",
                    "--export", "dlc,sleap,nwb", *start]
        return arguments

    def copied(folder):
        shutil.copytree(valid.tracked, folder / "tracked")
        shutil.copy(valid.session / "trials.csv", folder / "tracked")
        return folder / "tracked"

    def score_lamp(file, folder):
        shutil.copytree(valid.with_lamp, folder / "tracked")
        return ["score", folder / "tracked", "--no-pictures", "--events", file, "--sync-region", "10,10,20,20"]

    def convert(kind):
        return lambda file, folder: ["model", "convert", "--kind", kind, file, "--to", folder / "out.safetensors"]

    def track(*options):
        return lambda file, folder: ["track", valid.films[0], "--out", folder / "out", "--no-report", *options, file]

    def after_batch(name, *command):
        def arguments(file, folder):
            shutil.copytree(valid.batch_root, folder / "root")
            shutil.copy(file, folder / "root/b" / name)
            return [*command, folder / "root"]
        return arguments

    def evaluate(form):
        def arguments(file, folder):
            shutil.copy(valid.picture, folder)
            return ["evaluate", "detector", "--dataset", f"{form}:{file}"]
        return arguments

    models = ROOT / "models"
    shared = Path(os.environ.get("EYELID_SHARED", ROOT / "../shared")) / "models"
    kinds = [
        Kind("film", valid.films, lambda file, folder: ["track", file, "--out", folder / "out", "--no-report"]),
        Kind("picture", valid.pictures, lambda file, folder: ["detect", file, "--json", folder / "out.json"]),
        Kind("landmark model", [models / "landmarks_6.safetensors"],
             lambda file, folder: ["detect", valid.picture, "--landmark-model", file]),
        Kind("detector model", [models / "blazeface_gray.safetensors"],
             lambda file, folder: ["detect", valid.picture, "--detector-model", file]),
        Kind("inspected model", sorted(models.glob("*.safetensors")), lambda file, folder: ["model", "inspect", file]),
        Kind("tflite", sorted(shared.glob("face_detection_short_range.tflite")), convert("blazeface")),
        Kind("pth", sorted(shared.glob("blazeface.pth")), convert("blazeface")),
        Kind("manifest", [models / "public_models.json"],
             lambda file, folder: ["model", "fetch", "--list", "--manifest", file, "--to", folder], True),
        Kind("trials", [valid.session / "trials.csv"], score_with("--trials"), True),
        Kind("labels", [valid.labels], score_with("--labels"), True),
        Kind("events", [valid.events] if valid.with_lamp else [], score_lamp, True),
        Kind("preset", valid.presets, score_with("--preset"), True),
        Kind("frames", [valid.tracked / "frames.csv"], score_instead_of("frames.csv"), True),
        Kind("landmarks", [valid.tracked / "landmarks.csv"], score_instead_of("landmarks.csv"), True),
        Kind("session", [valid.tracked / "session.json"], score_instead_of("session.json"), True),
        Kind("study", [valid.study], lambda file, folder: ["score", "--sessions", file, "--no-pictures", "--out",
                                                           folder / "out"], True),
        Kind("levels", [valid.levels], track("--calibration"), True),
        Kind("time stamps", [valid.stamps],
             lambda file, folder: ["track", valid.session / "video.mkv", "--out", folder / "out", "--no-report",
                                   "--timestamps", file], True),
        Kind("truth", [valid.session / "truth.csv"],
             lambda file, folder: ["evaluate", "closure", "--truth", file, "--frames", valid.tracked / "frames.csv"], True),
        Kind("jsonl", [valid.faces], evaluate("jsonl"), True),
        Kind("dlib", [valid.faces_xml], evaluate("dlib"), True),
        Kind("batch", [valid.batch], lambda file, folder: ["batch", file, "--no-report", "--out", folder / "out"], True, True),
        Kind("batch record", [valid.batch_root / "b/batch.json"],
             after_batch("batch.json", "batch", valid.batch, "--no-report", "--resume", "--out"), True, True),
        Kind("collected record", [valid.batch_root / "b/batch.json"], after_batch("batch.json", "collect"), True),
        Kind("collected session", [valid.batch_root / "b/session.json"], after_batch("session.json", "collect", "--verify"), True),
        Kind("bench", [valid.bench], lambda file, folder: ["bench", "compare", file, "--html", folder / "out.html"], True),
    ]
    return [kind for kind in kinds if kind.files]


def left_behind(folder, before):
    """Files without a final name, and JSON and pages that are not whole."""
    found = [path for path in folder.rglob("*") if path.is_file() and path not in before]
    hidden = [path for path in found if any(part.startswith(".") for part in path.relative_to(folder).parts)]
    half = [path for path in found if path.suffix == ".html" and not path.read_bytes().rstrip().endswith(b"</html>")]
    return [str(path) for path in hidden + half]


def check_valid_files(program, scratch, kinds):
    """Undamaged, every file is read: else its damages would not reach the reader."""
    for kind in kinds:
        for file in kind.files:
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                must_run(program, *kind.arguments(file, Path(folder)))


def attempt(program, scratch, kind, number, seed, keep):
    chance = random.Random(f"{kind.name} {number} {seed}")
    source = kind.files[number % len(kind.files)]
    folder = Path(tempfile.mkdtemp(prefix=f"{number}-", dir=scratch))
    file = folder / ("input" + "".join(source.suffixes[-1:]))
    file.write_bytes(mutated(source.read_bytes(), kind.is_text, chance))
    arguments = kind.arguments(file, folder)
    before = set(folder.rglob("*"))
    outcome = program.run(arguments)
    found = outcome.violations(is_batch=kind.is_batch)
    if SANITIZER.search(outcome.errors):
        found.append("sanitizer")
    elif outcome.status == 1 and INTERNAL.search(outcome.errors):
        found.append("internal message")
    if left_behind(folder, before):
        found.append("left")
    if found:
        print(f"  {kind.name} {number} ({source.name}), status {outcome.status}: {', '.join(found)}: "
              f"{outcome.errors.strip()[:1500]}", flush=True)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, keep / f"{kind.name.replace(' ', '-')}-{number}{file.suffix}")
    shutil.rmtree(folder, ignore_errors=True)
    return kind.name, outcome.status, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--count", type=int, default=2000, help="damaged files, of all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--kinds", help="only these, separated by commas")
    parser.add_argument("--keep", type=Path, help="folder for the files that showed a violation")
    options = parser.parse_args()
    running.LIMIT_S = 300  # sanitizers are slow
    os.environ["ASAN_OPTIONS"] = "allocator_may_return_null=1"  # a size that a file claims is refused as by the system
    with tempfile.TemporaryDirectory(prefix="eyelid-mutated-") as scratch:
        program = Program(options.program.resolve(), "", scratch)
        valid = Path(scratch) / "valid"
        valid.mkdir()
        kinds = kinds_of(ValidFiles(program, valid))
        if options.kinds:
            kinds = [kind for kind in kinds if kind.name in options.kinds.split(",")]
        check_valid_files(program, scratch, kinds)
        jobs = [(kind, number) for number in range(-(-options.count // len(kinds))) for kind in kinds]
        with ThreadPoolExecutor(options.jobs) as pool:
            ends = list(pool.map(lambda job: attempt(program, scratch, *job, options.seed, options.keep), jobs))
    print(f"\n{'kind':<18}{'files':>7}{'read':>7}{'refused':>9}{'violations':>12}")
    for kind in kinds:
        own = [(status, found) for name, status, found in ends if name == kind.name]
        print(f"{kind.name:<18}{len(own):>7}{sum(status == 0 for status, _ in own):>7}"
              f"{sum(status in (1, 2) for status, _ in own):>9}{sum(bool(found) for _, found in own):>12}")
    sorts = Counter(violation for _, _, found in ends for violation in found)
    print(f"{len(ends)} damaged files of {len(kinds)} kinds; {sum(sorts.values())} violations {dict(sorts) if sorts else ''}")
    return 1 if sorts else 0


if __name__ == "__main__":
    sys.exit(main())
