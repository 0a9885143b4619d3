#!/usr/bin/env python3
"""Builds the site of the documentation from the pages of the repository, their pictures, and the
program's own manual. Needs mkdocs and man (apt: mkdocs man-db).

   make_site.py EYELID [FOLDER]      FOLDER: default build/site
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "build/site-pages"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def manual(eyelid, folder):
    """Commands and their manual pages as text, in the order of the names."""
    output(eyelid, "manual", "--out", folder)
    for page in sorted(pathlib.Path(folder).iterdir(), key=lambda page: page.stem):
        text = subprocess.run(["man", "--local-file", str(page)], check=True, capture_output=True, text=True,
                              env={"MANWIDTH": "84", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}).stdout
        lines = text.strip("\n").splitlines()[2:-2]  # without the lines at head and foot
        yield page.stem, "\n".join(lines).strip("\n")


def main(eyelid, folder=ROOT / "build/site"):
    for tool, package in (("mkdocs", "mkdocs"), ("man", "man-db")):
        if not shutil.which(tool):
            sys.exit(f"make_site: {tool} not found (apt: {package})")
    eyelid = str(pathlib.Path(eyelid).resolve())
    shutil.rmtree(PAGES, ignore_errors=True)
    files = [pathlib.Path(name) for name in output("git", "ls-files", "--", "*.md", "*.png", "*.svg", "docs/*").splitlines()]
    for name in files:
        (PAGES / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, PAGES / name)
    page = ["# Commands", "", "The manual pages, which have the words of `--help`."]
    with tempfile.TemporaryDirectory() as pages:
        for name, text in manual(eyelid, pages):
            page += ["", f"## {name.replace('-', ' ')}", "", "```", text, "```"]
    (PAGES / "docs/commands.md").write_text("\n".join(page) + "\n")
    # Links to files that are no pages (scripts, folders) keep their words.
    for name in PAGES.rglob("*.md"):
        def keep(match):
            target = match[2].split("#")[0]
            there = not target or re.match(r"\w+:", target) or (name.parent / target).is_file()
            return match[0] if there else match[1]
        parts = re.split(r"(?m)(^```.*?^```$)", name.read_text(), flags=re.S)
        for i in range(0, len(parts), 2):  # around blocks of code
            parts[i] = re.sub(r"(?<!!)\[([^\]\n]+)\]\(([^)\s]+)\)", keep, parts[i])
            # Python's Markdown begins a list or a table only after an empty line.
            parts[i] = re.sub(r"(?m)^((?![-*|#>\s]).+\n)(?=(?:- |\d+\. |\| ))", r"\1\n", parts[i])
        name.write_text("".join(parts))
    subprocess.run(["mkdocs", "build", "--quiet", "--strict", "--config-file", str(ROOT / "mkdocs.yml"), "--site-dir", str(folder)], check=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
