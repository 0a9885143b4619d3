#!/bin/bash
# SPDX-License-Identifier: MIT
# `eyelid batch` on a real NFS 4.2: Debian's kernel in QEMU serves a folder and mounts it twice, as two clients with caches of their own.
# Tasks on both mounts at once; one recording from both at once; a task that is killed on one mount and resumed on the other. Prints what
# became of the tables, and ends with "nfs: ok". Not a test of CTest: it needs root, qemu-system-x86, mmdebstrap, cpio, a kernel
# (apt-get download linux-image-6.1.0-57-amd64), and minutes.
#
#   tests/cluster/nfs_in_vm.sh EYELID KERNEL.deb [ROOT]     ROOT: a Debian 12 made before; else one is made and removed
set -euo pipefail
eyelid=$(realpath "$1") kernel=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
if [[ -n ${3:-} ]]; then
  cp -a "$3" "$root"
else
  mmdebstrap --quiet --variant=minbase --include=nfs-kernel-server,kmod,iproute2 bookworm "$root"
fi
rm -rf "$root"/usr/share/{doc,man,locale} "$root"/var/{cache,lib}/apt
mkdir -p "$root/mods" "$work/kernel"
dpkg --fsys-tarfile "$kernel" | tar -x -C "$work/kernel"
modules=$(echo "$work"/kernel/lib/modules/*)
cp "$eyelid" "$root/usr/bin/eyelid"
# What this machine has and the bare Debian has not.
ldd "$eyelid" | grep -o '/[^ ]*' | while read -r library; do
  [[ -e $root$library ]] || { mkdir -p "$root$(dirname "$library")"; cp -L "$library" "$root$library"; }
done
add_module() {
  local name=$1 file other
  grep -qx "$name" "$root/mods/order" && return
  file=$(find "$modules" -name "$name.ko" -o -name "${name//_/-}.ko" | head -1)
  [[ -n $file ]] || return 0  # built in
  for other in $(modinfo -F depends "$file" | tr ',' ' '); do add_module "${other//-/_}"; done
  cp "$file" "$root/mods/$name.ko"
  echo "$name" >> "$root/mods/order"
}
touch "$root/mods/order"
for module in nfsd nfsv4; do add_module "$module"; done

"$eyelid" synthesize --out "$work/session" --seed 3 --seconds 1.5 --trials 1 --isi 0.25 --fps 50 > "$work/log" 2>&1
"$eyelid" track "$work/session/video.mkv" --out "$work/alone" --no-report > "$work/log" 2>&1
cp "$work/session/video.mkv" "$root/film.mkv"
cp "$work/alone/frames.csv" "$root/expected.csv"
{ echo id,video; for i in 1 2 3 4; do echo "s$i,/film.mkv"; done; } > "$root/manifest.csv"

cat > "$root/init" <<'I'
#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
for module in $(cat /mods/order); do insmod "/mods/$module.ko" || echo "insmod $module failed"; done
ip link set lo up
mkdir -p /export /a /b /run/rpc_pipefs /var/lib/nfs/v4recovery
mount -t tmpfs export /export; mount -t rpc_pipefs rpc /run/rpc_pipefs; mount -t nfsd nfsd /proc/fs/nfsd
exportfs -o rw,fsid=0,no_root_squash,insecure '*:/export'
rpc.mountd -N 3; rpc.nfsd -N 3 4
# Two addresses: two clients, each with its own cache.
mount -t nfs4 -o vers=4.2,nosharecache 127.0.0.1:/ /a && mount -t nfs4 -o vers=4.2,nosharecache 127.0.0.2:/ /b || echo o > /proc/sysrq-trigger
uname -r; grep ' nfs4 ' /proc/mounts | cut -d, -f1-3
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
batch() { local at=$1; shift; eyelid batch /manifest.csv --out "$at" --no-report --threads 1 "$@"; }
same() { cmp /expected.csv "$1/frames.csv" || fail "$1"; }

echo "== tasks on both mounts at once"
for i in 1 3; do batch /a/study --task $i > /tmp/a$i.log 2>&1 || { cat /tmp/a$i.log; fail "task $i on a"; }; done &
for i in 2 4; do batch /b/study --task $i > /tmp/b$i.log 2>&1 || { cat /tmp/b$i.log; fail "task $i on b"; }; done &
wait
for i in 1 3; do same /b/study/s$i; done
for i in 2 4; do same /a/study/s$i; done

echo "== one recording from both mounts at once"
batch /a/twice --task 1 > /tmp/a.log 2>&1 & first=$!
batch /b/twice --task 1 > /tmp/b.log 2>&1 & second=$!
wait $first; one=$?; wait $second; other=$?
echo "exit statuses $one and $other"; tail -n 1 /tmp/a.log /tmp/b.log
(( one == 0 || other == 0 )) || fail "neither was done"
same /a/twice/s1; same /b/twice/s1

echo "== killed on one mount, resumed on the other"
batch /a/killed --task 2 > /tmp/k.log 2>&1 & task=$!
until ls /b/killed/s2 > /dev/null 2>&1; do sleep 0.1; done
sleep 1; kill -9 $task; wait $task 2> /dev/null
ls -A /b/killed/s2
batch /b/killed --task 2 --resume > /tmp/r.log 2>&1 || { cat /tmp/r.log; fail "resume"; }
tail -n 1 /tmp/r.log
same /a/killed/s2

echo "== collect on the mount that wrote the other half"
eyelid collect /b/study --manifest /manifest.csv --verify | tail -n 3 || fail "collect"
cut -d, -f1-3 /a/study/recordings.csv
((failures == 0)) && echo "nfs: ok"
echo o > /proc/sysrq-trigger  # off
sleep 60
I
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd.gz"
timeout "${VM_TIMEOUT:-1500}" qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 4096 -nographic -no-reboot \
  -kernel "$work"/kernel/boot/vmlinuz-* -initrd "$work/initrd.gz" -append "console=ttyS0 quiet panic=-1" | tee "$work/console"
grep -q "^nfs: ok" "$work/console"
