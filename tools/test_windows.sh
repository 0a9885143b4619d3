#!/usr/bin/env bash
# Builds the rooms of the library that were ported to Windows (cmake/windows.cmake) with mingw-w64 and runs their tests under Wine.
#   tools/test_windows.sh [BUILD_FOLDER] [ROOM...]      default: build/windows, all of them
# Skipped, with the reason, where the compiler or Wine is absent (install_dependencies.sh --full brings them).
set -euo pipefail
cd "$(dirname "$0")/.."
work=${1:-build/windows}
rooms=("${@:2}")
((${#rooms[@]} > 0)) || rooms=(core platform files compute kernels closure conditioning tables)

skip() { echo "windows: skipped: $1"; exit 0; }
command -v x86_64-w64-mingw32-g++-posix >/dev/null || skip "no x86_64-w64-mingw32-g++-posix (g++-mingw-w64-x86-64-posix)"
wine=$(command -v wine64 || command -v wine || echo /usr/lib/wine/wine64)
[[ -x $wine ]] || skip "no Wine (wine64)"

cmake -S . -B "$work" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/mingw.cmake -DEYELID_WERROR=ON >/dev/null
programs=("${rooms[@]/#/eyelid_}")
cmake --build "$work" --target "${programs[@]/%/_tests}"

# A Windows of its own, without a screen and without what Wine would fetch for .NET and pages.
work=$(realpath "$work")
export WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
status=0
run() {  # ROOM FILTER
  local log=$work/$1.log
  timeout 1800 "$wine" "$work/bin/eyelid_$1_tests.exe" --gtest_brief=1 --gtest_filter="$2" >"$log" 2>&1 </dev/null || status=1
  printf '%-14s %s\n' "$1" "$(tr -d '\r' <"$log" | sed -n 's/^\[\(  PASSED  \|  SKIPPED \|  FAILED  \)\] \([0-9]* tests\?\).*/\1 \2/p' | tr -s ' \n' ' ')"
  grep -aq '^\[  PASSED  \]' "$log" || { tail -n 60 "$log"; status=1; }
  grep -a 'FAILED' "$log" || true
}
for room in "${rooms[@]}"; do
  case $room in
    # What EYELID_CPU names is read once in a process.
    compute) run compute '-CpuFeatures.AnUnknown*'; run compute 'CpuFeatures.AnUnknown*' ;;
    *) run "$room" '*' ;;
  esac
done
((status == 0)) && echo "windows: ok (under $("$wine" --version))"
exit $status
