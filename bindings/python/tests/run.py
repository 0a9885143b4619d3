#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests of the Python package, as built in the build folder.

  run.py PACKAGE_FOLDER EYELID [pytest's options]

Exit status 77 (skipped) where the module was not built, or pytest or NumPy are absent.
"""
import importlib.util
import os
import pathlib
import subprocess
import sys


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def main():
    package, program, *options = sys.argv[1:]
    if not list(pathlib.Path(package, "eyelid").glob("_native*.so")):
        skip("the Python module was not built (it needs nanobind: pip install nanobind)")
    for needed in ("pytest", "numpy"):
        if importlib.util.find_spec(needed) is None:
            skip(f"{sys.executable} has no {needed}")
    environment = {**os.environ, "PYTHONPATH": package, "EYELID_PROGRAM": program}
    folder = pathlib.Path(__file__).resolve().parent
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", folder, *options], env=environment
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
