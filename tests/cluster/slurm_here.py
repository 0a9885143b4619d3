# SPDX-License-Identifier: MIT
"""A real Slurm on this machine alone: munge, slurmctld, and several slurmd in a folder, with their own ports; no system service."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def missing():
    """Why it cannot be started here; empty where it can."""
    absent = [tool for tool in TOOLS if not shutil.which(tool, path=PATH)]
    if absent:
        return f"{', '.join(absent)} absent (apt-get install slurm-wlm munge)"
    return "" if os.geteuid() == 0 else "Slurm with own daemons needs root"


class DoesNotStart(Exception):
    """The daemons do not run on this machine, as in a container that forbids what they need."""


class Slurm:
    """Raises DoesNotStart."""

    def __init__(self, folder, nodes=3, cpus=2, port=17300):
        self.folder = folder
        self.port = port
        self.daemons = {}
        for name in ("run", "log", "state", "spool", "munge"):
            (folder / name).mkdir(parents=True)
        (folder / "munge").chmod(0o700)
        key = folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.conf = folder / "slurm.conf"
        self.conf.write_text(self.configuration(nodes, cpus))
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.conf)}
        try:
            self.start_daemons(key, nodes)
        except TimeoutError as reason:
            self.stop()
            raise DoesNotStart(f"{reason}; {self.last_words()}") from reason

    def start_daemons(self, key, nodes):
        folder = self.folder
        self.start("munged", "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge/socket",
                   f"--pid-file={folder}/run/munged.pid", f"--log-file={folder}/log/munged.log", f"--seed-file={folder}/munge/seed")
        self.wait(lambda: (folder / "munge/socket").exists(), "a socket of munge")
        self.start("slurmctld", "slurmctld", "-D", "-c", "-f", self.conf)
        for i in range(nodes):
            self.start_node(f"n{i + 1}")
        self.wait(lambda: len(self.ask("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split()) == nodes, "idle nodes")

    def last_words(self):
        """The last line of each log that has one."""
        logs = {path.name: path.read_text(errors="replace").splitlines() for path in sorted((self.folder / "log").iterdir())}
        return "; ".join(f"{name}: {lines[-1]}" for name, lines in logs.items() if lines)

    def configuration(self, nodes, cpus):
        host, folder = os.uname().nodename.split(".")[0], self.folder
        lines = f"""ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={self.port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=15
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=2
SlurmdTimeout=10
MessageTimeout=10
KillWait=3
MinJobAge=600
JobRequeue=1
ReturnToService=2
MpiDefault=none
SlurmdParameters=config_overrides
""".splitlines()
        lines += [f"NodeName=n{i + 1} NodeHostname={host} NodeAddr=127.0.0.1 Port={self.port + 1 + i} CPUs={cpus} RealMemory=4000 State=UNKNOWN"
                  for i in range(nodes)]
        return "\n".join([*lines, f"PartitionName=all Nodes=n[1-{nodes}] Default=YES MaxTime=INFINITE State=UP", ""])

    def start(self, name, *command):
        with open(self.folder / "log" / f"{name}.out", "ab") as log:
            self.daemons[name] = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, env=self.environment, start_new_session=True)

    def start_node(self, name):
        (self.folder / "spool" / name).mkdir(exist_ok=True)
        self.start(name, "slurmd", "-D", "-N", name, "-f", self.conf)

    def ask(self, *command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=self.environment, timeout=60)
        return done.stdout

    @staticmethod
    def wait(is_true, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not is_true():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {what} within {seconds} s")
            time.sleep(0.1)

    def submit(self, *arguments):
        return self.ask("sbatch", "--parsable", *arguments).strip()

    def wait_for(self, job, seconds=180):
        self.wait(lambda: not self.ask("squeue", "-h", "-j", job, "-t", "R,PD,CF,CG", "-o", "%A").strip(), f"end of job {job}", seconds)

    def kill_node(self, name):
        """kill -9 of the daemon first, so that it cannot report, then of the steps that it runs and all below them."""
        jobs = self.ask("squeue", "-h", "-w", name, "-t", "R", "-o", "%A").split()
        steps = [pid for job in jobs for pid in self.processes(f"slurmstepd: [{job}.")]
        self.daemons[name].kill()
        self.daemons.pop(name).wait()
        for pid in steps:
            for one in [*self.below(pid), pid]:
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    @staticmethod
    def processes(title):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if entry.read_bytes().replace(b"\0", b" ").decode(errors="replace").startswith(title):
                    found.append(int(entry.parent.name))
            except OSError:
                pass
        return found

    def below(self, pid):
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        return [one for child in children for one in [*self.below(int(child)), int(child)]]

    def stop(self):
        for name in sorted(self.daemons, reverse=True):  # slurmctld, nodes, munged
            daemon = self.daemons[name]
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
