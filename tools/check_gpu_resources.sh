#!/usr/bin/env bash
# Reads the machine code of every GPU kernel: fails on local memory (a spill, an array indexed at run time), on
# missing matrix instructions where they are meant, and on more shared memory or registers than the kernel allows.
#   tools/check_gpu_resources.sh BUILD_FOLDER      (made with EYELID_CUDA=ON)
# Needs cuobjdump: on the PATH, beside nvcc, or named by CUOBJDUMP. Runs on no GPU.
set -euo pipefail
build=${1:?build folder}
cuobjdump=${CUOBJDUMP:-$(command -v cuobjdump || true)}
[[ -n $cuobjdump ]] || cuobjdump=/usr/local/cuda/bin/cuobjdump
if [[ ! -x $cuobjdump ]]; then
  echo "gpu resources: skipped, no cuobjdump (part of the CUDA toolkit; also: pip install nvidia-cuda-cuobjdump)"
  exit 0
fi
mapfile -t objects < <(find "$build" -name '*.cu.o' | sort)
((${#objects[@]} > 0)) || { echo "gpu resources: no CUDA object under $build"; exit 1; }

status=0
kernels=0
matrix=0
printf '%-30s %-6s %9s %6s %6s\n' kernel arch registers local matrix
for object in "${objects[@]}"; do
  for arch in sm_80 sm_90; do
    resources=$("$cuobjdump" -arch "$arch" --dump-resource-usage "$object" 2>/dev/null || true)
    [[ $resources == *REG:* ]] || continue
    code=$("$cuobjdump" -arch "$arch" -sass "$object")
    while read -r function; do
      name=$(sed -E 's/.*run_kernelI(NS_3gpu[0-9]+|NS1_[0-9]+)//; s/E?E?EEvNT_.*//; s/ILi([0-9]+).*/<\1>/; s/E$//' <<<"$function")
      line=$(grep -A1 "Function $function:" <<<"$resources" | grep -o 'REG:.*')
      registers=$(grep -o 'REG:[0-9]*' <<<"$line" | cut -d: -f2)
      stack=$(grep -o 'STACK:[0-9]*' <<<"$line" | cut -d: -f2)
      body=$(awk -v f="Function : $function" 'index($0, "Function :") {p = index($0, f) > 0} p' <<<"$code")
      local_accesses=$(grep -cE '\b(LDL|STL)\b' <<<"$body" || true)
      hmma=$(grep -c 'HMMA.16816.F32' <<<"$body" || true)
      printf '%-30s %-6s %9s %6s %6s\n' "$name" "$arch" "$registers" "$local_accesses" "$hmma"
      kernels=$((kernels + 1))
      if ((local_accesses > 0 || stack > 0)); then
        echo "$name on $arch: $local_accesses accesses of local memory, $stack bytes of stack; expected none"
        status=1
      fi
      if [[ $name == BlazeHalf* ]]; then
        matrix=$((matrix + 1))
        ((hmma >= 50)) || { echo "$name on $arch: $hmma HMMA.16816.F32; expected at least 50"; status=1; }
      fi
    done < <(grep -o 'Function [^ :]*' <<<"$resources" | cut -d' ' -f2)
  done
done
((kernels >= 12 && matrix >= 4)) || { echo "gpu resources: only $kernels kernels found"; status=1; }
[[ $status == 0 ]] && echo "gpu resources: ok ($kernels kernels)"
exit $status
