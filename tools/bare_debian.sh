#!/usr/bin/env bash
# Runs a command in a Debian that has nothing but its essential packages and apt: a new folder, thrown away afterwards. Needs root and
# mmdebstrap. The bare system is fetched once a suite and kept in ~/.cache/eyelid (or $XDG_CACHE_HOME).
#   tools/bare_debian.sh SUITE SHARED COMMAND...     SUITE: bookworm, trixie; SHARED: a folder of this machine that is /shared there
# What should stay is written to /shared. BARE_DEBIAN=FOLDER: the system is there (made on first use) and stays.
set -euo pipefail
suite=${1:?SUITE}; shared=$(realpath "${2:?SHARED}"); shift 2
((EUID == 0)) || { echo "bare_debian: skipped, needs root" >&2; exit 77; }
command -v mmdebstrap >/dev/null || { echo "bare_debian: skipped, needs mmdebstrap" >&2; exit 77; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/eyelid
mkdir -p "$cache"
if [[ ! -f $cache/$suite.tar ]]; then
  rm -rf "${cache:?}/$suite.tar" "$cache/$suite.tar.part"  # a folder, by an earlier version
  mmdebstrap --variant=minbase --format=tar "$suite" "$cache/$suite.tar.part" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  mv "$cache/$suite.tar.part" "$cache/$suite.tar"
fi
if [[ -n ${BARE_DEBIAN:-} ]]; then
  root=$BARE_DEBIAN
else
  root=$(mktemp -d --tmpdir "eyelid-$suite-XXXXXX")
  trap 'rm -rf --one-file-system "$root"' EXIT
fi
if [[ ! -d $root/usr ]]; then
  mkdir -p "$root"
  tar -x --exclude='./dev/*' -f "$cache/$suite.tar" -C "$root"
  mkdir -p "$root/shared"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Its own mounts, which end with the command.
unshare --mount bash -euc '
  root=$1; shared=$2; shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --bind "$shared" "$root/shared"
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive TERM=dumb \
    ${SOURCE_DATE_EPOCH:+SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH"} chroot "$root" "$@"' bash "$root" "$shared" "$@"
