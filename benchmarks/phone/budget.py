#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the AArch64 instructions of a frame under QEMU and estimates from them the time on a phone's cores. No measurement of a phone.

    tools/build_aarch64.sh                                    # the program, and the libraries it runs with
    benchmarks/phone/budget.py FILM [--frames 20 60] [--json FILE]

The counts of one frame are the difference of two runs over the first frames of FILM (as PGM files, which cost next to no decoding; one worker), so
that what a run does once cancels out. The bound is the least number of cycles the pipelines of a core allow: the busiest kind of
instruction decides. Caches, dependencies, and wrong guesses of branches cost more; how much is a guess too, given as a range.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ["integer", "branch", "load", "vector load", "store", "vector store", "multiply-add", "other vector"]
# Options of `track`.
WAYS = {"f32": ["--precision", "f32"], "int8": ["--precision", "int8"], "f32, a face every 4 frames": ["--precision", "f32", "--detect-every", 4],
        "int8, a face every 4 frames": ["--precision", "int8", "--detect-every", 4]}

# Instructions in a cycle that a core decodes (from its cache of decoded instructions where it has one), and that its vector, memory,
# load, integer, and branch pipelines take; GHz in a common phone.
# A76: as AnandTech describes it (2018); A78, X1: as remembered from Arm's Software Optimization Guides, not looked up again.
CORES = {
    "Cortex-A76": dict(decode=4, vector=2, memory=2, load=2, integer=3, branch=1, ghz=2.6),  # Kirin 980, 2018
    "Cortex-A78": dict(decode=6, vector=2, memory=3, load=3, integer=4, branch=2, ghz=2.4),  # Snapdragon 888, 2021: its middle cores
    "Cortex-X1": dict(decode=8, vector=4, memory=3, load=3, integer=4, branch=2, ghz=2.84),  # Snapdragon 888: its large core
}
# The share of a pipeline's peak that the networks reach on AVX2 is 0.69 to 0.75; the rest of a frame reaches less.
REACHED = (0.7, 0.5)
PERIOD_MS = 2.0  # 500 frames per second

# A function belongs to the first stage with one of these in its name; what is in none of them is "everything else".
STAGES = {
    "letterbox": ["weigh_rows", "weigh_columns", "shrink_row", "resize", "add_rows"],
    "face detector": ["blaze", "Blaze", "rows_group", "neon_dot", "make_window"],
    "point and lid networks": ["convolve", "weigh_vectors", "PointNetwork", "Convolution"],
    "patches": ["warp_patch", "even_light", "Warp"],
    "trees": ["walk_trees", "sample_features", "ShapeModel", "TreeTable", "leaves"],
}


def stage_of(function):
    return next((stage for stage, parts in STAGES.items() if any(part in function for part in parts)), "everything else")


def run(arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], check=True, text=True, **options)


def counts_by_function(pictures, way, plugin, folder):
    log = folder / "counts"
    run(["qemu-aarch64", "-cpu", "max", "-d", "plugin", "-D", log, "-plugin", plugin, "-L", ROOT / "build/aarch64-sysroot",
         ROOT / "build/aarch64/bin/eyelid", "track", pictures, "--fps", 500, "--threads", 1, *WAYS[way], "--no-report",
         "--out", folder / f"{pictures.name} {way}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = (line.split("\t") for line in log.read_text().splitlines())
    counts = {row[0]: [int(number) for number in row[1:]] for row in rows if len(row) == 1 + len(KINDS)}
    if not any("walk_trees" in name for name in counts):
        sys.exit(f"{log}: no trees among {len(counts)} functions; expected a program with its symbols")
    return counts


def counts_of_a_frame(film, frames, way, plugin, folder):
    runs = []
    for number in frames:
        pictures = folder / f"{number}"
        if not pictures.exists():
            pictures.mkdir()
            run(["ffmpeg", "-v", "error", "-i", film, "-frames:v", number, "-pix_fmt", "gray", pictures / "%05d.pgm"])
        runs.append(counts_by_function(pictures, way, plugin, folder))
    names = runs[1].keys() | runs[0].keys()
    demangled = run(["c++filt"], input="\n".join(names), capture_output=True).stdout.splitlines()
    stages = collections.defaultdict(lambda: [0.0] * len(KINDS))
    for name, function in zip(names, demangled):
        few, many = (counts.get(name, [0] * len(KINDS)) for counts in runs)
        for kind in range(len(KINDS)):
            stages[stage_of(function)][kind] += (many[kind] - few[kind]) / (frames[1] - frames[0])
    return dict(stages)


def bound_cycles(counts, core):
    kinds = dict(zip(KINDS, counts))
    loads = kinds["load"] + kinds["vector load"]
    stores = kinds["store"] + kinds["vector store"]
    return max(sum(counts) / core["decode"], (kinds["multiply-add"] + kinds["other vector"]) / core["vector"], loads / core["load"],
               (loads + stores) / core["memory"], kinds["integer"] / core["integer"], kinds["branch"] / core["branch"])


def print_stages(way, stages):
    print(f"| {way}: million instructions of a frame | all | {' | '.join(KINDS)} |\n|{'---|' * (len(KINDS) + 2)}")
    total = [sum(column) for column in zip(*stages.values())]
    for stage, counts in [*((stage, stages[stage]) for stage in [*STAGES, "everything else"] if stage in stages), ("together", total)]:
        print(f"| {stage} | {sum(counts) / 1e6:.2f} | {' | '.join(f'{count / 1e6:.2f}' for count in counts)} |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=pathlib.Path)
    parser.add_argument("--frames", type=int, nargs=2, default=[20, 60], metavar=("FEW", "MANY"))
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        plugin = folder / "instruction_counts.so"
        run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", "-fvisibility=hidden",
             ROOT / "benchmarks/phone/instruction_counts.cpp", "-o", plugin])
        for way in WAYS:
            results[way] = counts_of_a_frame(options.film, options.frames, way, plugin, folder)
    for way in list(WAYS)[:2]:
        print_stages(way, results[way])
    print("| core | how | bound, Mcycles | ms at that clock | estimate, ms | one core holds 500 frames/s |\n|---|---|---|---|---|---|")
    for core_name, core in CORES.items():
        for way, stages in results.items():
            cycles = sum(bound_cycles(counts, core) for counts in stages.values())  # one stage after the other
            bound_ms = cycles / core["ghz"] / 1e6
            low, high = (bound_ms / share for share in REACHED)
            verdict = "likely" if high <= PERIOD_MS else "no" if low > PERIOD_MS else "doubtful"
            print(f"| {core_name}, {core['ghz']} GHz | {way} | {cycles / 1e6:.2f} | {bound_ms:.2f} | {low:.2f} to {high:.2f} | {verdict} |")
    if options.json:
        options.json.write_text(json.dumps({"kinds": KINDS, "cores": CORES, "instructions_per_frame": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
