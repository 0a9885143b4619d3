# SPDX-License-Identifier: MIT
"""Measured tables inside pages of docs/: what stands between two marks is replaced."""
import sys


def write_between_marks(path, name, text):
    """Puts `text` between `<!-- NAME: begin -->` and `<!-- NAME: end -->`; beside, then renamed."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = path.read_text()
    if begin not in page or end not in page:
        sys.exit(f"{path}: no {begin} and {end}; expected both")
    head, tail = page[:page.index(begin) + len(begin)], page[page.index(end):]
    path.with_suffix(".new").write_text(f"{head}\n{text}{tail}")
    path.with_suffix(".new").replace(path)
