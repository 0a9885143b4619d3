#!/usr/bin/env bash
# Compiles and links the GPU part for sm_80 and sm_90 and reads its machine code; a machine without nvcc says so
# and goes on. Runs on no GPU.
#   tools/check_cuda_build.sh [CMAKE_FLAGS...]
set -euo pipefail
cd "$(dirname "$0")/.."
nvcc=$(command -v nvcc || true)
[[ -n $nvcc ]] || nvcc=/usr/local/cuda/bin/nvcc
if [[ ! -x $nvcc ]]; then
  echo "cuda build: skipped, no nvcc on this machine"
  exit 0
fi
cmake --preset cuda -DCMAKE_CUDA_COMPILER="$nvcc" "$@" >/dev/null
cmake --build build/cuda --target eyelid
tools/check_gpu_resources.sh build/cuda
build/cuda/bin/eyelid doctor
echo "cuda build: ok"
