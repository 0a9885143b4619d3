#!/usr/bin/env bash
# Reads the machine code of every GPU kernel: fails on local memory (a spill, an array indexed at run time), and where
# matrix instructions (HMMA), copies past the registers (LDGSTS) or barriers of a cluster (UCGABAR) are meant and absent.
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
clusters=0
architectures=
printf '%-30s %-6s %9s %6s %6s %6s %8s\n' kernel arch registers local HMMA LDGSTS UCGABAR
for object in "${objects[@]}"; do
  for arch in sm_80 sm_90; do
    resources=$("$cuobjdump" -arch "$arch" --dump-resource-usage "$object" 2>/dev/null || true)
    [[ $resources == *REG:* ]] || continue
    [[ $architectures == *$arch* ]] || architectures+=" $arch"
    code=$("$cuobjdump" -arch "$arch" -sass "$object")
    while read -r function; do
      name=$(sed -E 's/.*run_kernelI(NS_3gpu[0-9]+|NS1_[0-9]+)//; s/E?E?EEvNT_.*//; s/ILi([0-9]+).*/<\1>/; s/E$//' <<<"$function")
      line=$(grep -A1 "Function $function:" <<<"$resources" | grep -o 'REG:.*')
      registers=$(grep -o 'REG:[0-9]*' <<<"$line" | cut -d: -f2)
      stack=$(grep -o 'STACK:[0-9]*' <<<"$line" | cut -d: -f2)
      body=$(awk -v f="Function : $function" 'index($0, "Function :") {p = index($0, f) > 0} p' <<<"$code")
      local_accesses=$(grep -cE '\b(LDL|STL)\b' <<<"$body" || true)
      hmma=$(grep -c 'HMMA.16816.F32' <<<"$body" || true)
      copies=$(grep -c 'LDGSTS' <<<"$body" || true)
      barriers=$(grep -c 'UCGABAR' <<<"$body" || true)
      printf '%-30s %-6s %9s %6s %6s %6s %8s\n' "$name" "$arch" "$registers" "$local_accesses" "$hmma" "$copies" "$barriers"
      kernels=$((kernels + 1))
      if ((local_accesses > 0 || stack > 0)); then
        echo "$name on $arch: $local_accesses accesses of local memory, $stack bytes of stack; expected none"
        status=1
      fi
      if [[ $name == BlazeHalf* ]]; then
        matrix=$((matrix + 1))
        ((hmma >= 50)) || { echo "$name on $arch: $hmma HMMA.16816.F32; expected at least 50"; status=1; }
        ((copies >= 1)) || { echo "$name on $arch: no LDGSTS; expected the weights to come by cp.async"; status=1; }
      fi
      if [[ $name == 'LocateEyesIn<4>' && $arch == sm_90 ]]; then
        clusters=$((clusters + 1))
        ((barriers >= 2)) || { echo "$name on $arch: $barriers UCGABAR; expected the barriers of a cluster"; status=1; }
      fi
    done < <(grep -o 'Function [^ :]*' <<<"$resources" | cut -d' ' -f2)
  done
done
count=$(wc -w <<<"$architectures")
((count > 0 && kernels >= 8 * count && matrix == 2 * count)) || { echo "gpu resources: only $kernels kernels found"; status=1; }
[[ $architectures != *sm_90* || $clusters == 1 ]] || { echo "gpu resources: LocateEyesIn<4> not found for sm_90"; status=1; }
[[ $status == 0 ]] && echo "gpu resources: ok ($kernels kernels,$architectures)"
exit $status
