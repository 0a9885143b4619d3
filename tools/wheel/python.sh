#!/usr/bin/env bash
# Python 3.13 for the wheel that serves 3.12 and later: Debian 12 has 3.11. That of Debian 13 is unpacked and runs with its own libc
# and libraries; the compiler and all that it makes are those of this system.
#   tools/wheel/python.sh FOLDER        then make wheel PYTHON=FOLDER/usr/bin/python3.13
# One that is there stays as it is.
set -euo pipefail
mkdir -p "${1:?FOLDER, for example build/wheel/debian13}"
folder=$(cd "$1" && pwd)
if [[ -e $folder/complete ]]; then exit 0; fi

mmdebstrap --quiet --variant=extract --include=python3,python3-venv,libpython3-dev trixie "$folder"
patchelf --set-interpreter "$folder/usr/lib64/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$folder/usr/lib/x86_64-linux-gnu" \
  "$folder/usr/bin/python3.13"
# Else the pip for its environments would be that of this system, too old for it.
sed -i "s#'/usr/share/python-wheels#'$folder/usr/share/python-wheels#" "$folder"/usr/lib/python3.13/_sysconfigdata_*.py
# And its configuration would be looked for in the /usr/include of this system.
cp "$folder/usr/include/x86_64-linux-gnu/python3.13/pyconfig.h" "$folder/usr/include/python3.13/pyconfig.h"
"$folder/usr/bin/python3.13" -c 'import ctypes, ensurepip, ssl'
touch "$folder/complete"
