# SPDX-License-Identifier: MIT
"""Breaks the program on purpose and checks what a user is promised (docs/reliability.md).

    fault_suite.py EYELID INJECT.SO [--quick] [--seed N] [--json FILE]

Fails or kills calls of the system, one per run, while four jobs write over an older result; fills disks; lets
two programs write one folder; runs short of memory, files and threads. Prints a table of what was injected and of every
violation, and exits with 1 if there was one. About 1,700 runs, or with --quick a sample that takes less than a minute.
"""
import argparse
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import jobs
from results import fresh_copy
from running import Program

ERRORS = {"open": [errno.EMFILE, errno.EACCES], "read": [errno.EIO], "write": [errno.ENOSPC, errno.EIO],
          "close": [errno.EIO, errno.ENOSPC], "sync": [errno.EIO], "rename": [errno.EIO, errno.ENOSPC],
          "folder": [errno.ENOSPC], "memory": [errno.ENOMEM], "thread": [errno.EAGAIN]}
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
# Not a violation: `resumed`, runs stopped amid their commit that the next one completed or undid.
COLUMNS = ["mixed", "broken", "lost", "silent", "left", "signal", "status", "sentence", "hang"]


class Suite:
    def __init__(self, program, scratch, generator):
        self.program = program
        self.scratch = scratch
        self.work = scratch / "work"
        self.random = generator
        self.end = 0.0
        self.rows = {}  # (job, kind) -> Counter
        self.complaints = []

    def is_over(self):
        return time.monotonic() > self.end

    def note(self, job, kind, violations, description, has_fired=True):
        row = self.rows.setdefault((job, kind), Counter())
        row["runs"] += 1
        row["injected"] += has_fired
        row.update(violations)
        if violations:
            self.complaints.append(f"{job}, {description}: {', '.join(violations)}")
            print("  " + self.complaints[-1], flush=True)

    def attempt(self, job, kind, description, **how):
        """One run over the older result; whatever happened, the next run must succeed."""
        fresh_copy(job.template, self.work)
        expected_signal = how.pop("expected_signal", 0)
        outcome = self.program.run(job.arguments, **how)
        was_killed = outcome.status == -expected_signal and expected_signal != 0
        # Where a destructor finds no memory, the program ends at once: as if it was killed, but with its sentence.
        was_killed = was_killed or outcome.status == 1 and "eyelid: out of memory" in outcome.errors
        violations = outcome.violations(expected_signal)
        violations += job.reference.judge(self.work, outcome.status, was_killed)
        # A frame that FFmpeg's decoder has no memory for is skipped as a damaged one, with a warning: other numbers, but said.
        if kind == "memory fails" and outcome.status == 0 and "damaged frame" in outcome.errors:
            violations = [name for name in violations if name not in ("broken", "silent")]
        # Stopped between the renames of its commit, with no way back: the next run goes on, and until then
        # nothing is mixed. A folder may then be without session.json, and has a hidden folder.
        is_stopped_in_commit = outcome.status != 0 and any(self.work.glob("out/.eyelid-run-*/commit"))
        if is_stopped_in_commit:
            violations = [name for name in violations if name not in ("left", "lost")]
        if was_killed or is_stopped_in_commit:
            again = self.program.run(job.arguments)
            if again.status != 0 or job.reference.judge(self.work, 0):
                violations.append("left")
        if violations:
            description += f" (status {outcome.status}: {outcome.errors.strip()[-120:]})"
        has_fired = outcome.has_fired or "fault" not in how and "quota" not in how
        self.note(job.name, kind, violations, description, has_fired)
        self.rows[job.name, kind]["resumed"] += is_stopped_in_commit

    def sample(self, total, count):
        """`count` of the calls 1 .. total: all of few, the first and last, the others at random."""
        if total <= count:
            return range(1, total + 1)
        return sorted({1, total, *self.random.sample(range(1, total + 1), count)})

    def fail_calls(self, job, per_class):
        attempts = [(name, n) for name in ERRORS
                    for n in self.sample(job.calls.get(name, 0), per_class.get(name, per_class["other"]))]
        self.random.shuffle(attempts)  # a sample that runs out of time has some of each
        for name, n in attempts:
            if self.is_over():
                return
            error = self.random.choice(ERRORS[name])
            # From some call on all of them, as a disk that stays full; memory comes and goes.
            lasts = "+" if name in ("write", "rename") and self.random.random() < 0.5 else ""
            self.attempt(job, f"{name} fails", f"{name} {n}{lasts} {errno.errorcode[error]}",
                         fault=f"{name}:{n}{lasts}:{error}")

    def kill_at_calls(self, job, count):
        classes = [name for name in ("open", "write", "close", "rename", "read", "folder") if job.calls.get(name)]
        for i in range(count):
            if self.is_over():
                return
            name = classes[i % len(classes)]
            n = self.random.randint(1, job.calls[name])
            self.attempt(job, "killed", f"SIGKILL at {name} {n}", fault=f"{name}:{n}:kill",
                         expected_signal=signal.SIGKILL)
            asked = SIGNALS[i % len(SIGNALS)]
            self.attempt(job, "asked to stop", f"{asked.name} at {name} {n}", fault=f"{name}:{n}:s{int(asked)}")

    def fill_disks(self, job, steps):
        size = sum(path.stat().st_size for path in (self.scratch / f"{job.name}-newer").rglob("*") if path.is_file())
        for i in range(steps):
            if self.is_over():
                return
            quota = round(1.3 * size * i / steps)
            self.attempt(job, "full disk", f"{quota} bytes of room", quota=quota)

    def limit(self, job, memory_mb, files, sizes):
        for megabytes in memory_mb:
            self.attempt(job, "little memory", f"{megabytes} MB of address space",
                         limits=[(resource.RLIMIT_AS, megabytes << 20)])
        for count in files:
            self.attempt(job, "few files", f"{count} open files", limits=[(resource.RLIMIT_NOFILE, count)])
        for size in sizes:
            self.attempt(job, "small files", f"files of at most {size} bytes",
                         limits=[(resource.RLIMIT_FSIZE, size)])

    def mount_small_disks(self, job, steps):
        """A real full disk, in bytes and in inodes; only root may mount one."""
        used = sum(-(-path.stat().st_size // 4096) * 4 for path in job.template.rglob("*") if path.is_file())
        names = len(list(job.template.rglob("*"))) + 2
        options = [f"size={used + 8 + 2 * used * i // steps}k" for i in range(steps)]
        options += [f"size=64m,nr_inodes={names + i}" for i in range(1, 6)]
        for option in options:
            shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir()
            if self.is_over() or subprocess.run(["mount", "-t", "tmpfs", "-o", option, "tmpfs", self.work],
                                                stderr=subprocess.DEVNULL).returncode != 0:
                return
            try:
                shutil.copytree(job.template, self.work, dirs_exist_ok=True)
                outcome = self.program.run(job.arguments)
                violations = outcome.violations() + job.reference.judge(self.work, outcome.status)
                self.note(job.name, "full tmpfs", violations, f"{option} (status {outcome.status}: "
                          f"{outcome.errors.strip()[-120:]})")
            except OSError:
                pass  # the older result alone does not fit
            finally:
                subprocess.run(["umount", self.work], check=True)

    def write_together(self, job, rounds):
        """Two runs at once: one may wait or be refused, never both into one folder."""
        for i in range(rounds):
            fresh_copy(job.template, self.work)
            command = [self.program.program, *map(str, job.arguments)]
            first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(self.random.choice([0, 0.01, 0.05, 0.1, 0.2]))
            second = self.program.run(job.arguments)
            first.communicate()
            violations = second.violations() + job.reference.judge(self.work, 0)
            if first.returncode not in (0, 1) or first.returncode + second.status > 1:
                violations.append("status")
            self.note(job.name, "two writers", violations, f"two writers, round {i}")

    def print_table(self):
        print(f"\n{'job':<11}{'fault':<16}{'runs':>6}{'injected':>9}{'resumed':>9}" + "".join(f"{name:>9}" for name in COLUMNS))
        total = Counter()
        for (job, kind), row in self.rows.items():
            total += row
            self.print_row(job, kind, row)
        self.print_row("all", "", total)
        return total

    def injected_by_sort(self):
        sorts = {"killed": "kills", "asked to stop": "kills", "full disk": "disks", "full tmpfs": "disks",
                 "two writers": "others"}
        counts = Counter()
        for (_, kind), row in self.rows.items():
            counts[sorts.get(kind, "failures")] += row["injected"]
        return counts

    @staticmethod
    def print_row(job, kind, row):
        print(f"{job:<11}{kind:<16}{row['runs']:>6}{row['injected']:>9}{row['resumed']:>9}" + "".join(f"{row[c]:>9}" for c in COLUMNS))


FULL = {"seconds": 3600, "kills": 28,
        "per_class": {"memory": 160, "write": 160, "read": 100, "open": 60, "other": 30}, "disks": 24, "tmpfs": 12, "memory_mb": range(60, 420, 20), "files": range(3, 33, 2),
        "sizes": [0, 1, 1000, 10_000, 50_000, 200_000], "writers": 8}
QUICK = {"seconds": 8, "kills": 2, "per_class": {"memory": 4, "other": 3}, "disks": 2, "tmpfs": 0, "memory_mb": [300],
         "files": [8], "sizes": [1000], "writers": 1}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("injector", type=Path)
    parser.add_argument("--quick", action="store_true", help="a sample, less than a minute")
    parser.add_argument("--jobs", default=",".join(jobs.ARGUMENTS), help="which of " + ", ".join(jobs.ARGUMENTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    scratch = Path(tempfile.mkdtemp(prefix="eyelid-faults-"))
    try:
        program = Program(options.program.resolve(), options.injector.resolve(), scratch)
        suite = Suite(program, scratch, random.Random(options.seed))
        for name in options.jobs.split(","):
            job = jobs.make_job(program, scratch, name)
            suite.end = time.monotonic() + plan["seconds"]
            print(f"{name}: " + ", ".join(f"{count} {kind}" for kind, count in job.calls.items()), flush=True)
            suite.write_together(job, plan["writers"])
            suite.limit(job, plan["memory_mb"], plan["files"], plan["sizes"])
            suite.fill_disks(job, plan["disks"])
            suite.kill_at_calls(job, plan["kills"])
            if os.geteuid() == 0:
                suite.mount_small_disks(job, plan["tmpfs"])
            suite.fail_calls(job, plan["per_class"])
        total = suite.print_table()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps({"total": total, "injected": suite.injected_by_sort(), "violations": suite.complaints},
                                           indent=2))
    violations = sum(total[name] for name in COLUMNS)
    injected = suite.injected_by_sort()
    print(f"{total['runs']} runs: {injected['failures']} injected failures, {injected['kills']} kills, "
          f"{injected['disks']} full disks, {injected['others']} others; {violations} violations")
    return 1 if violations or not total["injected"] else 0


if __name__ == "__main__":
    sys.exit(main())
