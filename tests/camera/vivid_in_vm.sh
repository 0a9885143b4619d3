#!/bin/bash
# SPDX-License-Identifier: MIT
# `eyelid cameras` and `eyelid live` on a real driver of the Linux kernel without a camera: Debian's kernel with its test
# driver vivid, in QEMU without KVM. Prints what they print, what became of the frames, and whether the tables are those of
# `track`. Not a test of CTest: it needs qemu-system-x86, busybox-static, cpio, and a kernel
# (apt-get download linux-image-6.1.0-57-amd64), takes minutes, and depends on nothing that changes here.
#
#   tests/camera/vivid_in_vm.sh EYELID KERNEL.deb [SECONDS] [FPS]
set -euo pipefail
eyelid=$(realpath "$1") kernel=$(realpath "$2") seconds=${3:-4} fps=${4:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,proc,sys,dev,mods,tmp} "$work/kernel"
dpkg --fsys-tarfile "$kernel" | tar -x -C "$work/kernel"
modules=$(echo "$work"/kernel/lib/modules/*)
cp /bin/busybox "$root/bin/"
cp "$eyelid" "$root/bin/eyelid"
# The program with its libraries, where the loader looks for them.
ldd "$eyelid" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
# vivid and what it needs, in order of loading.
add_module() {
  local name=$1 file other
  grep -qx "$name" "$root/mods/order" && return
  file=$(find "$modules" -name "$name.ko" -o -name "${name//_/-}.ko" | head -1)
  [ -n "$file" ] || return 0  # built in
  for other in $(modinfo -F depends "$file" | tr ',' ' '); do add_module "${other//-/_}"; done
  cp "$file" "$root/mods/$name.ko"
  echo "$name" >> "$root/mods/order"
}
touch "$root/mods/order"
add_module vivid
cat > "$root/init" <<I
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
export PATH=/bin HOME=/tmp
for module in \$(cat /mods/order); do
  insmod /mods/\$module.ko \$([ \$module = vivid ] && echo n_devs=1 node_types=0x1) || echo "insmod \$module failed"
done
uname -r
eyelid cameras
eyelid live v4l2:/dev/video0 --fps $fps --seconds $seconds --out /tmp/session --no-report
echo "exit status \$?"
cut -d, -f2 /tmp/session/timestamps.csv | sort | uniq -c
head -3 /tmp/session/timestamps.csv; tail -1 /tmp/session/timestamps.csv
eyelid track /tmp/session/recording.mkv --timestamps /tmp/session/timestamps.csv --out /tmp/again --no-report
cmp /tmp/session/frames.csv /tmp/again/frames.csv && echo "frames.csv is that of track"
poweroff -f
I
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd.gz"
timeout "${VM_TIMEOUT:-900}" qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 2048 -nographic -no-reboot -kernel "$work"/kernel/boot/vmlinuz-* \
  -initrd "$work/initrd.gz" -append "console=ttyS0 quiet panic=-1"
