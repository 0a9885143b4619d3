#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What auditwheel leaves to do: the license of every library in the wheel, a list of them (SPDX 2.3, JSON), and a command that is
found wherever pip installs it.

  finish.py WHEEL --libraries FOLDER --to FOLDER

The libraries are those found in the wheel: of each, the Debian package that brought it, or the source package that
tools/wheel/libraries.sh built. A library of unknown license stops it, and so does any part under the GPL: an FFmpeg configured
with it, or an encoder such as x264.
"""
import argparse
import ctypes
import importlib.metadata
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import spdx

# Of the part of a Debian source package that is in the wheel; its tools, which are not, may have others.
LICENSES = {
    "brotli": "MIT",
    "bzip2": "bzip2-1.0.6",
    "cli11": "BSD-3-Clause",
    "cpp-httplib": "MIT",
    "curl": "curl",
    "dav1d": "BSD-2-Clause",
    "dlib": "BSL-1.0",
    "eyelid-models": f"MIT AND {spdx.RESEARCH_ONLY}",
    "ffmpeg": "LGPL-2.1-or-later",
    "flatbuffers": "Apache-2.0",
    "fmtlib": "MIT",
    "hdf5": "BSD-3-Clause",
    "libaec": "BSD-2-Clause",
    "libdeflate": "MIT",
    "libjpeg-turbo": "IJG AND BSD-3-Clause AND Zlib",
    "libmatio": "BSD-2-Clause",
    "libvpx": "BSD-3-Clause",
    "libzip": "BSD-3-Clause",
    "libzstd": "BSD-3-Clause",  # or the GPL, at one's choice
    "nanobind": "BSD-3-Clause",
    "nlohmann-json3": "MIT",
    "node-d3": "BSD-3-Clause",
    "onetbb": "Apache-2.0",
    "openssl": "Apache-2.0",
    "pugixml": "MIT",
    "sqlite3": "blessing",
    "tiff": "libtiff",
    "xz-utils": "LicenseRef-public-domain",
}
# auditwheel's own looks in the site-packages of the interpreter, where `pip install --user` does not install. The package is found,
# but not imported: the command starts without NumPy.
COMMAND = """#!python
import importlib.util
import os
import sys

package = os.path.dirname(importlib.util.find_spec("eyelid").origin)
os.execv(os.path.join(os.path.dirname(package), "eyelid.scripts", "eyelid"), sys.argv)
"""
# Inside our own files, without a library of their own.
COMPILED_IN = ("libcli11-dev", "libflatbuffers-dev", "nlohmann-json3-dev", "node-d3")
GPL_ENCODERS = ("libx264", "libx264rgb", "libx265", "libxvid", "libxavs", "libxavs2")
GPL_LIBRARIES = re.compile(r"x26[45]|xvid|postproc|jbig|rubberband|vidstab")
SYSTEM_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu")
LICENSE_TEXTS = {
    "LicenseRef-public-domain": "liblzma has been put into the public domain.",
    spdx.RESEARCH_ONLY: "Models trained on photographs whose annotations were released for research: licenses/libraries/eyelid-models.txt",
}


class Part(NamedTuple):
    """A source package with something in the wheel."""

    name: str
    version: str
    license_text: pathlib.Path
    purl: str


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def debian_part(package):
    name, version = output_of("dpkg-query", "-W", "-f", r"${source:Package} ${source:Version}\n", package).splitlines()[0].split()
    text = pathlib.Path("/usr/share/doc", package.partition(":")[0], "copyright")
    return Part(name, version, text, f"pkg:deb/debian/{name}@{version}?arch=source")


def built_parts(libraries):
    """What tools/wheel/libraries.sh built, with the names of its libraries."""
    for note in sorted((libraries / "notes").iterdir()):
        version = (note / "version").read_text().strip()
        part = Part(note.name, version, note / "copyright", f"pkg:deb/debian/{note.name}@{version}?arch=source")
        yield part, (note / "libraries").read_text().split()


def models_part(version):
    return Part("eyelid-models", version, spdx.ROOT / "models/README.md", f"pkg:pypi/eyelid@{version}#models")


def part_of(library, libraries, version):
    """The part that a bundled library belongs to, by its name without auditwheel's mark: libz-1a2b3c4d.so.1 was libz.so.1."""
    name = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", library.name)
    if name == "libeyelid_models.so":
        return models_part(version)
    for part, names in built_parts(libraries):
        if name in names:
            return part
    for folder in SYSTEM_FOLDERS:
        found = subprocess.run(["dpkg", "-S", f"{folder}/{name}"], capture_output=True, text=True)
        if found.returncode == 0:
            return debian_part(found.stdout.partition(": ")[0])
    sys.exit(f"{library.name}: no Debian package has it, and tools/wheel/libraries.sh did not build it")


