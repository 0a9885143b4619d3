# SPDX-License-Identifier: MIT
"""What a folder of results holds: the older run, the newer one, or, which must never be, a mixture."""
import hashlib
import json
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

# When a file was made is in some of them (NWB demands it), to the second.
NOW = re.compile(rb"%d-\d\d-\d\dT\d\d:\d\d:\d\d" % time.gmtime().tm_year)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def files_of(folder):
    """Relative name -> SHA-256, apart from the time of writing, of everything below the folder."""
    folder = Path(folder)
    return {str(path.relative_to(folder)): sha256(NOW.sub(b"now", path.read_bytes()))
            for path in sorted(folder.rglob("*")) if path.is_file()}


def is_whole(path):
    """Whether a file whose bytes differ from run to run ends as such a file does."""
    data = path.read_bytes()
    if path.suffix == ".html":
        return data.rstrip().endswith(b"</html>")
    if path.suffix == ".json":
        try:
            json.loads(data)
        except ValueError:
            return False
    return len(data) > 0


def foreign_files(folder):
    """Files that session.json says belong to another run: its hashes of its sisters."""
    folder = Path(folder)
    try:
        hashes = json.loads((folder / "session.json").read_text())["run"]["sha256"]
    except (OSError, KeyError, ValueError):
        return []
    return [name for name, sha in hashes.items()
            if not (folder / name).is_file() or sha256((folder / name).read_bytes()) != sha]


@dataclass
class Reference:
    """The files of the older and the newer run, of a job that nothing disturbed.

    `folder` has the folder of results `out` and the single files of other options in `side`.
    """
    older: dict
    newer: dict
    varying: set  # files whose bytes differ between two equal runs: dates, times

    @classmethod
    def of(cls, older_folder, newer_folder, again_folder):
        newer, again = files_of(newer_folder), files_of(again_folder)
        assert set(newer) == set(again), (newer_folder, again_folder)
        return cls(files_of(older_folder), newer,
                   {name for name in newer if newer[name] != again[name]})

    def age_of(self, name, sha, path):
        """"older", "newer", "both" where they are equal, or "broken"."""
        if name not in self.older and name not in self.newer:
            return "left"
        if sha == self.older.get(name):
            return "both" if sha == self.newer.get(name) else "older"
        if name in self.varying:
            return "newer" if is_whole(path) else "broken"
        return "newer" if sha == self.newer.get(name) else "broken"

    def judge(self, folder, status, was_killed=False):
        """The violations of one run that ended with `status`."""
        found = files_of(folder)
        ages = {name: self.age_of(name, sha, Path(folder) / name) for name, sha in found.items()}
        violations = []
        out = {name: age for name, age in ages.items() if name.startswith("out/")}
        has_older = "older" in out.values()
        has_newer = "newer" in out.values()
        if has_older and has_newer or foreign_files(Path(folder) / "out"):
            violations.append("mixed")
        if "broken" in ages.values():
            violations.append("broken")
        if "left" in ages.values() and not was_killed:
            violations.append("left")
        expected = self.newer if has_newer else self.older
        if any(name not in out for name in expected if name.startswith("out/")):
            violations.append("lost")
        # A file of its own outside the folder is of either run, but whole and there.
        if any(name not in found for name in self.older if not name.startswith("out/")):
            violations.append("lost")
        if status == 0 and (has_older or any(ages.get(name) not in ("newer", "both") for name in self.newer)):
            violations.append("silent")
        return sorted(set(violations))


def fresh_copy(template, folder):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
