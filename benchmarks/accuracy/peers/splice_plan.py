# SPDX-License-Identifier: MIT
"""Which closures of both eyes are made closures of one eye (spliced.py), and what a tool finds of them."""
import dataclasses

import figures
import labels
from openings import EYES

LONGEST = 12       # frames of a closure that is spliced
MARGIN = 2         # frames beside the closure's labeled frames that are spliced too
FARTHEST = 90      # frames between a closure and the open eye laid over it


@dataclasses.dataclass
class Splice:
    eye: str            # whose picture was laid over, to stay silent
    closure: tuple      # first and last frame in which both eyes are closed
    over: tuple         # first and last spliced frame
    source: tuple       # first and last frame of the open eye


def _open_stretch(at_rest, over):
    """The nearest frames of the same length in which both eyes are open and at rest, or None."""
    length = over[1] - over[0] + 1
    starts = [start for start in range(len(at_rest) - length + 1) if all(at_rest[start:start + length])]
    near = [start for start in starts if abs(start - over[0]) <= FARTHEST]
    first = min(near, key=lambda start: abs(start - over[0]), default=None)
    return None if first is None else (first, first + length - 1)


def plan(intervals, frames):
    """[Splice] of a film from its labels."""
    states = labels.states(intervals, frames)
    is_open = [states["right"][i] == states["left"][i] == labels.OPEN for i in range(frames)]
    is_shut = [states["right"][i] == states["left"][i] == labels.CLOSED for i in range(frames)]
    at_rest = [False] * frames
    for index in figures.open_frames(labels.joint_states(states)):
        at_rest[index] = True
    moving = labels.runs(is_open, lambda value: not value)
    splices = []
    for first, last in labels.runs(is_shut, bool):
        if last - first + 1 > LONGEST:
            continue
        begin, end = next((a, b) for a, b in moving if a <= first and last <= b)
        over = (max(0, begin - MARGIN), min(frames - 1, end + MARGIN))
        shut_here = sum(a <= over[1] and over[0] <= b for a, b in labels.runs(is_shut, bool))
        seen = all(states[eye][i] in (labels.OPEN, labels.CLOSED, "partial") for eye in EYES for i in range(over[0], over[1] + 1))
        source = _open_stretch(at_rest, over)
        if shut_here == 1 and seen and source and over[1] - over[0] < 3 * LONGEST:
            splices.append(Splice(EYES[len(splices) % 2], (first, last), over, source))
    return splices


def count(splices, found_of_eye):
    """found_of_eye: {eye: [(first, last)]} -> (other eyes found, spliced eyes silent)."""
    meets = lambda eye, first, last: any(a <= last and first <= b for a, b in found_of_eye[eye])
    other = {"right": "left", "left": "right"}
    return (sum(meets(other[s.eye], s.closure[0] - 1, s.closure[1] + 1) for s in splices),
            sum(not meets(s.eye, *s.over) for s in splices))
