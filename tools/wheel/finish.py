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
import datetime
import hashlib
import importlib.metadata
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

# Of the part of a Debian source package that is in the wheel; its tools, which are not, may have others.
LICENSES = {
    "brotli": "MIT",
    "bzip2": "bzip2-1.0.6",
    "cli11": "BSD-3-Clause",
    "cpp-httplib": "MIT",
    "curl": "curl",
    "dav1d": "BSD-2-Clause",
    "dlib": "BSL-1.0",
    "eyelid-models": "MIT AND LicenseRef-research-only",
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
    "LicenseRef-research-only": "Models trained on photographs whose annotations were released for research: licenses/libraries/eyelid-models.txt",
}
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


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
    return Part("eyelid-models", version, REPOSITORY / "models/README.md", f"pkg:pypi/eyelid@{version}#models")


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
    package = {
        "SPDXID": f"SPDXRef-{part.name}",
        "name": part.name,
        "versionInfo": part.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": LICENSES[part.name],
        "licenseDeclared": LICENSES[part.name],
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": part.purl}
        ],
    }
    return package | ({"comment": comment} if comment else {})


def spdx_document(wheel, root, owners, compiled_in, libraries):
    """owners: the part of each bundled library; compiled_in: parts without a library."""
    name, version = wheel.name.split("-")[:2]
    packages = [
        {
            "SPDXID": "SPDXRef-eyelid",
            "name": name,
            "versionInfo": version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "licenseConcluded": "MIT",
            "licenseDeclared": "MIT",
            "copyrightText": "NOASSERTION",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": f"pkg:pypi/{name}@{version}?file_name={wheel.name}",
                }
            ],
        }
    ]
    relationships = [["SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-eyelid"]]
    for part in {part.name: part for part in sorted(owners.values())}.values():  # libaec and libsz are one
        options = libraries / "notes" / part.name / "options"
        comment = f"configured with {' '.join(options.read_text().split())}" if options.exists() else None
        packages.append(spdx_package(part, comment))
        relationships.append(["SPDXRef-eyelid", "DYNAMIC_LINK", f"SPDXRef-{part.name}"])
    for part in compiled_in:
        packages.append(spdx_package(part, "compiled into the module and the command"))
        relationships.append(["SPDXRef-eyelid", "STATIC_LINK", f"SPDXRef-{part.name}"])
    files = []
    for index, (library, part) in enumerate(sorted(owners.items())):
        digests = [
            {"algorithm": kind.upper(), "checksumValue": hashlib.new(kind, library.read_bytes()).hexdigest()}
            for kind in ("sha1", "sha256")
        ]
        files.append(
            {
                "SPDXID": f"SPDXRef-File-{index}",
                "fileName": f"./{library.relative_to(root)}",
                "checksums": digests,
                "licenseConcluded": LICENSES[part.name],
                "copyrightText": "NOASSERTION",
            }
        )
        relationships.append([f"SPDXRef-File-{index}", "GENERATED_FROM", f"SPDXRef-{part.name}"])
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": wheel.name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{wheel.name}-{hashlib.sha256(wheel.read_bytes()).hexdigest()}",
        "creationInfo": {
            "created": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: eyelid tools/wheel/finish.py"],
        },
        "packages": packages,
        "files": files,
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relationships
        ],
        "hasExtractedLicensingInfos": [
            {"licenseId": name, "extractedText": text} for name, text in LICENSE_TEXTS.items()
        ],
    }


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
