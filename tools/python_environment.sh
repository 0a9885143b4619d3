#!/usr/bin/env bash
# An environment of Python that can build and test the Python package (docs/python.md), from PyPI, about 600 MB:
#   tools/python_environment.sh FOLDER        PYTHON=python3.12 to choose another than python3
# One that is complete stays as it is. Exit status 77, with the reason, where there are no headers of Python, or PyPI cannot be
# reached: everything else builds without.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?FOLDER, for example build/python-venv}
python=${PYTHON:-python3}
requirements=bindings/python/tests/requirements.txt

skip() { echo "no Python package: $*"; exit 77; }

cmp -s "$requirements" "$folder/complete" && exit 0
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || skip "$python is absent or older than 3.11"
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
[[ -f $headers/Python.h ]] || skip "$headers/Python.h is absent (Debian: python3-dev)"
"$python" -m venv --clear "$folder" >/dev/null || skip "$python -m venv failed (Debian: python3-venv)"
# The smallest first, with little patience: whether PyPI can be reached at all.
"$folder/bin/pip" install -q --disable-pip-version-check --retries 1 --timeout 20 nanobind >"$folder/pip.log" 2>&1 ||
  skip "PyPI cannot be reached: $(tail -n 1 "$folder/pip.log")"
"$folder/bin/pip" install -q --disable-pip-version-check -r "$requirements" >>"$folder/pip.log" 2>&1 ||
  skip "PyPI: $(tail -n 1 "$folder/pip.log")"
cp "$requirements" "$folder/complete"
