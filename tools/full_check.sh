#!/usr/bin/env bash
# Every check over the whole tree; hours on two cores. `make full-check` runs it after `make check`.
#   tools/full_check.sh [STEP...]      clang tidy asan tsan neon windows bytes cuda faults (default: all)
# A step that fails does not stop the others; the last lines say which did.
set -uo pipefail
cd "$(dirname "$0")/.."
tools/install_dependencies.sh --full || exit 1
jobs=$(nproc)

preset() { cmake --preset "$@" && cmake --build --preset "$1"; }
# What .ci/run leaves out stays out of a build folder until it is named again.
clang() { preset ci-clang -DEYELID_TESTS=ON -DEYELID_TRAINING=AUTO -DCMAKE_CXX_FLAGS_RELEASE="-O3 -DNDEBUG" && ctest --preset ci-clang -j "$jobs"; }
tidy() { preset tidy; }
asan() { preset asan && ctest --preset asan -j "$jobs" && python3 tests/faults/mutated_files.py build/asan/bin/eyelid; }
tsan() { preset tsan && ctest --preset tsan -j "$jobs"; }
neon() { tools/test_neon.sh; }
windows() { tools/test_windows.sh; }
bytes() { cmake --preset release && cmake --build --preset release --target eyelid && tools/check_same_bytes.sh --aarch64; }
faults() {
  cmake --preset release && cmake --build --preset release --target eyelid eyelid_inject &&
    python3 tests/faults/fault_suite.py build/bin/eyelid build/lib/libeyelid_inject.so
}
cuda() { EYELID_CUDA_LIMIT_S=3600 tools/check_cuda_build.sh -DEYELID_WERROR=ON "-DCMAKE_CUDA_ARCHITECTURES=80-real;90"; }

failed=()
(($# > 0)) || set -- clang tidy asan tsan neon windows bytes cuda faults
for step in "$@"; do
  echo "== $step"
  "$step" || failed+=("$step")
done
((${#failed[@]} == 0)) && { echo "full check: ok ($*)"; exit 0; }
echo "full check: failed: ${failed[*]}"
exit 1
