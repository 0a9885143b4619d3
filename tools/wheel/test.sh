#!/usr/bin/env bash
# Installs the wheel in a bare Debian (python3 and pip, nothing else) and compares what module and command measure there with the
# program of this machine, byte by byte.
#   tools/wheel/test.sh [RELEASE [PROGRAM]]      bookworm (default) or a later one; PROGRAM: build/bin/eyelid
# pip chooses one of the wheels in build/wheel/dist. Root, mmdebstrap, PyPI (NumPy and pandas for that Python). The system is kept
# in build/wheel/RELEASE.
set -euo pipefail
cd "$(dirname "$0")/../.."
release=${1:-bookworm}
program=$(realpath "${2:-build/bin/eyelid}")
system=$PWD/build/wheel/$release
film=$PWD/../shared/video/webcam_0004_01_06_03.mp4  # H.264; left out where it is absent

if [[ ! -e $system/complete ]]; then
  rm -rf "$system"
  mmdebstrap --quiet --variant=minbase --include=python3,python3-pip,python3-venv "$release" "$system"
  touch "$system/complete"
fi
inside() { chroot "$system" /usr/bin/env -i PATH=/work/env/bin:/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

rm -rf "$system/work"
mkdir -p "$system/work/wheels"
trap 'umount "$system/proc" 2>/dev/null || true' EXIT
mountpoint -q "$system/proc" || mount -t proc proc "$system/proc"

# What PyPI has for that Python; the chroot itself needs no network.
version=$(inside python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python3 -m pip download -q --disable-pip-version-check --only-binary :all: --python-version "$version" \
  -d "$system/work/wheels" numpy pandas
cp build/wheel/dist/eyelid-*.whl "$system/work/wheels"
if [[ -e $film ]]; then cp "$film" "$system/work/film.mp4"; fi

inside python3 -m venv /work/env
inside pip install -q --disable-pip-version-check --no-index --find-links /work/wheels eyelid
echo "Debian $release, Python $version, $(inside sh -c 'dpkg-query -f . -W | wc -c') packages, glibc $(inside ldd --version | sed -n '1s/.* //p')"
inside eyelid --version
inside eyelid synthesize --out /work/session --seconds 4 --trials 2 --seed 5
ln -s session/video.mkv "$system/work/film.mkv"

# Without pandas: columns as arrays.
inside python3 - <<'END'
import eyelid, numpy
assert isinstance(eyelid.track("/work/film.mkv").frames["fec"], numpy.ndarray)
END
inside pip install -q --disable-pip-version-check --no-index --find-links /work/wheels pandas
inside sh -c 'cd /work && python3 -c "import eyelid; print(eyelid.track(\"film.mkv\").frames.head())"'

for name in film.mkv film.mp4; do
  [[ -e $system/work/$name ]] || { echo "no $name: left out"; continue; }
  inside sh -c "cd /work && python3 -c \"import eyelid; eyelid.track('$name', landmarks=True, out='module-$name')\""
  inside sh -c "cd /work && eyelid track $name --save-landmarks --overlay --out command-$name >command.log 2>&1 || { cat command.log; exit 1; }"
  (cd "$system/work" && "$program" track "$name" --save-landmarks --out "here-$name" >/dev/null 2>&1)
  for table in frames.csv blinks.csv landmarks.csv; do
    cmp "$system/work/module-$name/$table" "$system/work/here-$name/$table"
    cmp "$system/work/command-$name/$table" "$system/work/here-$name/$table"
  done
  # The overlay of an encoder that is not under the GPL can be read, frame by frame.
  inside sh -c "cd /work && eyelid track command-$name/overlay.mp4 --no-report --out overlay-$name >command.log 2>&1 || { cat command.log; exit 1; }"
  [[ $(wc -l <"$system/work/overlay-$name/frames.csv") == $(wc -l <"$system/work/here-$name/frames.csv") ]]
  echo "$name: $(($(wc -l <"$system/work/here-$name/frames.csv") - 1)) frames, the same bytes from module, command, and $program"
done
