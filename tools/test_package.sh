#!/usr/bin/env bash
# Installs a .deb in a bare Debian, uses it as somebody who is not root, and removes it again. Needs root and mmdebstrap.
#   tools/test_package.sh SUITE PACKAGE.deb [FOLDER]     SUITE: bookworm, trixie; FOLDER gets what `eyelid demo` wrote
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:?SUITE}; package=$(realpath "${2:?PACKAGE.deb}"); kept=${3:-}
shared=$(mktemp -d); trap 'rm -rf "$shared"' EXIT
cp "$package" "$shared/eyelid.deb"
cat >"$shared/use.sh" <<'INSIDE'
set -euo pipefail
apt-get update -qq
apt-get install -y -qq --no-install-recommends /shared/eyelid.deb >/dev/null
echo "installed: $(dpkg-query -W -f='${Package} ${Version}' eyelid), with it $(($(dpkg-query -W | wc -l) - $1)) packages"
dpkg-query -L eyelid | grep -c . | sed 's/$/ files/; s/^/files: /'
useradd --create-home person
su person -c 'set -e; cd; eyelid --version; eyelid demo --out demo --json demo.json; ls -l demo; sha256sum demo/frames.csv; eyelid doctor'
bash -n /usr/share/bash-completion/completions/eyelid
su person -c "bash -c '. /usr/share/bash-completion/completions/eyelid; compopt() { :; }; COMP_WORDS=(eyelid tr); COMP_CWORD=1; _eyelid; echo completion of \"eyelid tr\": \${COMPREPLY[*]}'"
apt-get install -y -qq --no-install-recommends man-db >/dev/null 2>&1
for command in eyelid eyelid-track eyelid-model-fetch; do
  MANWIDTH=100 man --warnings "$command" >"/tmp/$command.txt" 2>"/tmp/$command.err"
  [[ ! -s /tmp/$command.err ]] || { cat "/tmp/$command.err"; exit 1; }
  echo "man $command: $(wc -l <"/tmp/$command.txt") lines"
done
mkdir /shared/demo
cp -r /home/person/demo/. /shared/demo
apt-get purge -y -qq eyelid >/dev/null
left=$(find / -xdev -path /shared -prune -o -path /home -prune -o -path /proc -prune -o -path /tmp -prune -o -iname '*eyelid*' -print)
[[ -z $left ]] || { echo "left behind by the package: $left"; exit 1; }
echo "removed: nothing left behind"
INSIDE
before=$(tools/bare_debian.sh "$suite" "$shared" dpkg-query -W | wc -l)
tools/bare_debian.sh "$suite" "$shared" bash /shared/use.sh "$before"
grep -q '<html' "$shared/demo/report.html" || { echo "report.html is no page"; exit 1; }
if [[ -n $kept ]]; then mkdir -p "$kept"; cp -r "$shared/demo/." "$kept"; fi
echo "package: ok ($suite)"
