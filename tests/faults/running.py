# SPDX-License-Identifier: MIT
"""One run of the program under a fault, and what every run must keep to."""
import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_S = 60  # every run ends; the longest takes a few seconds
MAX_SENTENCE = 500
LOADER_STATUS = 127
MACHINE_STATUS = 75  # of `batch`: the machine was at fault


@dataclass
class Outcome:
    status: int  # negative: the signal that ended it
    errors: str  # standard error
    seconds: float
    is_hanging: bool
    calls: dict = field(default_factory=dict)  # of each class, as far as inject.c could tell
    has_fired: bool = False

    def violations(self, expected_signal=0, is_batch=False):
        """What no fault may cause, whatever happens to the files. A batch says a sentence for every recording."""
        if self.is_hanging:
            return ["hang"]
        if self.status < 0:
            return [] if -self.status == expected_signal else ["signal"]
        if self.status == LOADER_STATUS and "shared libraries" in self.errors:
            return []  # the program did not begin
        if self.status not in (0, 1, 2, MACHINE_STATUS if is_batch else 0):
            return ["status"]
        if self.status == 0:
            return []
        sentences = [line for line in self.errors.splitlines() if line.startswith("eyelid: ")]
        is_told = len(sentences) == 1 or is_batch and sentences
        return [] if is_told and max(map(len, sentences)) < MAX_SENTENCE else ["sentence"]


class Program:
    """The program, with the library that injects faults."""

    def __init__(self, program, injector, scratch):
        self.program = str(program)
        self.injector = str(injector)
        self.log = Path(scratch) / "calls.log"

    def run(self, arguments, fault=None, quota=None, limits=(), stdout=subprocess.DEVNULL, count=False):
        """`fault`: CLASS:N:ACTION of inject.c; `limits`: pairs of RLIMIT_ constants and values."""
        environment = dict(os.environ)
        if fault or quota is not None or count:
            self.log.unlink(missing_ok=True)
            environment |= {"LD_PRELOAD": self.injector, "EYELID_FAULT_LOG": str(self.log)}
        if fault:
            environment["EYELID_FAULT"] = fault
        if quota is not None:
            environment["EYELID_FAULT_QUOTA"] = str(quota)

        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            for limit, value in limits:
                resource.setrlimit(limit, (value, value))

        begin = time.monotonic()
        process = subprocess.Popen(
            [self.program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.PIPE, env=environment, preexec_fn=prepare, start_new_session=True)
        try:
            _, errors = process.communicate(timeout=LIMIT_S)
            is_hanging = False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            _, errors = process.communicate()
            is_hanging = True
        outcome = Outcome(process.returncode, errors.decode("utf8", "replace"),
                          time.monotonic() - begin, is_hanging)
        if "LD_PRELOAD" in environment and self.log.exists():
            outcome.calls = {name: int(count) for name, count in
                             (line.split() for line in self.log.read_text().splitlines())}
            outcome.has_fired = outcome.calls.pop("fired", 0) == 1
        return outcome
