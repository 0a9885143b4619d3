#!/usr/bin/env bash
# Everything a release consists of, of the last commit: sources, the .deb of this machine with its list of parts (SPDX), the Python wheel
# and the folder for any Linux (their lists are inside; on Debian 12 as root, elsewhere they are left out), and checksums. The same commit
# in the same folder of the same machine gives the same bytes. The first time takes an hour: the libraries of the wheel are built.
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
# Its libraries need no newer glibc than that of Debian 12.
if [[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") == bookworm ]] && ((EUID == 0)); then
  DIST=$folder tools/wheel/build.sh
  tools/wheel/tarball.sh "$(ls "$folder"/*.whl)"
else
  echo "make_release: no wheel and no tarball: they are made by root on Debian 12" >&2
fi
(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum -- >SHA256SUMS && cat SHA256SUMS)
