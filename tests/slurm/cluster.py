"""A throw-away Slurm on this machine: two CPU nodes and one with two stand-in GPUs.

All of it lies in one folder and listens on 127.0.0.1 alone. Its partitions are named as the
profile's. What a real Slurm does in minutes, such as seeing that a node died, takes seconds.
"""

import fcntl
import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import yaml

PROFILE = Path(__file__).parents[2] / "profiles" / "slurm" / "config.yaml"
PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
DAEMONS = ("setpriv", "munged", "slurmctld", "slurmd")
CLIENTS = ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo", "sacct")
CPU_NODES = ("c1", "c2")
GPU_NODES = ("g1",)
NODES = (*CPU_NODES, *GPU_NODES)
CORES = 16
MEGABYTES = 64000
# A partition whose jobs push those of the others off their nodes.
URGENT = "urgent"
# What docs/cluster.md says to set in the profile where jobs are preempted: Slurm restarts them.
PREEMPTIBLE = {"slurm-no-requeue": False, "slurm-requeue": True}

CONFIG = """\
ClusterName=throwaway
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=cred_expire=5,socket={folder}/munge.socket
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdSpoolDir={folder}/spool-%n
StateSaveLocation={folder}/state
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
EnforcePartLimits=ALL
# Memory is enforced without control groups, which not every machine hands out.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=100000,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=10
KillWait=2
MinJobAge=3600
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/finished.txt
{nodes}
PartitionName={cpu} Nodes={cpu_nodes} Default=YES MaxTime=2880 PriorityTier=1
PartitionName={gpu} Nodes={gpu_nodes} MaxTime=2880 PriorityTier=1
PartitionName={urgent} Nodes=ALL MaxTime=2880 PriorityTier=9
"""


def partitions() -> tuple[str, str]:
    """Return the names that the profile gives the partition of CPUs and that of GPUs."""
    profile = yaml.safe_load(PROFILE.read_text())
    return (
        profile["default-resources"]["slurm_partition"],
        profile["set-resources"]["train"]["slurm_partition"],
    )


def missing() -> list[str]:
    """Return which programs of Slurm are not installed."""
    place = search_path()
    return [name for name in (*DAEMONS, *CLIENTS) if shutil.which(name, path=place) is None]


def search_path() -> str:
    """Return PATH with the folders of daemons, which users often lack."""
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def install() -> None:
    """Install what is missing from Debian's packages, where they can be had; needs root."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES],
    ):
        # Without a mirror the tests are skipped and say what is missing.
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, env=quiet, check=False, capture_output=True, timeout=240)


def install_once() -> None:
    """Install what is missing, where several processes find at once that it is."""
    with (Path(tempfile.gettempdir()) / "install-slurm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing():
            install()


def rule_of(job: Mapping[str, str]) -> str:
    """Return the rule that a job was submitted for; of a group, its name and then its rules."""
    return job.get("Comment", "").partition("_wildcards_")[0].removeprefix("rule_")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true: Callable[[], object], seconds: float, what: str) -> object:
    """Wait until something is true and return it; fail where it is not in time."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.2)
    return found


