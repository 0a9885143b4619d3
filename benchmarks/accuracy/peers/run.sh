#!/usr/bin/env bash
# make bench-accuracy: sets up the peers, builds eyelid, writes the tables of docs/accuracy.md.
#   EYELID_SHARED=FOLDER            the public films and photographs; otherwise ../shared
#   EYELID_ACCURACY_VENV=FOLDER     use this environment as it is, install nothing
#   EYELID_PROGRAM=FILE             measure this program as it is, build nothing
#   SEEDS=N                         rendered people, plain and --hard each (10)
#   DLIB_MODEL=FILE                 dlib's 68-point predictor; otherwise that of Debian's libdlib-data, else no row
#   JSON=FILE                       the figures; otherwise docs/results/accuracy.json
set -euo pipefail
cd "$(dirname "$0")/../../.."

venv=${EYELID_ACCURACY_VENV:-}
if [[ -z $venv ]]; then
  venv=benchmarks/accuracy/peers/venv
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r benchmarks/accuracy/peers/requirements.txt
fi
build=${BUILD:-build}
program=${EYELID_PROGRAM:-}
if [[ -z $program ]]; then
  cmake --preset release -B "$build" ${CMAKE_FLAGS:-} > /dev/null
  cmake --build "$build" --target eyelid
  program=$build/bin/eyelid
fi
arguments=(--shared "${EYELID_SHARED:-../shared}" --work "$build/bench-accuracy" --seeds "${SEEDS:-10}"
           --table docs/accuracy.md --json "${JSON:-docs/results/accuracy.json}")
[[ -n ${DLIB_MODEL:-} ]] && arguments+=(--dlib-model "$DLIB_MODEL")
"$venv/bin/python" benchmarks/accuracy/peers/bench.py "$program" "${arguments[@]}" "$@"
