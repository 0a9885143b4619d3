#!/usr/bin/env bash
# Packs gpu_check with the libraries it needs, for a machine with a GPU but without those libraries
# and without a compiler:   benchmarks/pack_gpu.sh [BUILD_FOLDER]     -> build/gpu-pack.tar.xz
# Such a machine needs Linux on x86-64, glibc of Debian 12 or newer, and NVIDIA's driver.
# benchmarks/gpu.sh finds the pack and runs it. Build first:
#   cmake --preset cuda && cmake --build build/cuda --target gpu_check
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-build/cuda}/bin/gpu_check
[[ -x $program ]] || { echo "$program: not there; build the target gpu_check first"; exit 1; }
pack=$(mktemp -d)
trap 'rm -rf "$pack"' EXIT
mkdir -p "$pack/gpu-pack/lib"
strip -o "$pack/gpu-pack/gpu_check.bin" "$program"
# All but what belongs to the other machine's C and C++ libraries, which are newer there.
ldd "$program" | awk '/=> \//{print $3}' |
  grep -vE '/(libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|ld-linux[^/]*)\.so' |
  xargs -rI{} cp -L {} "$pack/gpu-pack/lib/"
cat >"$pack/gpu-pack/gpu_check" <<'RUN'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/gpu_check.bin" "$@"
RUN
chmod +x "$pack/gpu-pack/gpu_check"
git describe --always --dirty >"$pack/gpu-pack/commit"
mkdir -p build
tar -C "$pack" -c gpu-pack | xz -T0 -6 >build/gpu-pack.tar.xz.part
mv build/gpu-pack.tar.xz.part build/gpu-pack.tar.xz
ls -l "$pack/gpu-pack/lib" | awk 'NR > 1 {print $9, $5}'
du -h build/gpu-pack.tar.xz
