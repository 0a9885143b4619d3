#!/usr/bin/env bash
# Builds the kernel tests for AArch64 and runs them under qemu: the NEON kernels against scalar.
# Needs g++-aarch64-linux-gnu, qemu-user and the sources of libgtest-dev (install_dependencies.sh --test).
set -euo pipefail
rooms=(blazeface convolution hog resize_gray tree_ensemble warp_patch)
work=${1:-build/neon}
cd "$(dirname "$0")/.."
compiler=aarch64-linux-gnu-g++
gtest=/usr/src/googletest/googletest
mkdir -p "$work"
flags=(-std=c++20 -O2 -Wall -Wextra -Wconversion -Wshadow -ffp-contract=off -Isrc -I$gtest/include)
sources=(src/eyelid/core/{error,exponential_test}.cpp src/eyelid/{compute/cpu_features,platform/linux_processors}.cpp src/eyelid/kernels/multiply_add_test.cpp)
for room in "${rooms[@]}"; do
  folder=src/eyelid/kernels/$room
  for source in "$folder"/*.cpp; do
    [[ $source == *x86_* || $source == *simde* || $source == *avx* ]] || sources+=("$source")
  done
done

compile() {
  local source=$1 options=()
  [[ $source != *_test.cpp ]] || options=(-O1)
  [[ $source != *dotprod* ]] || options=(-march=armv8.2-a+dotprod)
  [[ $source != "$gtest"/* ]] || options=(-O1 -w "-I$gtest")
  $compiler "${flags[@]}" "${options[@]}" -c "$source" -o "$work/${source//\//_}.o"
}
export -f compile
export compiler gtest work
rm -f "$work"/*.o
printf '%s\n' "${sources[@]}" "$gtest"/src/gtest-all.cc "$gtest"/src/gtest_main.cc |
  xargs -P "$(nproc)" -I{} bash -c "$(declare -p flags); compile {}"
$compiler "$work"/*.o -pthread -o "$work/kernel_tests"
qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu "$work/kernel_tests" --gtest_brief=1
