#!/usr/bin/env bash
# Cross-compiles `eyelid` for AArch64 into build/aarch64, for runs under qemu-aarch64 (tools/check_same_bytes.sh --aarch64).
# Unpacks Debian's arm64 packages into build/aarch64-sysroot (750 MB, 40 to 80 s): no package script runs, the host's package
# database stays as it is. Needs mmdebstrap and what install_dependencies.sh --ci installs. Prints the command that runs the program.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/build/aarch64
export EYELID_SYSROOT=${EYELID_SYSROOT:-$PWD/build/aarch64-sysroot}

make_sysroot() {
  local packages lib=$EYELID_SYSROOT/usr/lib/aarch64-linux-gnu
  packages=$(sed -n '/^packages=(/,/^)/p' tools/install_dependencies.sh | grep -oE '(lib[a-z0-9.-]+|nlohmann-json3)-dev' | paste -sd,)
  mmdebstrap --variant=extract --arch=arm64 --include="libc6-dev,libstdc++-12-dev,$packages" bookworm "$EYELID_SYSROOT"
  ln -sf libhdf5_serial.so "$lib/libhdf5.so"
  ln -sf libhdf5_serial_hl.so "$lib/libhdf5_hl.so"
  ln -sf hdf5-serial.pc "$lib/pkgconfig/hdf5.pc"
  # Absolute links would lead out of the sysroot.
  find "$EYELID_SYSROOT" -xdev -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
    ln -sfn "$(realpath -ms --relative-to="$(dirname "$link")" "$EYELID_SYSROOT$target")" "$link"
  done
}

{
  [[ -d $EYELID_SYSROOT ]] || make_sysroot
  d3=$(find /usr/share/nodejs/d3/dist /usr/share/javascript/d3 -name d3.min.js -print -quit 2>/dev/null || true)
  cmake -G Ninja -S . -B "$build" -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=40 -DEYELID_TESTS=OFF -DEYELID_TRAINING=OFF -DEYELID_D3="$d3"
  cmake --build "$build" --target eyelid
} >&2
echo "qemu-aarch64 -cpu max -L $EYELID_SYSROOT $build/bin/eyelid"
