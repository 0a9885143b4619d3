#!/usr/bin/env bash
# The libraries of the wheel that Debian builds with GPL parts, or with dozens of libraries of their own, from Debian's source
# packages: FFmpeg (without x264, x265, and Xvid: LGPL 2.1 or later), libtiff (without JBIG-KIT), libcurl (HTTP only), and the two
# files of dlib that a shared object needs.
#   tools/wheel/libraries.sh FOLDER
# FOLDER/lib, include; FOLDER/notes/NAME: version, copyright, libraries, options of configure. What is complete stays as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?FOLDER, for example build/wheel/libraries}"
folder=$(cd "$1" && pwd)
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
cc=(gcc)
if command -v ccache >/dev/null; then cc=(ccache gcc); fi

is_built() { [[ -e $folder/notes/$1/complete ]]; }

# start NAME: goes to its source, and keeps what its license wants to be told.
start() {
  note=$folder/notes/$1
  rm -rf "$note"
  mkdir -p "$note"
  source=$("$here/debian_source.sh" "$release" "$1" "$folder/sources" 2>"$note/log") || { cat "$note/log" >&2; exit 1; }
  cd "$source"
  dpkg-parsechangelog -S Version >"$note/version"
  cp debian/copyright "$note/copyright"
  echo "building $1 $(cat "$note/version")"
}

# logged COMMAND...: the end of the log, where it fails.
logged() { "$@" >>"$note/log" 2>&1 || { tail -n 30 "$note/log" >&2; exit 1; }; }

configure_and_install() {
  printf '%s\n' "$@" >"$note/options"
  logged ./configure --prefix="$folder" --libdir="$folder/lib" "$@"
  logged make -j "$(nproc)"
  logged make install
}

# Which libraries it brought, finish.py asks.
finish() {
  find "$folder/lib" -name '*.so.*' -newer "$note/version" -printf '%f\n' >"$note/libraries"
  touch "$note/complete"
  cd "$folder"
  rm -rf "$source"
}

# Every decoder and container of its own, because nobody knows what the next camera writes; of encoders those that eyelid uses.
if ! is_built ffmpeg; then
  start ffmpeg
  configure_and_install --cc="${cc[*]}" --enable-shared --disable-static --disable-programs --disable-doc --disable-debug \
    --disable-autodetect --enable-zlib --enable-libdav1d --enable-libvpx --disable-decoder=libvpx_vp8,libvpx_vp9 \
    --disable-avdevice --disable-avfilter --disable-postproc --disable-network \
    --disable-encoders --enable-encoder=ffv1,ffvhuff,rawvideo,mpeg4,libvpx_vp9 --disable-muxers --enable-muxer=matroska,mp4
  grep -qx 'License: LGPL version 2.1 or later' "$note/log"
  finish
fi
if ! is_built tiff; then
  start tiff
  options=(-Djbig=OFF -Dlerc=OFF -Dwebp=OFF -Dcxx=OFF -Dtiff-tools=OFF -Dtiff-tests=OFF -Dtiff-contrib=OFF -Dtiff-docs=OFF)
  printf '%s\n' "${options[@]}" >"$note/options"
  logged cmake -G Ninja -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$folder" -DCMAKE_INSTALL_LIBDIR=lib "${options[@]}"
  logged cmake --build build --target install
  finish
fi
# Its symbols have the version that libhdf5 asks for; the source package is patched for the one of GnuTLS.
if ! is_built curl; then
  start curl
  sed -i 's/^CURL_@CURL_LT_SHLIB_VERSIONED_FLAVOUR@3/CURL_@CURL_LT_SHLIB_VERSIONED_FLAVOUR@4/' lib/libcurl.vers.in
  configure_and_install CC="${cc[*]}" --disable-static --enable-versioned-symbols --with-openssl --with-ca-path=/etc/ssl/certs \
    --without-libpsl --without-libidn2 --without-librtmp --without-libssh2 --without-nghttp2 --without-brotli --without-zstd \
    --without-gssapi --disable-{ldap,ldaps,rtsp,dict,telnet,tftp,pop3,imap,smb,smtp,gopher,mqtt,ftp,file,manual}
  finish
fi
if ! is_built dlib; then
  start dlib
  for file in base64/base64_kernel_1 entropy_decoder/entropy_decoder_kernel_2; do
    g++ -std=c++14 -O2 -fPIC -I. -c "dlib/$file.cpp" -o "${file##*/}.o"
  done
  ar rcs "$folder/lib/libdlib.a" base64_kernel_1.o entropy_decoder_kernel_2.o
  finish
fi
