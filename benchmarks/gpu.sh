#!/usr/bin/env bash
# Builds, tests and measures everything on the GPU in one call, in under 8 minutes.
#   benchmarks/gpu.sh [--dry] [RESULTS]       default: $OUT, else build/gpu-results
# Needs a GPU and either the project's libraries and nvcc (then it builds gpu_check for this card
# alone), or build/gpu-pack.tar.xz as benchmarks/pack_gpu.sh leaves it (then no compiler). Changes
# no setting of the card. Every step runs even when one before it failed, none longer than is left
# of EYELID_GPU_LIMIT_S (470); RESULTS/tables.txt holds everything said so far after every step,
# RESULTS/all.tar.gz logs, test reports and JSON at the end, also of a run that was cut off.
# --dry: on a machine without a GPU: all host parts; what needs the card must say so, clearly.
set -uo pipefail
cd "$(dirname "$0")/.."
is_dry=0
[[ ${1:-} == --dry ]] && { is_dry=1; shift; }
results=${1:-${OUT:-build/gpu-results}}
mkdir -p "$results" || exit 1
results=$(cd "$results" && pwd)
work=$(mktemp -d)
export PATH=$PATH:/usr/local/cuda/bin
limit_s=${EYELID_GPU_LIMIT_S:-470}
tables=$results/tables.txt
: >"$tables"
failed=() skipped=()

say() { echo "$*" | tee -a "$tables"; }
left_s() { echo $((limit_s - SECONDS)); }
finish() {
  tar -C "$work" -czf "$results/all.tar.gz" --exclude=./gpu-pack . 2>/dev/null
  say "== all: $SECONDS s; results in $results"
  ((${#skipped[@]} == 0)) || say "not run: ${skipped[*]}"
  ((${#failed[@]} == 0)) || say "failed: ${failed[*]}"
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# step NAME LIMIT_S LINES COMMAND...: output to a log, its last LINES to the tables
step() {
  local name=$1 most=$2 lines=$3 start=$SECONDS status=0
  shift 3
  ((most < $(left_s))) || most=$(left_s)
  if ((most < 5)); then
    skipped+=("$name")
    say "== $name: not run, no time left"
    return 1
  fi
  timeout -k 5 "$most" "$@" >"$work/$name.log" 2>&1 || status=$?
  if ((status == 0)); then
    say "== $name: ok ($((SECONDS - start)) s)"
  else
    failed+=("$name")
    say "== $name: FAILED (status $status, $((SECONDS - start)) s)"
  fi
  tail -n "$lines" "$work/$name.log" | tee -a "$tables"
  return "$status"
}

# on_gpu NAME ...: as step; in a dry run the command has to say that there is no device
on_gpu() {
  if ((is_dry)); then
    local name=$1
    shift 3
    if timeout 60 "$@" >"$work/$name.log" 2>&1 || ! grep -q 'no CUDA device' "$work/$name.log"; then
      failed+=("$name")
      say "== $name: FAILED, expected the error that there is no CUDA device, found:"
      tail -n 3 "$work/$name.log" | tee -a "$tables"
    else
      say "== $name: dry, $(tail -n 1 "$work/$name.log")"
    fi
    return
  fi
  step "$@"
}

# The program: built, else unpacked.
check=
build() {
  local architecture
  architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d .)
  cmake --preset cuda -DEYELID_TRAINING=OFF -DCMAKE_CUDA_ARCHITECTURES="${architecture:-90}" -B build/gpu &&
    cmake --build build/gpu -j "$(nproc)" --target gpu_check
}
unpack() {
  [[ -f build/gpu-pack.tar.xz ]] || { echo "no build/gpu-pack.tar.xz; make it with benchmarks/pack_gpu.sh"; return 1; }
  tar -C "$work" -xf build/gpu-pack.tar.xz
}
export -f build unpack
export work
if [[ -n ${EYELID_GPU_CHECK:-} ]]; then
  check=$EYELID_GPU_CHECK
elif [[ -f build/gpu-pack.tar.xz ]]; then
  step unpack 60 3 bash -c unpack && check=$work/gpu-pack/gpu_check
  echo "pack of commit $(cat "$work/gpu-pack/commit"), sources $(git describe --always --dirty 2>/dev/null || echo unknown)" | tee -a "$tables"
else
  step build 270 3 bash -c build && check=build/gpu/bin/gpu_check
  [[ -n $check ]] && step resources 40 12 tools/check_gpu_resources.sh build/gpu
fi
[[ -n $check ]] || exit 1

command -v nvidia-smi >/dev/null &&
  nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.draw --format=csv | tee -a "$tables"
on_gpu device 20 1 "$check" device

# Right first.
if ((is_dry)); then
  step emulation 240 3 "$check" test --gtest_filter='GpuTracker.TheSame*:GpuTracker.Half*:KernelByKernel.*' --gtest_output="xml:$work/parity.xml"
else
  step parity 60 6 "$check" test --gtest_filter='RealGpu.*' --gtest_output="xml:$work/parity.xml"
  grep -q SKIPPED "$work/parity.log" && failed+=(parity-skipped)
  step kernels 60 3 "$check" test --gtest_filter='KernelByKernel.*' --gtest_output="xml:$work/kernels.xml"
fi
grep -ohE 'testcase name="[^"]*"|name="(box_px|point_px|ear|fec_[a-z]*|place)" value="[^"]*"' "$work"/*.xml 2>/dev/null |
  tee -a "$tables"

for precision in f16 f32; do
  batches=1..4096
  [[ $precision == f32 ]] && batches=1,32,512,2048
  on_gpu "detector-$precision" 60 34 "$check" detector --precision "$precision" --batches "$batches" \
    --images 4096 --seconds 0.4 --json "$work/detector-$precision.json"
  on_gpu "latency-$precision" 30 12 "$check" latency --precision "$precision" --batches 1,8 \
    --images 2000 --seconds 0.5 --json "$work/latency-$precision.json"
  on_gpu "pipeline-$precision" 45 16 "$check" pipeline --precision "$precision" --batches 64,512,1024 \
    --images 8192 --seconds 0.8 --json "$work/pipeline-$precision.json"
done

if ((is_dry)); then
  say "== compute-sanitizer: dry"
elif command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    step "sanitizer-$tool" 40 3 compute-sanitizer --tool "$tool" --error-exitcode 1 \
      "$check" test --gtest_filter='RealGpu.GivesTheNumbersOfTheEmulation'
  done
else
  failed+=(no-compute-sanitizer)
fi

step peers 100 60 "${EYELID_PYTHON_PEERS:-python3}" benchmarks/peers/gpu.py --json "$work/peers.json" \
  --batches 1 8 64 512 4096 --limit-s $(($(left_s) < 95 ? $(left_s) - 5 : 90))
((${#failed[@]} + ${#skipped[@]} == 0)) || exit 1
