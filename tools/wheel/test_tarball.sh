#!/usr/bin/env bash
# Unpacks the tarball in a bare Debian, where nothing else is installed, moves it, and uses it as somebody who is not root. Root, mmdebstrap.
#   tools/wheel/test_tarball.sh SUITE [TARBALL]      SUITE: bookworm, trixie
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=${1:?SUITE}
tarball=${2:-$(find build/wheel/dist -name 'eyelid-*-linux-x86_64.tar.gz' -print -quit)}
[[ -f $tarball ]] || { echo "test_tarball: no tarball in build/wheel/dist; expected one of make tarball" >&2; exit 1; }
shared=$(mktemp -d); chmod 755 "$shared"; trap 'rm -rf "$shared"' EXIT
cp "$tarball" "$shared/eyelid.tar.gz"
cat >"$shared/use.sh" <<'INSIDE'
set -euo pipefail
useradd --create-home person
su person -c 'set -e; cd; mkdir first second; tar -xzf /shared/eyelid.tar.gz -C first; mv first/eyelid-* "second/any place"
  export PATH="$HOME/second/any place/bin:$PATH"
  eyelid --version
  eyelid demo --out demo --json demo.json
  ls -l demo; sha256sum demo/frames.csv
  ldd "second/any place/bin/eyelid" | grep -v "any place" || true'
cp -r /home/person/demo /shared/demo
INSIDE
tools/bare_debian.sh "$suite" "$shared" bash /shared/use.sh
grep -q '<html' "$shared/demo/report.html" || { echo "report.html is no page"; exit 1; }
echo "tarball: ok ($suite)"
