#!/usr/bin/env python3
"""Writes the SPDX 2.3 list (JSON) of what is in a .deb of eyelid: its files by hash, the parts of other projects inside the program, the
embedded models, and the packages that it loads. The same bytes for the same package and machine. Run where the package was built: the
versions of the parts are those of the -dev packages there.

   sbom.py PACKAGE.deb OUT.spdx.json
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import spdx

# Parts of others that are in the program itself (packaging/debian/copyright): package that brought them, name, SPDX license.
INSIDE = [("node-d3", "d3", "BSD-3-Clause"), ("libdlib-dev", "dlib", "BSL-1.0"), ("libcli11-dev", "CLI11", "BSD-3-Clause"),
          ("nlohmann-json3-dev", "JSON for Modern C++", "MIT"), ("libflatbuffers-dev", "FlatBuffers", "Apache-2.0")]
LICENSES = {spdx.RESEARCH_ONLY: "Trained on photographs of HELEN, AFW, WFLW, and YouTube Faces, whose annotations (300-W, WFLW) were "
                                "released for research. Read the model cards before commercial use."}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def installed_version(package):
    return output("dpkg-query", "-W", "-f=${Version}", package)


def models():
    """Embedded models: name, sha256, and what their license is called here."""
    for path in sorted((spdx.ROOT / "models").glob("*.safetensors")):
        yield path.name, spdx.sha(path, "sha256"), "MIT" if path.name.startswith("blazeface") else spdx.RESEARCH_ONLY


def main(deb, out):
    fields = {name: output("dpkg-deb", "--field", deb, name).strip() for name in ("Package", "Version", "Architecture", "Depends")}
    document = spdx.document(deb, "tools/sbom.py", LICENSES)

    def relate(what, kind, to):
        document["relationships"].append(spdx.relationship(what, kind, to))

    main_package = spdx.package(fields["Package"], fields["Version"], f"MIT AND BSD-3-Clause AND BSL-1.0 AND Apache-2.0 AND {spdx.RESEARCH_ONLY}",
                                filesAnalyzed=True, supplier="Organization: The eyelid authors", packageFileName=deb.name,
                                checksums=[{"algorithm": "SHA256", "checksumValue": spdx.sha(deb, "sha256")}])
    main_package["licenseDeclared"] = "MIT"
    document["packages"].append(main_package)
    document["documentDescribes"].append(main_package["SPDXID"])
    for source, name, license_name in INSIDE:
        part = spdx.package(name, installed_version(source), license_name, comment=f"Inside the program; from the package {source}.")
        document["packages"].append(part)
        relate(main_package["SPDXID"], "CONTAINS", part["SPDXID"])
    for name, digest, license_name in models():
        part = spdx.package(name, fields["Version"].split("-")[0], license_name, comment="Embedded in the program.",
                            checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
        document["packages"].append(part)
        relate(main_package["SPDXID"], "CONTAINS", part["SPDXID"])
    for dependency in sorted(fields["Depends"].split(", ")):
        name, _, least = dependency.split(" | ")[0].partition(" ")
        part = spdx.package(name, installed_version(name), "NOASSERTION", comment=f"Loaded by the program; any version {least or 'of the suite'}.")
        document["packages"].append(part)
        relate(main_package["SPDXID"], "DEPENDS_ON", part["SPDXID"])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True)
        for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
            document["files"].append(spdx.file(path, folder))
            relate(main_package["SPDXID"], "CONTAINS", document["files"][-1]["SPDXID"])
    digests = sorted(file["checksums"][0]["checksumValue"] for file in document["files"])
    main_package["packageVerificationCode"] = {"packageVerificationCodeValue": hashlib.sha1("".join(digests).encode()).hexdigest()}
    pathlib.Path(out).write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
