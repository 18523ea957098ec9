"""The same script under torchrun and under Muster: two agents with two ranks each, faults from outside."""
import os
import random
import shutil
import signal
import socket
import subprocess
import time

from job import START, Failed, Job, foreign, within
from marks import Marks
from processes import alive, end_all, family, now, send

AGENTS, RANKS = 2, 2
PAUSE = 0.02  # seconds that a step takes longer
TIMEOUT = 5  # of the process group, where it is tuned

# torchrun as it comes; with the store of the workers apart from that of the agents, without which its
# workers hang on what the attempt before has left there; and with every wait as short as it allows.
APART = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
TUNED = ["--rdzv-conf", "last_call_timeout=1,keep_alive_interval=1,keep_alive_max_attempt=3,close_timeout=3,"
         "read_timeout=5", "--monitor-interval", "0.02", "--shutdown-timeout", "1"]
SETTINGS = {"default": ({}, [], 0), "apart": (APART, [], 0), "tuned": (APART, TUNED, TIMEOUT)}

# What is killed or stopped: (of an agent, which processes, signal, whether the rest may go on alone).
CASES = {
    "rank SIGKILL": (1, "rank", signal.SIGKILL, False),
    "rank SIGSTOP": (1, "rank", signal.SIGSTOP, False),
    "pod SIGKILL": (1, "all", signal.SIGKILL, True),
    "node silent": (1, "all", signal.SIGSTOP, True),
    "agent SIGKILL": (1, "agent", signal.SIGKILL, True),
    "lead SIGKILL": (0, "all", signal.SIGKILL, True),
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Torchrun:
    """A gang of torchrun agents on this machine; the first one holds the store."""

    def __init__(self, setting, directory, name, alone):
        environment, options, timeout = SETTINGS[name]
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        self.marks = Marks(os.path.join(directory, "marks"))
        port = free_port()
        self.agents = []
        self._words = open(os.path.join(directory, "words"), "wb")
        script = [os.path.join(setting.here, "ddp.py"), directory, str(timeout), str(PAUSE)]
        for agent in range(AGENTS):
            host = ",is_host=" + ("false" if agent else "true")
            own = [word + host if word.startswith("last_call") else word for word in options]
            if not options:
                own = ["--rdzv-conf", host[1:]]
            command = [setting.torch, "-m", "torch.distributed.run", "--nnodes", "1:2" if alone else "2:2",
                       "--nproc-per-node", str(RANKS), "--rdzv-backend", "c10d", "--rdzv-id", "bench",
                       "--rdzv-endpoint", f"127.0.0.1:{port}", "--max-restarts", "100", *own, *script]
            self.agents.append(subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
                                                stdout=self._words, stderr=self._words, start_new_session=True))
            within(START, "the store listens", lambda: listens(port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end_all()
        for agent in self.agents:
            agent.wait()
        self._words.close()

    def parts(self, agent, parts):
        everything = family(self.agents[agent].pid)
        return {"agent": everything[:1], "rank": everything[-1:], "all": everything}[parts]

    def lost(self):
        """Whether nobody is left who could go on."""
        return not any(alive(agent.pid) for agent in self.agents)


class Ours(Job):
    """The same script under `muster run`."""

    def __init__(self, setting, directory, spares=0):
        command = [setting.torch, os.path.join(setting.here, "ddp.py"), directory, str(TIMEOUT), str(PAUSE)]
        manifest = foreign("ddp", AGENTS, command, ranksPerReplica=RANKS, spares=spares)
        super().__init__(setting.programs, directory, manifest, metrics=True)
        self.marks = Marks(os.path.join(directory, "marks"))

    def parts(self, agent, parts):
        """Those of the lead, 0, or of another agent that has ranks, 1."""
        lead = self.lead()
        slots = [slot for slot in self.slots().values() if slot.ranks and (slot.index == lead) == (agent == 0)]
        if not slots:
            raise Failed("the lead has no ranks")
        return {"agent": slots[-1].agents, "rank": slots[-1].ranks[-1:], "all": slots[-1].all()}[parts]

    def lost(self):
        return self.process.poll() is not None


def trains(gang, steps=20):
    """Waits until each rank has stepped so often from now on."""
    counts = {}

    def ready():
        if gang.lost():
            raise Failed("it ends before it trains")
        for mark in gang.marks.look():
            if mark.word == "step":
                counts[mark.rank] = counts.get(mark.rank, 0) + 1
        return sum(count >= steps for count in counts.values()) == AGENTS * RANKS
    within(START, "all ranks step", ready)


def points_of(marks, process):
    """When a process reached each point, the first step included."""
    points = {}
    for mark in marks:
        if mark.rest[0] == process:
            points.setdefault(mark.word, mark.when)
    return points


def sample_of(marks, process, struck):
    """A repair as the process saw it that made the first step."""
    points = points_of(marks, process)
    names = {"respawn": ("begun", struck), "import": ("imported", points["begun"]),
             "group": ("group", points["imported"]), "firstStep": ("step", points["group"])}
    sample = {name: (points[word] - since) / 1e6 for name, (word, since) in names.items()}
    return sample | {"total": (points["step"] - struck) / 1e6}


def first_step(gang, struck, limit):
    """Waits for a step of a process that began after the fault. Returns a sample."""
    begun = set()
    while now() - struck < limit * 1e9:
        for mark in gang.marks.look():
            if mark.word == "begun" and mark.when > struck:
                begun.add(mark.rest[0])
            elif mark.word == "step" and mark.rest[0] in begun:
                return sample_of(gang.marks.all, mark.rest[0], struck)
        if gang.lost():
            return {"total": None, "why": "the job was lost", "after": (now() - struck) / 1e6}
        time.sleep(0.005)
    recent = [mark for mark in gang.marks.all if mark.word == "step" and mark.when > now() - 5e9]
    return {"total": None, "why": f"not recovered in {limit} s" + (", old processes still step" if recent else "")}


def strike(gang, case, limit):
    """One fault, once the gang trains; what was stopped goes on after the repair. Returns a sample."""
    agent, parts, number, _ = CASES[case]
    trains(gang)
    time.sleep(random.uniform(0.5, 1.0))
    victims = gang.parts(agent, parts)
    struck = now()
    send(victims, number)
    sample = first_step(gang, struck, limit)
    send(victims, signal.SIGCONT)
    return sample


def samples(case, runs, limit, gang):
    """So many faults in one gang that gang() makes, or until one is not repaired."""
    found = []
    try:
        with gang() as made:
            while len(found) < runs and all(sample["total"] is not None for sample in found):
                found.append(strike(made, case, limit))
    except Failed as failure:
        found.append({"total": None, "why": str(failure)})
    return found


def torchrun(setting, case, name):
    """torchrun with one of its settings; a gang of its own for each fault, for it may be lost."""
    found = []
    for _ in range(setting.torch_runs):
        found += samples(case, 1, setting.torch_limit,
                         lambda: Torchrun(setting, f"{setting.work}/torchrun", name, CASES[case][3]))
    return found


def ours(setting, case, spares):
    """Muster."""
    return samples(case, setting.runs, setting.torch_limit, lambda: Ours(setting, f"{setting.work}/ddp", spares))
