#!/usr/bin/env python3
"""Fails when a room includes a room below it in the flow, one stage includes another, or a study includes the program."""
import pathlib
import re
import sys

# One truth with src/eyelid/CMakeLists.txt and ARCHITECTURE.md: a room includes only earlier ones.
ORDER = ["core", "platform", "files", "compute", "kernels", "model_files", "networks", "download", "signals", "video", "frames", "detection",
         "landmarks", "closure", "gpu", "synthesis", "camera", "conditioning", "tables", "films", "reports", "exports",
         "imports", "evaluation", "pipeline", "batch", "dashboard", "live", "power"]
# Stages meet through nouns in core/ and are joined in pipeline/; they never include each other.
STAGES = {"video", "camera", "signals", "frames", "detection", "landmarks", "closure", "synthesis", "conditioning", "tables", "films",
          "reports", "exports", "imports"}
# Detection turns frames into its own input; pages, exports and imports are made of tables and pictures; a film's sound may be an event log;
# cameras without hardware play films and rendered sessions.
ALLOWED = {("detection", "frames"), ("reports", "tables"), ("reports", "films"), ("exports", "tables"), ("imports", "tables"), ("imports", "video"),
           ("camera", "video"), ("camera", "synthesis")}

problems = []
used = set()
for path in sorted(pathlib.Path("src/eyelid").rglob("*")):
    if path.suffix not in {".hpp", ".cpp", ".cu", ".cuh", ".inc"}:
        continue
    room = path.parts[2]
    is_test = path.stem.endswith("_test")
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#include "(eyelid|training|apps|studies)/(\w+)', line)
        if not match:
            continue
        other = match[2]
        if match[1] != "eyelid":
            problems.append(f"{path}:{number}: the library must not include {match[1]}/")
        elif other == room:
            continue
        elif other not in ORDER or room not in ORDER:
            problems.append(f"{path}:{number}: unknown room {other} or {room}")
        elif ORDER.index(other) > ORDER.index(room):
            problems.append(f"{path}:{number}: {room} must not include {other}")
        elif {room, other} <= STAGES and not is_test:
            used.add((room, other))
            if (room, other) not in ALLOWED:
                problems.append(f"{path}:{number}: stage {room} must not include stage {other}")
# The trees around the library: commands share apps/command_line and never include each other.
FORBIDDEN = {"apps/command_line": "apps/command_reference|apps/eyelid|studies", "apps/command_reference": "apps/eyelid|eyelid|studies", "apps/eyelid/main.cpp": "apps/eyelid/.*/",
             "studies/speed": "apps/eyelid|studies/ipu", "studies/ipu": "apps/eyelid|studies/speed", "training": "apps|studies", "bindings/python": "apps|studies|training"}
for tree, forbidden in FORBIDDEN.items():
    root = pathlib.Path(tree)
    for path in sorted(root.rglob("*.[hc]pp")) if root.is_dir() else [root]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.match(rf'\s*#include "({forbidden})', line):
                problems.append(f"{path}:{number}: {tree} must not include {line.split(chr(34))[1]}")
problems += [f"tools/check_layers.py: {room} no longer includes {other}" for room, other in sorted(ALLOWED - used)]
print("\n".join(problems) or "layers: ok")
sys.exit(bool(problems))
