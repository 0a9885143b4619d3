# SPDX-License-Identifier: MIT
"""Progress of a long job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Optional, Union

Callback = Callable[[str, int, Optional[int]], object]
Progress = Union[bool, Callback]


@contextmanager
def callback(progress: Progress) -> Iterator[Callback | None]:
    """What the native part calls about every 100 ms; True: bars of tqdm, one per phase."""
    if progress is not True:
        yield progress or None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs tqdm (pip install tqdm); or give a function (phase, done, total)") from error
    bars: dict[str, Any] = {}

    def show(phase: str, done: int, total: int | None) -> None:
        if phase not in bars:
            for bar in bars.values():
                bar.close()
            bars[phase] = tqdm(desc=phase, total=total, unit=" frames")
        bars[phase].update(done - bars[phase].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
