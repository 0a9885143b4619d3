#!/usr/bin/env bash
# Builds, tests and measures everything on the GPU in one call, in under 8 minutes on 8 cores or more.
#   benchmarks/gpu.sh [RESULTS]        default: $OUT, else build/cuda/results
# Order: build and resource check, parity tests, compute-sanitizer, our figures, peers. Every step runs even when one
# before it failed; the last lines say which did. Needs nvcc and a GPU; with EYELID_PREBUILT=FOLDER it takes the
# programs there and needs no compiler. Changes no setting of the card.
set -uo pipefail
cd "$(dirname "$0")/.."
results=${1:-${OUT:-build/cuda/results}}
mkdir -p "$results"
results=$(cd "$results" && pwd)
export PATH=$PATH:/usr/local/cuda/bin
build=${EYELID_PREBUILT:-build/cuda}
failed=()
begin=$SECONDS

# step NAME LIMIT_S COMMAND...: output to a log, its end to the terminal
step() {
  local name=$1 limit=$2 start=$SECONDS
  shift 2
  if timeout "$limit" "$@" >"$results/$name.log" 2>&1; then
    echo "== $name: ok ($((SECONDS - start)) s)"
  else
    failed+=("$name")
    echo "== $name: FAILED (status $?, $((SECONDS - start)) s)"
  fi
  tail -n "${tail_lines:-3}" "$results/$name.log"
}

nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.draw --format=csv | tee "$results/gpu.csv"

if [[ -z ${EYELID_PREBUILT:-} ]]; then
  step build 270 bash -c 'cmake --preset cuda -DEYELID_TRAINING=OFF && cmake --build build/cuda -j "$(nproc)" --target eyelid eyelid_gpu_tests eyelid_pipeline_tests'
  step resources 60 tools/check_gpu_resources.sh build/cuda
fi
tests=$(find "$build" -type f -name eyelid_pipeline_tests | head -1)
eyelid=$(find "$build" -type f -name eyelid -perm -u+x | head -1)
[[ -n $tests && -n $eyelid ]] || { echo "no programs under $build"; exit 1; }

step parity 60 "$tests" --gtest_filter='RealGpu.*' --gtest_output="xml:$results/parity.xml"
grep -oE 'testcase name="[^"]*"|name="(box_px|point_px|ear)" value="[^"]*"' "$results/parity.xml" 2>/dev/null | tail -20
if grep -q 'SKIPPED' "$results/parity.log"; then failed+=(parity-skipped); fi

if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    step "sanitizer-$tool" 45 compute-sanitizer --tool "$tool" --error-exitcode 1 \
      "$tests" --gtest_filter='RealGpu.HalfPrecisionIsWithinHalfAPixel'
  done
else
  echo "== compute-sanitizer: absent"
fi

tail_lines=20
for precision in f16 f32; do
  cuda=(--precision "$precision" --json)
  step "detector-$precision" 40 "$eyelid" bench gpu --table detector "${cuda[@]}" "$results/detector-$precision.json" --batches 1..4096 --images 40000
  step "latency-$precision" 20 "$eyelid" bench gpu --table latency "${cuda[@]}" "$results/latency-$precision.json" --batches 1,8 --images 3000
  step "pipeline-$precision" 40 "$eyelid" bench gpu --table pipeline "${cuda[@]}" "$results/pipeline-$precision.json" --batches 64,512,1024 --images 20000
done
python=${EYELID_PYTHON_PEERS:-python3}
step peers 90 "$python" benchmarks/peers/gpu.py --json "$results/peers.json" --batches 1 8 64 512 4096

echo "== all: $((SECONDS - begin)) s, results in $results"
if ((${#failed[@]} > 0)); then
  echo "failed: ${failed[*]}"
  exit 1
fi
