#!/usr/bin/env bash
# Builds the kernel tests for AArch64 and runs them under qemu: the NEON kernels against scalar.
# Needs g++-aarch64-linux-gnu, qemu-user and the sources of libgtest-dev (install_dependencies.sh --test).
set -euo pipefail
rooms=(blazeface convolution resize_gray tree_ensemble)
work=${1:-build/neon}
cd "$(dirname "$0")/.."
compiler=aarch64-linux-gnu-g++
gtest=/usr/src/googletest/googletest
mkdir -p "$work"
flags=(-std=c++20 -O2 -Wall -Wextra -Wconversion -Wshadow -ffp-contract=off -Isrc)
if [[ ! -f $work/gtest.o ]]; then
  $compiler -std=c++20 -O1 -I$gtest -I$gtest/include -c $gtest/src/gtest-all.cc -o "$work/gtest.o"
  $compiler -std=c++20 -O1 -I$gtest -I$gtest/include -c $gtest/src/gtest_main.cc -o "$work/main.o"
fi
sources=(src/eyelid/core/{error,exponential_test}.cpp src/eyelid/compute/cpu_features.cpp src/eyelid/kernels/multiply_add_test.cpp)
for room in "${rooms[@]}"; do
  folder=src/eyelid/kernels/$room
  for source in "$folder"/*.cpp; do
    [[ $source == *x86_* || $source == *simde* || $source == *avx* || $source == *dotprod* ]] || sources+=("$source")
  done
done
$compiler "${flags[@]}" -march=armv8.2-a+dotprod -c src/eyelid/kernels/blazeface/arm_dotprod.cpp -o "$work/dotprod.o"
$compiler "${flags[@]}" -I$gtest/include "${sources[@]}" "$work/dotprod.o" "$work/gtest.o" "$work/main.o" \
  -pthread -o "$work/kernel_tests"
qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu "$work/kernel_tests" --gtest_brief=1
