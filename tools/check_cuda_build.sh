#!/usr/bin/env bash
# Compiles every CUDA source, and only those, for sm_80 and sm_90 (or -DCMAKE_CUDA_ARCHITECTURES=...) and reads the machine code;
# links and runs nothing.
# A machine without nvcc says so and goes on, and so does one too slow for the time limit.
#   [EYELID_CUDA_LIMIT_S=280] tools/check_cuda_build.sh [CMAKE_FLAGS...]
set -euo pipefail
cd "$(dirname "$0")/.."
nvcc=$(command -v nvcc || true)
[[ -n $nvcc ]] || nvcc=/usr/local/cuda/bin/nvcc
if [[ ! -x $nvcc ]]; then
  echo "cuda build: skipped, no nvcc on this machine"
  exit 0
fi
limit_s=${EYELID_CUDA_LIMIT_S:-280}
cmake --preset cuda -DCMAKE_CUDA_COMPILER="$nvcc" "$@" >/dev/null
mapfile -t objects < <(ninja -C build/cuda -t targets all | grep -o '^[^:]*\.cu\.o')
((${#objects[@]} > 0)) || { echo "cuda build: no CUDA source in the build"; exit 1; }
status=0
timeout "$limit_s" ninja -C build/cuda "${objects[@]}" || status=$?
if ((status == 124)); then
  echo "cuda build: skipped, not done within $limit_s s"
  exit 0
fi
((status == 0)) || exit "$status"
tools/check_gpu_resources.sh build/cuda
architectures=$(sed -n 's/^CMAKE_CUDA_ARCHITECTURES:[A-Z]*=//p' build/cuda/CMakeCache.txt)
echo "cuda build: ok (${#objects[@]} sources, ${architectures:-sm_80 and sm_90})"