def refuse_gpl(folder):
    """Asks the FFmpeg in the wheel itself."""
    for library in folder.iterdir():
        if GPL_LIBRARIES.search(library.name):
            sys.exit(f"{library.name}: under the GPL, expected no such library")
    (path,) = folder.glob("libavcodec-*")
    codec = ctypes.CDLL(str(path))
    codec.avcodec_license.restype = ctypes.c_char_p
    codec.avcodec_find_encoder_by_name.restype = ctypes.c_void_p
    if (found := codec.avcodec_license().decode()) != "LGPL version 2.1 or later":
        sys.exit(f"{path.name}: {found}, expected LGPL version 2.1 or later")
    for encoder in GPL_ENCODERS:
        if codec.avcodec_find_encoder_by_name(encoder.encode()):
            sys.exit(f"{path.name}: has the encoder {encoder}, expected none under the GPL")


def spdx_package(part, comment=None):
    more = {"externalRefs": spdx.purl(part.purl)} | ({"comment": comment} if comment else {})
    return spdx.package(part.name, part.version, LICENSES[part.name], **more)


def spdx_document(wheel, root, owners, compiled_in, libraries):
    """owners: the part of each bundled library; compiled_in: parts without a library."""
    document = spdx.document(wheel, "tools/wheel/finish.py", LICENSE_TEXTS)
    name, version = wheel.name.split("-")[:2]
    whole = spdx.package(name, version, "MIT", externalRefs=spdx.purl(f"pkg:pypi/{name}@{version}?file_name={wheel.name}"))
    document["packages"].append(whole)
    document["documentDescribes"].append(whole["SPDXID"])

    def add(part, kind, comment):
        package = spdx_package(part, comment)
        document["packages"].append(package)
        document["relationships"].append(spdx.relationship(whole["SPDXID"], kind, package["SPDXID"]))

    for part in {part.name: part for part in sorted(owners.values())}.values():  # libaec and libsz are one
        options = libraries / "notes" / part.name / "options"
        comment = f"configured with {' '.join(options.read_text().split())}" if options.exists() else None
        add(part, "DYNAMIC_LINK", comment)
    for part in compiled_in:
        add(part, "STATIC_LINK", "compiled into the module and the command")
    for library, part in sorted(owners.items()):
        file = spdx.file(library, root, LICENSES[part.name])
        document["files"].append(file)
        document["relationships"].append(spdx.relationship(file["SPDXID"], "GENERATED_FROM", spdx.identifier("Package-" + part.name)))
    return document


def nanobind_part():
    files = importlib.metadata.files("nanobind")
    (text,) = (file.locate() for file in files if file.name == "LICENSE")
    version = importlib.metadata.version("nanobind")
    return Part("nanobind", version, pathlib.Path(text), f"pkg:pypi/nanobind@{version}")


def finish(wheel, root, libraries):
    (script,) = root.glob("*.data/scripts/eyelid")
    script.write_text(COMMAND)
    folder = root / "eyelid.libs"
    (info,) = root.glob("*.dist-info")
    refuse_gpl(folder)
    version = wheel.name.split("-")[1]
    owners = {library: part_of(library, libraries, version) for library in folder.iterdir()}
    linked = {part.name for part in owners.values()}
    compiled_in = [part for part, _ in built_parts(libraries) if part.name not in linked]
    compiled_in += [*map(debian_part, COMPILED_IN), nanobind_part()]
    for part in {*owners.values(), *compiled_in}:
        if part.name not in LICENSES:
            sys.exit(f"{part.name}: its license is not in the list of {sys.argv[0]}")
        target = info / "licenses" / "libraries" / f"{part.name}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(part.license_text, target)
    # The texts that Debian's files name; the LGPL asks for its own.
    for text in ("LGPL-2.1", "Apache-2.0"):
        shutil.copyfile(f"/usr/share/common-licenses/{text}", info / "licenses" / f"{text}.txt")
    sboms = info / "sboms"
    shutil.rmtree(sboms, ignore_errors=True)  # auditwheel's does not know what libraries.sh built
    sboms.mkdir()
    document = spdx_document(wheel, root, owners, compiled_in, libraries)
    (sboms / "eyelid.spdx.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"{len(owners)} libraries of {len(linked)} packages, none under the GPL")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        tool = (sys.executable, "-m", "wheel")
        subprocess.run([*tool, "unpack", "--dest", temporary, arguments.wheel], check=True, stdout=subprocess.DEVNULL)
        (root,) = pathlib.Path(temporary).iterdir()
        finish(arguments.wheel, root, arguments.libraries)
        subprocess.run([*tool, "pack", "--dest-dir", arguments.to, root], check=True, stdout=subprocess.DEVNULL)
    result = arguments.to / arguments.wheel.name
    print(f"{result}: {result.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
