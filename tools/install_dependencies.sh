#!/usr/bin/env bash
# Installs what eyelid needs on Debian 12. Asks for sudo only when not root and something is missing.
#   tools/install_dependencies.sh          build and run
#   tools/install_dependencies.sh --test   also what tests use: a browser, ffmpeg, SIMDe, a virtual network, man and shells
#   tools/install_dependencies.sh --package    also what `make deb` and `make release` use
#   tools/install_dependencies.sh --training   also libtorch, for eyelid-train
#   tools/install_dependencies.sh --python     also what the Python package and its tests use
#   tools/install_dependencies.sh --wheel      also what its wheel uses: sources of Debian, an assembler
#   tools/install_dependencies.sh --ci     also the checks of CI: clang, clang-format, clang-tidy, an AArch64 compiler and emulator, Slurm
#   tools/install_dependencies.sh --full   also what `make full-check` uses: a compiler for Windows, Wine
set -euo pipefail

packages=(
  g++ cmake ninja-build make pkg-config ccache git ca-certificates
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libturbojpeg0-dev libtiff-dev libdeflate-dev libzip-dev
  libflatbuffers-dev libjpeg62-turbo-dev libdlib-dev libtbb-dev libcli11-dev libfmt-dev
  nlohmann-json3-dev libgtest-dev node-d3 libmatio-dev libhdf5-dev
  libpugixml-dev libsqlite3-dev libcurl4-openssl-dev libaravis-dev libusb-1.0-0-dev libcpp-httplib-dev
)
mode=${1:-}
if [[ $mode == --full ]]; then
  packages+=(g++-mingw-w64-x86-64-posix wine64)
  mode=--ci
fi
if [[ $mode == --test || $mode == --ci ]]; then
  packages+=(python3 ffmpeg chromium chromium-driver python3-selenium libsimde-dev iproute2 nftables
    man-db zsh fish desktop-file-utils appstream)
fi
if [[ $mode == --package ]]; then packages+=(dpkg-dev file python3); fi
# Half a gigabyte, for eyelid-train only.
if [[ $mode == --training || $mode == --ci ]]; then packages+=(libtorch-dev); fi
if [[ $mode == --python || $mode == --ci ]]; then packages+=(python3-dev python3-venv ffmpeg); fi
if [[ $mode == --wheel ]]; then
  packages+=(python3-dev python3-venv dpkg-dev nasm patchelf libdav1d-dev libvpx-dev libssl-dev mmdebstrap)
fi
if [[ $mode == --ci ]]; then
  packages+=(clang libclang-rt-dev clang-format clang-tidy binutils qemu-user g++-aarch64-linux-gnu mmdebstrap slurm-wlm munge)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "install as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -q
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
