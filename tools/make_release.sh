#!/usr/bin/env bash
# Everything a release consists of, of the last commit: sources, the .deb of this machine, its list of parts (SPDX), and checksums.
# The same commit in the same folder of the same machine gives the same bytes.
#   tools/make_release.sh [FOLDER]      default: build/release
set -euo pipefail
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"
[[ -z $(git status --porcelain --untracked-files=no) ]] || { echo "make_release: there are changes that are not committed; expected a clean tree" >&2; exit 1; }
version=$(sed -n 's/^project(eyelid VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
folder=$(realpath -m "${1:-build/release}"); build=${BUILD:-build}
export SOURCE_DATE_EPOCH; SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
rm -rf "$folder"; mkdir -p "$folder"

git archive --format=tar --prefix="eyelid-$version/" HEAD | gzip -9n >"$folder/eyelid-$version.tar.gz"
# CMake again: files of the package have the date of the commit.
cmake -S . -B "$build" >/dev/null
cmake --build "$build" --target eyelid eyelid_reference
(cd "$build" && cpack -G DEB -B "$folder" >/dev/null)
rm -rf "$folder/_CPack_Packages"
deb=$(ls "$folder"/*.deb)
tools/sbom.py "$deb" "${deb%.deb}.spdx.json"
(cd "$folder" && sha256sum -- *.tar.gz *.deb *.json >SHA256SUMS && cat SHA256SUMS)
