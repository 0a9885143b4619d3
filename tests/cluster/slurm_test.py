#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A batch on a real Slurm of three nodes: one task dies with its node amid tracking, one while its results are being moved into
place. Both are requeued; in the end every recording has the tables that `eyelid track` makes alone, and the broken one is told.

usage: slurm_test.py EYELID libeyelid_inject.so   Exit status 77 (skipped) where Slurm is absent or does not start.
"""
import csv
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import slurm_here

EYELID, INJECT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
SBATCH = pathlib.Path(__file__).resolve().parents[2] / "examples/cluster/batch.sbatch"
COUNT = int(os.environ.get("EYELID_SLURM_RECORDINGS", 24))


def eyelid(*arguments):
    done = subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done


def render(folder):
    """s1 lasts, so that it is under way when its node dies; the others are one short film."""
    eyelid("synthesize", "--out", folder / "long", "--seed", 1, "--seconds", 20, "--trials", 0, "--fps", 50)
    eyelid("synthesize", "--out", folder / "short", "--seed", 2, "--seconds", 1.5, "--trials", 1, "--isi", 0.25, "--fps", 50)
    (folder / "broken.mkv").write_bytes(os.urandom(1000))
    lines = ["id,video,trials", f"s1,{folder}/long/video.mkv,", f"broken,{folder}/broken.mkv,"]
    lines += [f"s{i},{folder}/short/video.mkv,{folder}/short/trials.csv" for i in range(2, COUNT + 1)]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return len(lines) - 1


def is_amid_commit(folder):
    return bool(list(folder.glob(".eyelid-run-*/commit"))) and (folder / "frames.csv").exists() and not (folder / "session.json").exists()


def rename_amid_commit(folder):
    """The number of the rename that finds s2, the third row, with its new frames.csv and without session.json."""
    command = [EYELID, "batch", folder / "manifest.csv", "--out", folder / "probe", "--task", "3", "--no-report"]
    environment = {**os.environ, "LD_PRELOAD": str(INJECT)}
    log = folder / "calls.txt"
    subprocess.run(command, env={**environment, "EYELID_FAULT_LOG": str(log)}, check=True, capture_output=True)
    last = next(int(line.split()[1]) for line in log.read_text().splitlines() if line.startswith("rename"))
    for number in range(last, 0, -1):
        shutil.rmtree(folder / "probe")
        subprocess.run(command, env={**environment, "EYELID_FAULT": f"rename:{number}:kill"}, capture_output=True)
        if is_amid_commit(folder / "probe/s2"):
            return number
    raise AssertionError(f"none of {last} renames is amid the commit of s2")


def stopping_program(folder):
    """eyelid, but that the first task 3 stops amid its commit: a commit is too short to be met by chance."""
    program = folder / "eyelid.sh"
    program.write_text(f"""#!/bin/sh
if [ "$SLURM_ARRAY_TASK_ID" = 3 ] && mkdir "{folder}/stopped" 2>/dev/null; then
  export LD_PRELOAD="{INJECT}" EYELID_FAULT=rename:{rename_amid_commit(folder)}:s{signal.SIGSTOP.value}
fi
exec "{EYELID}" "$@"
""")
    program.chmod(0o755)
    return program


def signal_all(processes, number):
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def node_of(slurm, job, task):
    lines = slurm.ask("squeue", "-h", "-j", job, "-t", "R", "-o", "%K %N").splitlines()
    return dict(line.split() for line in lines)[task]


def program_of(slurm, task):
    mark = f"SLURM_ARRAY_TASK_ID={task}".encode()
    found = []
    for pid in slurm.processes(f"{EYELID} batch"):
        try:
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:  # of another task, which has ended
            continue
        if mark in environment.split(b"\0"):
            found.append(pid)
    return found


def run(folder):
    begin = time.monotonic()

    def step(text):
        print(f"{time.monotonic() - begin:7.1f} s  {text}", flush=True)
    tasks = render(folder)
    step(f"{tasks} recordings, one of them broken")
    root, logs = folder / "root", folder / "out"
    logs.mkdir()
    os.environ["EYELID"] = str(stopping_program(folder))
    slurm = slurm_here.Slurm(folder / "slurm")
    try:
        step("three nodes are idle")

        def submit():
            return slurm.submit(f"--array=1-{tasks}", f"--output={logs}/%A_%a.txt", "--cpus-per-task=1", "--mem=500M", SBATCH, folder / "manifest.csv", root,
                                "--no-report")
        job = submit()
        slurm.wait(lambda: list(root.glob("s1/.eyelid-run-*")), "work on s1")
        signal_all(program_of(slurm, "1"), signal.SIGSTOP)  # a fast machine would be done before its node dies
        slurm.wait(lambda: is_amid_commit(root / "s2"), "commit of s2")
        lost = {name: node_of(slurm, job, task) for name, task in (("s1", "1"), ("s2", "3"))}
        for node in set(lost.values()):
            slurm.kill_node(node)
        assert not (root / "s1/session.json").exists(), "s1 was done too soon"
        assert is_amid_commit(root / "s2"), sorted((root / "s2").iterdir())
        step(f"killed {lost['s1']} amid the tracking of s1, {lost['s2']} between the new frames.csv and the new session.json of s2")
        time.sleep(12)  # SlurmdTimeout: Slurm notices, and requeues
        for node in set(lost.values()):
            slurm.start_node(node)
        slurm.wait_for(job)
        step("the nodes were started again, the array has ended")
        again = submit()
        slurm.wait_for(again)
        texts = [path.read_text() for path in sorted(logs.glob(f"{again}_*.txt"))]
        assert sum("1 done before" in text for text in texts) == tasks - 1, texts
        assert sum("1 failed before" in text for text in texts) == 1, texts
        step("submitted once more: nothing was left to do")
    finally:
        slurm.stop()
    eyelid("collect", root, "--manifest", folder / "manifest.csv")
    with open(root / "recordings.csv", newline="") as file:
        states = {row["id"]: row["state"] for row in csv.DictReader(file)}
    assert states.pop("broken") == "failed" and set(states.values()) == {"done"}, states
    for name, film in (("s1", "long"), ("s2", "short"), (f"s{COUNT}", "short")):
        eyelid("track", folder / film / "video.mkv", "--out", folder / "alone", "--no-report")
        for table in ("frames.csv", "blinks.csv"):
            assert (folder / "alone" / table).read_bytes() == (root / name / table).read_bytes(), f"{name}/{table} differs"
    leftovers = list(root.glob("*/.eyelid-*"))
    assert not leftovers, leftovers
    step("same bytes as alone")


def main():
    reason = slurm_here.missing()
    if reason:
        print(f"skipped: {reason}")
        return 77
    with tempfile.TemporaryDirectory(prefix="eyelid-slurm-", ignore_cleanup_errors=True) as folder:
        try:
            run(pathlib.Path(folder))
        except slurm_here.DoesNotStart as reason:
            print(f"skipped: Slurm does not start here: {reason}")
            return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
