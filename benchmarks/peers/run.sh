#!/usr/bin/env bash
# make bench-peers: sets up the peers, builds what times them, writes the table of docs/peers.md.
#   EYELID_PEERS_VENV=FOLDER      use this environment as it is, install nothing
#   EYELID_STUDY_PYTHON=PYTHON    the same for the packages of the study's time (requirements-study.txt)
#   EYELID_MTCNN_MODEL=FOLDER     MTCNN's networks; otherwise ../shared/models
#   JSON=FILE                     also the rows as JSON
#   TASKS=LIST                    only these tasks (peers.py --help); the rows of the others stay as JSON=FILE has them
set -euo pipefail
cd "$(dirname "$0")/../.."

# One package at a time: a peer that cannot be installed is listed in the table, the others still run.
make_environment() {
  [[ -x $1/bin/python ]] || python3 -m venv "$1"
  local package options
  while read -r package; do
    options=()
    # facenet-pytorch pins old versions of the rest.
    [[ $package == facenet-pytorch ]] && options=(--no-deps)
    "$1/bin/pip" install --quiet --disable-pip-version-check "${options[@]}" "$package" ||
      echo "bench-peers: $package cannot be installed" >&2
  done < "$2"
}

venv=${EYELID_PEERS_VENV:-}
if [[ -z $venv ]]; then
  venv=benchmarks/peers/venv
  make_environment "$venv" benchmarks/peers/requirements.txt
  if [[ -z ${EYELID_STUDY_PYTHON:-} ]]; then
    make_environment benchmarks/peers/venv-study benchmarks/peers/requirements-study.txt
    export EYELID_STUDY_PYTHON=$PWD/benchmarks/peers/venv-study/bin/python
  fi
fi
build=${BUILD:-build}
cmake --preset release -B "$build" -DEYELID_BENCHMARKS=ON ${CMAKE_FLAGS:-} > /dev/null
cmake --build "$build" --target eyelid eyelid_peers
arguments=(--table docs/peers.md)
[[ -n ${JSON:-} ]] && arguments+=(--json "$JSON")
[[ -n ${TASKS:-} ]] && arguments+=(--tasks "$TASKS")
[[ -n ${TASKS:-} && -n ${JSON:-} ]] && arguments+=(--merge)
# The public model with scales for int8, where this version can make them.
scales=$(mktemp --suffix .safetensors)
trap 'rm -f "$scales"' EXIT
model=${EYELID_SHARED:-../shared}/models/face_detection_short_range.tflite
if "$build/bin/eyelid" model calibrate "$model" --images rendered --to "$scales" > /dev/null 2>&1; then
  arguments+=(--int8 "$scales")
fi
"$venv/bin/python" benchmarks/peers/peers.py "$build/benchmarks/libeyelid_peers.so" "${arguments[@]}" "$@"
