#!/usr/bin/env bash
# Never run. D3 is in no package of conda-forge: the file is fetched by a second source entry, or given by EYELID_D3.
set -euxo pipefail
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_PREFIX_PATH="$PREFIX" \
  -DEYELID_TESTS=OFF -DEYELID_TRAINING=OFF -DEYELID_PYTHON=OFF ${EYELID_D3:+-DEYELID_D3="$EYELID_D3"}
cmake --build build --target eyelid eyelid_reference -j "${CPU_COUNT:-2}"
cmake --install build --component program
