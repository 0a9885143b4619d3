#!/usr/bin/env bash
# The tables of a rendered session and of every film in ../shared/video (or $EYELID_SHARED), whole, hold the same bytes for every
# instruction set of this processor, in f32 and int8, on one and two threads: the long form of the test command_line/same_bytes.
# --aarch64 adds NEON: builds the program for AArch64 (tools/build_aarch64.sh) and runs it under qemu, about 40 times slower.
#   tools/check_same_bytes.sh [--aarch64] [--frames N]      BUILD=build
set -euo pipefail
cd "$(dirname "$0")/.."
arguments=(--frames 0)
while (($# > 0)); do
  case $1 in
    --aarch64) arguments+=(--also "$(tools/build_aarch64.sh)") ;;
    --frames) arguments+=(--frames "$2"); shift ;;
    *) echo "unknown argument $1" >&2; exit 2 ;;
  esac
  shift
done
films=("${EYELID_SHARED:-../shared}"/video/*.{mp4,avi})
python3 tests/same_bytes_test.py "${arguments[@]}" "${BUILD:-build}/bin/eyelid" "${films[@]}"