class Cluster:
    """Slurm's daemons, as children of this process, and what they say of their jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cpu, self.gpu = partitions()
        self._processes: dict[str, subprocess.Popen] = {}
        self._write()

    def start(self) -> None:
        """Start every daemon and wait until all nodes take jobs."""
        socket_place, key = self.folder / "munge.socket", self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        options = {"key-file": key, "socket": socket_place, "seed-file": self.folder / "seed"}
        options |= {"pid-file": self.folder / "munge.pid", "log-file": self.folder / "munge.log"}
        self._launch(
            "munged", "--foreground", "--force", *(f"--{key}={at}" for key, at in options.items())
        )
        until(socket_place.exists, 10, "munged")
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        self.wait_for_nodes()

    def stop(self) -> None:
        """End all jobs and daemons."""
        if "slurmctld" in self._processes:
            self.client("scancel", "--quiet", f"--user={getpass.getuser()}", check=False)
        for node in NODES:
            self._kill_steps(node)
        for name in [name for name in self._processes if name.startswith("slurmd")]:
            self._processes[name].terminate()
        for name in reversed(list(self._processes)):
            self._end(name, signal.SIGTERM)

    def start_controller(self) -> None:
        self._launch("slurmctld", "-D", "-f", str(self.folder / "slurm.conf"))

    def stop_controller(self) -> None:
        self._end("slurmctld", signal.SIGTERM)

    def start_node(self, node: str) -> None:
        config = str(self.folder / "slurm.conf")
        self._launch("slurmd", "-D", "-N", node, "-f", config, name=f"slurmd-{node}")

    def crash_node(self, node: str) -> None:
        """Let a node die with all that runs there, as when its power fails."""
        self._end(f"slurmd-{node}", signal.SIGKILL)
        self._kill_steps(node)

    def wait_for_nodes(self) -> None:
        """Wait until every node is registered and idle."""

        def ready() -> bool:
            told = self.client("scontrol", "--oneliner", "show", "node", check=False)
            # A node that never registered is called idle too, for its first seconds.
            return len(re.findall(r"State=IDLE\b(?!\S).*SlurmdStartTime=2", told)) == len(NODES)

        until(ready, 60, "nodes are idle")

    def environment(self) -> Mapping[str, str]:
        """Return the variables with which Slurm's clients reach this cluster."""
        return {"PATH": f"{self.folder / 'bin'}:{search_path()}"}

    def client(self, *command: str, check: bool = True) -> str:
        """Run one of Slurm's clients and return what it prints."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment()},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def jobs(self) -> list[dict[str, str]]:
        """Return what Slurm knows of every job, in their order: field → value."""
        told = self.client("scontrol", "--oneliner", "show", "job", check=False)
        lines = [line for line in told.splitlines() if line.startswith("JobId=")]
        jobs = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines]
        return sorted(jobs, key=lambda job: int(job["JobId"]))

    def _write(self) -> None:
        for place in ("bin", "state", *(f"spool-{node}" for node in NODES)):
            (self.folder / place).mkdir(parents=True)
        self.folder.chmod(0o755)
        for number in range(2):
            # Slurm wants a device; what it is nobody looks at.
            (self.folder / f"gpu{number}").symlink_to("/dev/null")
        node = "NodeName={} NodeAddr=127.0.0.1 NodeHostname=localhost Port={} CPUs={} RealMemory={}"
        nodes = [
            node.format(name, free_port(), CORES, MEGABYTES)
            + (" Gres=gpu:2" if name in GPU_NODES else "")
            for name in NODES
        ]
        config = CONFIG.format(
            user=getpass.getuser(),
            folder=self.folder,
            controller_port=free_port(),
            nodes="\n".join(nodes),
            cpu=self.cpu,
            gpu=self.gpu,
            urgent=URGENT,
            cpu_nodes=",".join(CPU_NODES),
            gpu_nodes=",".join(GPU_NODES),
        )
        (self.folder / "slurm.conf").write_text(config)
        gres = f"AutoDetect=off\nNodeName={GPU_NODES[0]} Name=gpu File={self.folder}/gpu[0-1]\n"
        (self.folder / "gres.conf").write_text(gres)
        # The only version of this plugin that starts wherever control groups are not ours.
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")
        for name in CLIENTS:
            # SLURM_CONF alone does not do: the plugin takes it from the jobs' environment.
            wrapper = self.folder / "bin" / name
            program = shutil.which(name, path=search_path())
            text = f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {program} "$@"\n'
            wrapper.write_text(text)
            wrapper.chmod(0o755)

    def _launch(self, program: str, *arguments: str, name: str | None = None) -> None:
        name = name or program
        with (self.folder / f"{name}.out").open("ab") as out:
            self._processes[name] = subprocess.Popen(
                # However these tests end, no daemon outlives them.
                ["setpriv", "--pdeathsig", "TERM", program, *arguments],
                env={**os.environ, "PATH": search_path()},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self._processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)

    def _kill_steps(self, node: str) -> None:
        """Kill the job steps of a node, the supervisors before those they would report."""
        log = str(self.folder / f"slurmd-{node}.log")
        parents = {}
        supervisors = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                status = (process / "stat").read_text().rpartition(")")
                parents[int(process.name)] = int(status[2].split()[1])
                if "slurmstepd" in status[0] and any(
                    str(link.readlink()) == log for link in (process / "fd").iterdir()
                ):
                    supervisors.append(int(process.name))
            except OSError:
                # It ended while it was looked at.
                continue
        doomed = list(supervisors)
        for one in doomed:
            doomed.extend(child for child, parent in parents.items() if parent == one)
        for one in doomed:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue


def preempt(cluster: Cluster) -> None:
    """Let a more important job take the node with the GPUs for some seconds."""
    wanted = ("--partition", URGENT, "--nodelist", GPU_NODES[0], "--exclusive", "--time=1")
    cluster.client("sbatch", *wanted, "--output=/dev/null", "--wrap=sleep 5")
