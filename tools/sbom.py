#!/usr/bin/env python3
"""Writes the SPDX 2.3 list (JSON) of what is in a .deb of eyelid: its files by hash, the parts of other projects inside the program, the
embedded models, and the packages that it loads. The same bytes for the same package and machine. Run where the package was built: the
versions of the parts are those of the -dev packages there.

   sbom.py PACKAGE.deb OUT.spdx.json
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

# Parts of others that are in the program itself (packaging/debian/copyright): package that brought them, name, SPDX license.
INSIDE = [("node-d3", "d3", "BSD-3-Clause"), ("libdlib-dev", "dlib", "BSL-1.0"), ("libcli11-dev", "CLI11", "BSD-3-Clause"),
          ("nlohmann-json3-dev", "JSON for Modern C++", "MIT"), ("libflatbuffers-dev", "FlatBuffers", "Apache-2.0")]
ROOT = pathlib.Path(__file__).resolve().parent.parent


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def installed_version(package):
    return output("dpkg-query", "-W", "-f=${Version}", package)


def sha(path, kind):
    return hashlib.new(kind, pathlib.Path(path).read_bytes()).hexdigest()


def identifier(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip("-")


def package(name, version, license_name, **more):
    return {"SPDXID": identifier("Package-" + name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": license_name, "licenseDeclared": license_name, "copyrightText": "NOASSERTION"} | more


def models():
    """Embedded models: name, sha256, and what their license is called here."""
    for path in sorted((ROOT / "models").glob("*.safetensors")):
        yield path.name, sha(path, "sha256"), "MIT" if path.name.startswith("blazeface") else "LicenseRef-research-only"


def main(deb, out):
    fields = {name: output("dpkg-deb", "--field", deb, name).strip() for name in ("Package", "Version", "Architecture", "Depends")}
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or output("git", "-C", str(ROOT), "log", "-1", "--format=%ct"))
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
                "name": pathlib.Path(deb).name, "documentNamespace": f"urn:sha256:{sha(deb, 'sha256')}",
                "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)), "creators": ["Tool: eyelid tools/sbom.py"]},
                "documentDescribes": [], "packages": [], "files": [], "relationships": [],
                "hasExtractedLicensingInfos": [{
                    "licenseId": "LicenseRef-research-only", "name": "Trained on photographs released for research",
                    "extractedText": "Trained on photographs of HELEN, AFW, WFLW, and YouTube Faces, whose annotations (300-W, WFLW) were "
                                     "released for research. Read the model cards before commercial use."}]}

    def relate(what, kind, to):
        document["relationships"].append({"spdxElementId": what, "relationshipType": kind, "relatedSpdxElement": to})

    main_package = package(fields["Package"], fields["Version"], "MIT AND BSD-3-Clause AND BSL-1.0 AND Apache-2.0 AND LicenseRef-research-only",
                           filesAnalyzed=True, supplier="Organization: The eyelid authors", packageFileName=pathlib.Path(deb).name,
                           checksums=[{"algorithm": "SHA256", "checksumValue": sha(deb, "sha256")}])
    main_package["licenseDeclared"] = "MIT"
    document["packages"].append(main_package)
    document["documentDescribes"].append(main_package["SPDXID"])
    for source, name, license_name in INSIDE:
        part = package(name, installed_version(source), license_name, comment=f"Inside the program; from the package {source}.")
        document["packages"].append(part)
        relate(main_package["SPDXID"], "CONTAINS", part["SPDXID"])
    for name, digest, license_name in models():
        part = package(name, fields["Version"].split("-")[0], license_name, comment="Embedded in the program.",
                       checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
        document["packages"].append(part)
        relate(main_package["SPDXID"], "CONTAINS", part["SPDXID"])
    for dependency in sorted(fields["Depends"].split(", ")):
        name, _, least = dependency.split(" | ")[0].partition(" ")
        part = package(name, installed_version(name), "NOASSERTION", comment=f"Loaded by the program; any version {least or 'of the suite'}.")
        document["packages"].append(part)
        relate(main_package["SPDXID"], "DEPENDS_ON", part["SPDXID"])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True)
        for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
            name = "./" + str(path.relative_to(folder))
            document["files"].append({"SPDXID": identifier("File-" + name), "fileName": name, "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION",
                                      "checksums": [{"algorithm": "SHA1", "checksumValue": sha(path, "sha1")},
                                                    {"algorithm": "SHA256", "checksumValue": sha(path, "sha256")}]})
            relate(main_package["SPDXID"], "CONTAINS", document["files"][-1]["SPDXID"])
    digests = sorted(file["checksums"][0]["checksumValue"] for file in document["files"])
    main_package["packageVerificationCode"] = {"packageVerificationCodeValue": hashlib.sha1("".join(digests).encode()).hexdigest()}
    pathlib.Path(out).write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
