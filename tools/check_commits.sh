#!/usr/bin/env bash
# Fails when a commit is not "room: what changes" in under 72 columns, with one room and a body that says why.
# A room is a folder of the commit's tree or of the tree where the range begins; `build` is CMake and the Makefile,
# `house` the whole tree.
#   tools/check_commits.sh [RANGE]      (default: all since the rule; merges are not looked at)
set -euo pipefail
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"
last_without_the_rule=a2fcba0dd1eebc822db78e554200d1ae7645006e
range=${1:-$last_without_the_rule..HEAD}
if ! git rev-parse --quiet --verify "${range%%..*}^{commit}" >/dev/null; then
  echo "commits: skipped, the history here begins later (a shallow clone)"
  exit 0
fi

rooms_of() {
  { git ls-tree -d --name-only "$1"; git ls-tree -d --name-only "$1" src/eyelid/ apps/ studies/ training/; } |
    sed 's|.*/||; s|^\.||'
}

status=0
count=0
for commit in $(git rev-list --no-merges "$range"); do
  count=$((count + 1))
  subject=$(git log -1 --format=%s "$commit")
  rooms=$(rooms_of "$commit"; rooms_of "${range%%..*}"; echo build; echo house)
  fault() { echo "${commit:0:10} $subject: $1"; status=1; }
  ((${#subject} < 72)) || fault "${#subject} columns, expected under 72"
  grep -qxF -- "${subject%%: *}" <<<"$rooms" || fault "no room before a colon"
  [[ -n $(git log -1 --format=%b "$commit") ]] || fault "no body; expected why"
done
[[ $status == 0 ]] && echo "commits: ok ($count)"
exit $status
