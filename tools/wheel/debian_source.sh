#!/usr/bin/env bash
# Unpacks a source package of Debian, with its patches, and prints its folder:
#   tools/wheel/debian_source.sh RELEASE NAME FOLDER        bookworm ffmpeg build/wheel/sources
# apt's lists for it are kept in FOLDER: those of the system, which may have no source packages, stay as they are.
set -euo pipefail
release=${1:?RELEASE} name=${2:?NAME}
mkdir -p "${3:?FOLDER}"
folder=$(cd "$3" && pwd)
lists=$folder/lists-$release

mkdir -p "$lists/partial"
printf 'deb-src http://deb.debian.org/%s main\n' "debian $release" "debian $release-updates" "debian-security $release-security" \
  >"$lists.list"
apt_of_sources() {
  apt-get -qq -o Dir::Etc::sourcelist="$lists.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$lists" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}
[[ -e $lists.updated ]] || { apt_of_sources update >&2 && touch "$lists.updated"; }
rm -rf "${folder:?}/$name"
mkdir "$folder/$name"
cd "$folder/$name"
apt_of_sources source "$name" >&2
echo "$folder/$name"/*/
