#!/usr/bin/env bash
# Fails when a C++ file is not formatted by clang-format 14 (Debian 12), lacks its license line, or is too long.
#   tools/check_format.sh [--fix]
set -euo pipefail
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"

mapfile -t files < <(git ls-files -- '*.cpp' '*.hpp' '*.cu' '*.cuh')
if [[ "${1:-}" == --fix ]]; then
  clang-format -i "${files[@]}"
  exit 0
fi

status=0
clang-format --version | grep -q 'version 14\.' || { echo "format: needs clang-format 14"; exit 1; }
clang-format --dry-run --Werror "${files[@]}" || status=1
for file in "${files[@]}"; do
  head -1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || { echo "$file: first line must be the SPDX license line"; status=1; }
  lines=$(wc -l <"$file")
  ((lines <= 800)) || { echo "$file: $lines lines, at most 800"; status=1; }
done
[[ $status == 0 ]] && echo "format: ok (${#files[@]} files)"
exit $status
