#!/usr/bin/env bash
# The tables of a rendered session and of every film in ../shared/video (or $EYELID_SHARED), whole, hold the same bytes for every
# instruction set of this processor, in f32 and int8, on one and two threads: the long form of the test command_line/same_bytes.
# --aarch64 adds NEON against the fastest of this processor on the first 6 frames of each: builds the program for AArch64
# (tools/build_aarch64.sh) and runs it under qemu.
#   tools/check_same_bytes.sh [--aarch64]      BUILD=build
set -euo pipefail
cd "$(dirname "$0")/.."
films=("${EYELID_SHARED:-../shared}"/video/*.{mp4,avi})
compare=(python3 tests/same_bytes_test.py "${BUILD:-build}/bin/eyelid" "${films[@]}")
"${compare[@]}" --frames 0
if [[ ${1:-} == --aarch64 ]]; then
  program=$(tools/build_aarch64.sh)
  "${compare[@]}" --frames 6 --fastest --also "$program"
fi
