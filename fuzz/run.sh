#!/usr/bin/env bash
# Builds the fuzz targets and runs each for SECONDS from small valid inputs; a finding stops it, its input stays in build/fuzz.
#   fuzz/run.sh [SECONDS [TARGET...]]      default: 600, all
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
shift $(($# > 0 ? 1 : 0))
mapfile -t all < <(basename -s _fuzz.cpp fuzz/*_fuzz.cpp)
(($# > 0)) || set -- "${all[@]}"
cmake --preset fuzz
cmake --build --preset fuzz --target "${@/%/_fuzz}"
python3 fuzz/make_seeds.py build/fuzz/seeds
cd build/fuzz
export ASAN_OPTIONS=allocator_may_return_null=1  # a size that a file claims is refused as by the system
for target in "$@"; do
  echo "== $target, $seconds s"
  mkdir -p "corpus/$target" "seeds/$target"
  "bin/${target}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 "corpus/$target" "seeds/$target" \
    2>&1 | grep -E 'stat::|ERROR|SUMMARY|Test unit' || true
  for kind in crash oom timeout leak; do
    compgen -G "$kind-*" >/dev/null && { echo "$target: a finding"; exit 1; }
  done
  # Only what adds coverage is worth keeping.
  mkdir -p "smallest/$target"
  "bin/${target}_fuzz" -merge=1 "smallest/$target" "corpus/$target" "seeds/$target" 2>/dev/null
  rm -rf "corpus/$target" && mv "smallest/$target" "corpus/$target"
done
