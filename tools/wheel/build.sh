#!/usr/bin/env bash
# make wheel: the Python package as a wheel that needs nothing of the system but glibc and libstdc++ (docs/python.md).
#   PYTHON=python3.13 tools/wheel/build.sh       Python 3.12 or later: one wheel for all of them; 3.11: one for 3.11
# The wheel is left in build/wheel/dist (or $DIST), with the licenses and a list (SPDX) of the libraries in it. The same commit on the same
# machine gives the same bytes. Debian 12, root or sudo.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
work=$PWD/build/wheel
dist=${DIST:-$work/dist}
libraries=$work/libraries
platform=manylinux_2_35_x86_64  # glibc 2.35: Debian 12, Ubuntu 22.04, and later
# Files in the wheel have the date of the commit.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then SOURCE_DATE_EPOCH=$(git log -1 --format=%ct); fi
export SOURCE_DATE_EPOCH

tools/install_dependencies.sh --wheel
tools/wheel/libraries.sh "$libraries"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
environment=$work/python$version
if ! cmp -s tools/wheel/requirements.txt "$environment/complete"; then
  "$python" -m venv --clear "$environment"
  "$environment/bin/pip" install -q --disable-pip-version-check -r tools/wheel/requirements.txt
  cp tools/wheel/requirements.txt "$environment/complete"
fi
export PATH=$environment/bin:$PATH

# GigE cameras need GLib, which wheels take from the system: they are left to a build from source.
build=$work/build$version
rm -rf "$work/linked$version"
PKG_CONFIG_PATH=$libraries/lib/pkgconfig pip wheel . --no-deps --no-build-isolation --disable-pip-version-check \
  -w "$work/linked$version" --config-settings=build-dir="$build" \
  --config-settings=cmake.define.EYELID_SHARED_MODELS=ON \
  --config-settings=cmake.define.EYELID_ARAVIS=OFF \
  --config-settings=cmake.define.EYELID_SHARED_DLIB_LIBRARY="$libraries/lib/libdlib.a"

mkdir -p "$dist"
export LD_LIBRARY_PATH=$libraries/lib:$build/models
rm -rf "$work/repaired$version"
auditwheel repair --plat "$platform" -w "$work/repaired$version" "$work/linked$version"/eyelid-*.whl
python tools/wheel/finish.py "$work/repaired$version"/eyelid-*.whl --libraries "$libraries" --to "$dist"
