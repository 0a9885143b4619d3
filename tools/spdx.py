# SPDX-License-Identifier: MIT
"""The pieces of an SPDX 2.3 document (JSON), for the lists of a .deb (sbom.py) and of a wheel (wheel/finish.py)."""
import hashlib
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESEARCH_ONLY = "LicenseRef-research-only"


def identifier(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip("-")


def sha(path, kind):
    return hashlib.new(kind, pathlib.Path(path).read_bytes()).hexdigest()


def package(name, version, license_name, **more):
    return {"SPDXID": identifier("Package-" + name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": license_name, "licenseDeclared": license_name, "copyrightText": "NOASSERTION"} | more


def purl(locator):
    """Where a package comes from, as its externalRefs."""
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]


def file(path, root, license_name="NOASSERTION"):
    name = "./" + str(path.relative_to(root))
    return {"SPDXID": identifier("File-" + name), "fileName": name, "licenseConcluded": license_name, "copyrightText": "NOASSERTION",
            "checksums": [{"algorithm": kind.upper(), "checksumValue": sha(path, kind)} for kind in ("sha1", "sha256")]}


def relationship(what, kind, to):
    return {"spdxElementId": what, "relationshipType": kind, "relatedSpdxElement": to}


def release_time():
    """Of the commit, unless SOURCE_DATE_EPOCH says another: the same sources give the same bytes."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        log = ("git", "-C", str(ROOT), "log", "-1", "--format=%ct")
        epoch = subprocess.run(log, check=True, capture_output=True, text=True).stdout
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch)))


def document(artifact, tool, licenses):
    """An empty list of what is in a file; `licenses`: texts of the licenses that SPDX does not know, by identifier."""
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": artifact.name,
            "documentNamespace": f"urn:sha256:{sha(artifact, 'sha256')}",
            "creationInfo": {"created": release_time(), "creators": [f"Tool: eyelid {tool}"]},
            "documentDescribes": [], "packages": [], "files": [], "relationships": [],
            "hasExtractedLicensingInfos": [{"licenseId": name, "extractedText": text} for name, text in licenses.items()]}
