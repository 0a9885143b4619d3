#!/usr/bin/env bash
# make bench-peers: sets up the peers, builds what times them, writes the table of docs/measuring.md.
#   EYELID_PEERS_VENV=FOLDER   use this environment as it is, install nothing
#   JSON=FILE                  also the rows as JSON
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${EYELID_PEERS_VENV:-}
if [[ -z $venv ]]; then
  venv=benchmarks/peers/venv
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
  # One at a time: a peer that cannot be installed is listed in the table, the others still run.
  # facenet-pytorch pins old versions of the rest.
  while read -r package; do
    options=()
    [[ $package == facenet-pytorch ]] && options=(--no-deps)
    "$venv/bin/pip" install --quiet --disable-pip-version-check "${options[@]}" "$package" ||
      echo "bench-peers: $package cannot be installed" >&2
  done < benchmarks/peers/requirements.txt
fi
build=${BUILD:-build}
cmake --preset release -B "$build" -DEYELID_BENCHMARKS=ON ${CMAKE_FLAGS:-} > /dev/null
cmake --build "$build" --target eyelid eyelid_peers
arguments=(--table docs/measuring.md)
[[ -n ${JSON:-} ]] && arguments+=(--json "$JSON")
# The public model with scales for int8, where this version can make them.
scales=$(mktemp --suffix .safetensors)
trap 'rm -f "$scales"' EXIT
model=${EYELID_SHARED:-../shared}/models/face_detection_short_range.tflite
if "$build/bin/eyelid" model calibrate "$model" --images rendered --to "$scales" > /dev/null 2>&1; then
  arguments+=(--int8 "$scales")
fi
"$venv/bin/python" benchmarks/peers/peers.py "$build/benchmarks/libeyelid_peers.so" "${arguments[@]}" "$@"
