"""A Slurm cluster of one machine for the length of a test class: its own daemons, ports, keys and folders.

It needs neither root nor systemd nor a writable cgroup tree, and listens on 127.0.0.1 only.
"""

import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

os.environ["PATH"] += ":/usr/sbin:/sbin"
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "squeue", "munged")

# cred_expire: how long a requeued job waits (120 s if not told, 5 at least).
# config_overrides: two processors, whatever there are.
CONFIG = """
ClusterName=flowreel
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={slurmd_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=5
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing_programs():
    return [name for name in PROGRAMS if shutil.which(name) is None]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm."))
        self.daemons = []
        self.env = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf")}
        try:
            self.configure()
            self.start()
        except BaseException:
            self.stop()
            raise

    def configure(self):
        for name in ("state", "spool", "cgroup"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        host, user = socket.gethostname().partition(".")[0], pwd.getpwuid(os.getuid()).pw_name
        ctld_port, slurmd_port = free_ports(2)
        (self.folder / "slurm.conf").write_text(CONFIG.format(
            host=host, user=user, folder=self.folder, ctld_port=ctld_port, slurmd_port=slurmd_port))
        # slurmd insists on a cgroup plugin; this one uses nothing of the place it is given.
        cgroup = f"CgroupPlugin=cgroup/v1\nCgroupMountpoint={self.folder}/cgroup\n"
        (self.folder / "cgroup.conf").write_text(cgroup)
        self.host = host

    def start(self):
        at = self.folder
        self.daemon("munged", "--foreground", "--force", f"--key-file={at}/munge.key", f"--socket={at}/munge.socket",
                    f"--pid-file={at}/munged.pid", f"--log-file={at}/munged.log", f"--seed-file={at}/munged.seed")
        self.until(lambda: (at / "munge.socket").exists(), "munged")
        self.daemon("slurmctld", "-D", "-i", "-f", at / "slurm.conf")
        self.daemon("slurmd", "-D", "-f", at / "slurm.conf", "-N", self.host)
        self.until(lambda: "State=IDLE" in self.call("scontrol", "show", "node", check=False), "an idle node")

    def daemon(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as output:
            self.daemons.append(subprocess.Popen([str(word) for word in command], env=self.env, cwd=self.folder,
                                                 stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT))

    def until(self, true, what, seconds=30):
        end = time.monotonic() + seconds
        while not true():
            dead = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if dead or time.monotonic() > end:
                raise RuntimeError(f"no {what} after {seconds} s, ended: {dead}\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        paths = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
        return "\n".join(f"-- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in paths)

    def call(self, *command, check=True):
        done = subprocess.run([str(word) for word in command], env=self.env, capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise RuntimeError(f"{command} exited with {done.returncode}: {done.stderr}{self.logs()}")
        return done.stdout

    def version(self):
        return self.call("sbatch", "--version").strip()

    def tasks(self, job_id):
        """{number of the array's task: {field: value}} as scontrol knows them."""
        tasks = {}
        for line in self.call("scontrol", "show", "job", "-o", job_id).splitlines():
            fields = dict(re.findall(r"(\w+)=(\S*)", line))
            tasks[fields.get("ArrayTaskId", "1")] = fields
        return tasks

    def wait(self, job_id, seconds=60):
        """The tasks, when none of them is going to run any more."""
        over = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
        self.until(lambda: all(t["JobState"] in over for t in self.tasks(job_id).values()), f"end of {job_id}", seconds)
        return self.tasks(job_id)

    def stop(self):
        if len(self.daemons) == 3:
            subprocess.run(["scancel", "--me"], env=self.env, capture_output=True, timeout=30)
            time.sleep(0.5)
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
