#!/usr/bin/env bash
# Builds the program in bare Debian systems with their own compilers and libraries, and prints a table. Needs root and mmdebstrap.
#   tools/build_matrix.sh [NAME...]        default: all of bookworm-gcc bookworm-clang trixie-gcc trixie-clang
# MATRIX_TARGETS: what is built ("eyelid"; "all" for the tests as well, which are run then); MATRIX_OUT: a folder that gets the .deb of each gcc
# (build/matrix); MATRIX_SYSTEMS: a folder where the systems stay, with their build folders, for the next time; JOBS: at once (nproc).
# A CI elsewhere calls it with one NAME; exit status 0: all of them built.
set -uo pipefail
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"
names=("$@"); ((${#names[@]})) || names=(bookworm-gcc bookworm-clang trixie-gcc trixie-clang)
targets=${MATRIX_TARGETS:-eyelid}
out=$(realpath -m "${MATRIX_OUT:-build/matrix}"); mkdir -p "$out"
shared=$(mktemp -d); trap 'rm -rf "$shared"' EXIT

build_inside() {
  cat <<'INSIDE'
set -euo pipefail
compiler=$1; targets=$2; jobs=$3
mkdir -p /eyelid
tar -x -f /shared/source.tar -C /eyelid
cd /eyelid
tools/install_dependencies.sh
flags=(-DEYELID_WERROR=ON -DEYELID_TRAINING=OFF -DEYELID_PYTHON=OFF -DEYELID_TESTS=OFF)
[[ $targets != all ]] || { tools/install_dependencies.sh --test; flags[3]=-DEYELID_TESTS=ON; }
if [[ $compiler == clang* ]]; then
  apt-get install -y -q --no-install-recommends "$compiler"
  flags+=(-DCMAKE_C_COMPILER="$compiler" -DCMAKE_CXX_COMPILER="${compiler/clang/clang++}")
fi
cmake --preset unity "${flags[@]}"
cmake --build build -j "$jobs" --target $targets -- -k 0
[[ $targets != all ]] || ctest --test-dir build --output-on-failure -j "$jobs"
if [[ $compiler == gcc && $targets =~ ^(eyelid|all)$ ]]; then
  tools/install_dependencies.sh --package
  cmake --build build --target eyelid_reference
  (cd build && cpack -G DEB)
  mkdir -p /shared/out && cp build/*.deb /shared/out/
fi
INSIDE
}

declare -A results
status=0
for name in "${names[@]}"; do
  case $name in
    bookworm-gcc|trixie-gcc) compiler=gcc ;;
    bookworm-clang) compiler=clang-14 ;;
    trixie-clang) compiler=clang-19 ;;
    *) echo "build_matrix: $name: expected bookworm-gcc, bookworm-clang, trixie-gcc, or trixie-clang" >&2; exit 2 ;;
  esac
  suite=${name%%-*}
  rm -rf "${shared:?}"/*
  git ls-files -z --recurse-submodules | tar -c --null -T - -f "$shared/source.tar"
  build_inside >"$shared/build.sh"
  export SOURCE_DATE_EPOCH; SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  begin=$SECONDS
  if BARE_DEBIAN=${MATRIX_SYSTEMS:+$MATRIX_SYSTEMS/$name} tools/bare_debian.sh "$suite" "$shared" \
      bash /shared/build.sh "$compiler" "$targets" "${JOBS:-$(nproc)}" >"$out/$name.log" 2>&1; then
    results[$name]="built"
    [[ ! -d $shared/out ]] || { mkdir -p "$out/$suite"; cp "$shared/out/"*.deb "$out/$suite/"; results[$name]+=", $(basename "$shared/out/"*.deb)"; }
  else
    results[$name]="FAILED: $(grep -m1 -E 'error:|Error|E:' "$out/$name.log" || tail -1 "$out/$name.log")"; status=1
  fi
  results[$name]+=" ($((SECONDS - begin)) s)"
done
for name in "${names[@]}"; do printf '%-16s %s\n' "$name" "${results[$name]}"; done
exit $status
