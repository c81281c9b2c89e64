"""A SLURM cluster of one machine: a controller and two nodes, on loopback and in a folder of their own.

``python -m tests.cluster.slurm COMMAND ...`` runs a command on such a cluster, and stops it afterwards.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sinfo", "squeue", "sbatch", "srun", "scancel", "scontrol")
# Job steps start srun without SLURM_CONF, which then reads this file.
SYSTEM_CONFIG = Path("/etc/slurm/slurm.conf")
# Which processes belong to a cluster: all inherit this variable, jobs included.
MARK = "CORTEX2IMAGE_TEST_CLUSTER"
GPU_VARIABLE = "CUDA_VISIBLE_DEVICES"
NODES, GPUS = ("node1", "node2"), 2
READY_S, END_S = 30, 10

# One machine pretends to be two of 16 processors and 32 GB. Memory is watched by sampling, without cgroups; a
# node that is silent for 10 s is down, and what ran there is left to Snakemake's retries.
CONFIG = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_min_interval=0,bf_interval=2
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
GresTypes=gpu
SlurmctldTimeout=10
SlurmdTimeout=10
MessageTimeout=5
ReturnToService=2
KillWait=2
MinJobAge=3600
JobRequeue=0
EnforcePartLimits=ALL
NodeName=node1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[1]} CPUs=16 RealMemory=32000
NodeName=node2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[2]} CPUs=16 RealMemory=32000 Weight=9 \
    Gres=gpu:{gpus}
PartitionName=cpu Nodes=node1,node2 Default=YES MaxTime=INFINITE
PartitionName=gpu Nodes=node2 MaxTime=INFINITE
"""
# One device file each; a mere count of GPUs leaves the node invalid.
GRES = "NodeName=node2 Name=gpu File={folder}/gpu[0-{last}]\n"


class CannotStartError(RuntimeError):
    """This machine cannot run the cluster; the message says why."""


def require_able() -> None:
    """Raise CannotStartError where the cluster cannot be started: says what is missing, and what to do."""
    missing = [name for name in PROGRAMS if not shutil.which(name, path=_path())]
    if missing:
        raise CannotStartError(f"no {', '.join(missing)}: bash tests/cluster/install.sh installs them")
    if os.geteuid() != 0:
        raise CannotStartError("slurmd needs root: run as root, in a container if need be")
    if SYSTEM_CONFIG.exists():
        raise CannotStartError(
            f"{SYSTEM_CONFIG} exists: this machine belongs to a cluster, or runs these tests"
        )
    try:
        socket.gethostbyname(socket.gethostname())
    except OSError:
        raise CannotStartError(f"the name of this machine, {socket.gethostname()}, has no address") from None


@dataclass
class Cluster:
    """A running cluster; `environment` is what its users need."""

    folder: Path
    environment: dict[str, str]
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start ``munged``, ``slurmctld`` or the daemon of a node."""
        command = _command(name, self.folder)
        with (self.folder / f"{name}.out").open("ab") as said:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=self.environment
            )

    def stop(self, name: str, kill: bool = False) -> None:
        """Stop a daemon, which may tidy up unless it is killed; jobs go on."""
        daemon = self.daemons.pop(name)
        daemon.kill() if kill else daemon.terminate()
        try:
            daemon.wait(END_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def ask(self, *command: str) -> str:
        """Run a program of SLURM and return what it prints; it may fail while the controller is away."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout

    def states(self) -> list[str]:
        """Return the state of each node, such as idle or down."""
        return self.ask("sinfo", "--noheader", "--Node", "--format=%T", "--partition=cpu").split()

    def wait_until_idle(self) -> None:
        end = time.monotonic() + READY_S
        while (states := self.states()) != ["idle"] * len(NODES):
            if time.monotonic() > end:
                raise RuntimeError(f"nodes are {states} after {READY_S} s: {self.logs()}")
            time.sleep(0.2)

    def logs(self) -> str:
        """Return the ends of all logs of the daemons."""
        files = sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")])
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')[-2000:]}" for file in files)


@contextlib.contextmanager
def started() -> Iterator[Cluster]:
    """Start the cluster, and stop all that belongs to it at the end.

    Raises
    ------
    CannotStartError
        See :func:`require_able`.
    """
    require_able()
    # Paths of sockets are short, so the folder is none of pytest's. munged wants it readable for all.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, _environment(folder))
    try:
        _write_config(folder)
        SYSTEM_CONFIG.parent.mkdir(parents=True, exist_ok=True)
        SYSTEM_CONFIG.unlink(missing_ok=True)  # a link to a cluster that is gone
        SYSTEM_CONFIG.symlink_to(folder / "slurm.conf")
        cluster.start("munged")
        _wait_for(folder / "munge.socket")
        for name in ("slurmctld", *NODES):
            cluster.start(name)
        cluster.wait_until_idle()
        yield cluster
    finally:
        _stop(cluster)


def _write_config(folder: Path) -> None:
    (folder / "state").mkdir()
    for node in NODES:
        (folder / f"spool-{node}").mkdir()
    for number in range(GPUS):
        (folder / f"gpu{number}").symlink_to("/dev/null")
    (folder / "slurm.conf").write_text(CONFIG.format(folder=folder, ports=_free_ports(3), gpus=GPUS))
    (folder / "gres.conf").write_text(GRES.format(folder=folder, last=GPUS - 1))
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)


def _command(name: str, folder: Path) -> list[str]:
    if name == "munged":
        files = {
            "socket": "socket",
            "key-file": "key",
            "pid-file": "pid",
            "log-file": "log",
            "seed-file": "seed",
        }
        return ["munged", "--foreground", *(f"--{key}={folder}/munge.{end}" for key, end in files.items())]
    if name == "slurmctld":
        return ["slurmctld", "-D"]
    return ["slurmd", "-D", "-N", name]


def _stop(cluster: Cluster) -> None:
    """Stop daemons and jobs, by their pids, and remove what the cluster leaves."""
    for name in reversed(list(cluster.daemons)):
        cluster.stop(name)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if _belongs(process, cluster.folder):
                process.kill()
    if SYSTEM_CONFIG.is_symlink() and SYSTEM_CONFIG.readlink().parent == cluster.folder:
        SYSTEM_CONFIG.unlink()
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _belongs(process: psutil.Process, folder: Path) -> bool:
    """Return whether a process is a job of the cluster, or watches over one, without our variables."""
    if process.name() == "slurmstepd":
        return any(Path(file.path).is_relative_to(folder) for file in process.open_files())
    return process.environ().get(MARK) == str(folder)


def _environment(folder: Path) -> dict[str, str]:
    own = {"SLURM_CONF": str(folder / "slurm.conf"), MARK: str(folder), "PATH": _path()}
    foreign = ("SLURM_", "SBATCH_", "SRUN_", GPU_VARIABLE)
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)} | own


def _path() -> str:
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait_for(path: Path) -> None:
    end = time.monotonic() + READY_S
    while not path.exists():
        if time.monotonic() > end:
            raise RuntimeError(f"no {path} after {READY_S} s")
        time.sleep(0.05)


def main() -> None:
    """Run the command of the command line on a cluster."""
    try:
        with started() as cluster:
            sys.exit(subprocess.run(sys.argv[1:], env=cluster.environment, check=False).returncode)
    except CannotStartError as error:
        sys.exit(f"No cluster here: {error}")


if __name__ == "__main__":
    main()
