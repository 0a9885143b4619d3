# SPDX-License-Identifier: MIT
"""The program under test, the first argument of the command line, and the tables it writes."""
import csv
import pathlib
import subprocess
import sys

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
TIMEOUT_S = 240


def eyelid(*arguments, **options):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True,
                          timeout=TIMEOUT_S, **options)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))
