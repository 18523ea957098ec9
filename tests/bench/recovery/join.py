"""Agents join: until all ranks of a job have been started, by what the ranks say themselves."""
import json
import os
import signal
import subprocess
import time

from job import Failed, Job, foreign, within
from marks import Marks
from peer import free_port
from processes import busy, children, end_all, family, now

SETTLED = 0.1  # seconds of processor time in a second, of all agents that wait
LIMIT = 60  # seconds


class Idle(Job):
    """Agents with ranks that train nothing."""

    def __init__(self, setting, agents):
        directory = f"{setting.work}/idle"
        command = [os.path.join(setting.programs, "bench-stamp"), os.path.join(directory, "marks")]
        super().__init__(setting.programs, directory, foreign("idle", agents, command))
        self.agents = agents
        self.marks = Marks(os.path.join(directory, "marks"))
        self.starts, self.ends = [], []

    def look(self):
        """Takes note of the starts and ends that were told since it was called last."""
        for mark in self.marks.look():
            (self.starts if mark.word == "start" else self.ends).append(mark.when)

    def started(self, count):
        """Waits until so many starts were told in all. Returns the time of the last one."""
        def all_started():
            self.check()
            self.look()
            return len(self.starts) >= count and max(self.starts)
        return within(LIMIT, f"{count} ranks are started", all_started)

    def hold(self):
        """Stops the directory as soon as all keepers are there, and waits until the agents wait for it."""
        within(LIMIT, "all keepers are there", lambda: len(children(self.process.pid)) >= self.agents)
        self.process.send_signal(signal.SIGSTOP)
        within(LIMIT, "all agents are there",
               lambda: all(children(keeper) for keeper in children(self.process.pid)))
        spent = 0
        for _ in range(LIMIT):
            before, spent = spent, busy(family(self.process.pid))
            if spent - before < SETTLED:
                return
            time.sleep(1)
        raise Failed("the agents do not come to rest")


def cold(setting, agents):
    """Milliseconds from the start of `muster run` until all ranks are started."""
    with Idle(setting, agents) as job:
        return (job.started(agents) - job.begun) / 1e6


def ready(setting, agents):
    """The same from the moment that the directory answers, with every agent up and waiting for it."""
    with Idle(setting, agents) as job:
        job.hold()
        job.look()
        if job.starts:
            raise Failed("the agents had joined before they could be held")
        begun = now()
        job.process.send_signal(signal.SIGCONT)
        return (job.started(agents) - begun) / 1e6


def samples(measure, setting, agents, runs):
    """So many of them; a failed one says why."""
    found = []
    for _ in range(runs):
        try:
            found.append({"total": measure(setting, agents)})
        except Failed as failure:
            found.append({"total": None, "why": str(failure)})
    return found


def torchrun_cold(setting, agents):
    """Milliseconds from the start of torchrun agents until all ranks are started."""
    path = f"{setting.work}/join-marks"
    if os.path.exists(path):
        os.remove(path)
    marks, port = Marks(path), free_port()
    begun = now()
    for agent in range(agents):
        subprocess.Popen([setting.torch, "-m", "torch.distributed.run", "--nnodes", f"{agents}:{agents}",
                          "--rdzv-backend", "c10d", "--rdzv-id", "bench", "--rdzv-endpoint", f"127.0.0.1:{port}",
                          "--rdzv-conf", f"is_host={'false' if agent else 'true'}", "--no-python",
                          os.path.join(setting.programs, "bench-stamp"), path],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def all_started():
            marks.look()
            return len(marks.all) >= agents
        within(setting.torch_limit, "all ranks are started", all_started)
    finally:
        end_all()
    return (max(mark.when for mark in marks.all) - begun) / 1e6


def torchrun_ready(setting, agents):
    """Milliseconds that the rendezvous of so many torchrun agents takes, with torch imported in all of
    them: copies of one process, which is kind to torchrun, and no ranks are started."""
    try:
        done = subprocess.run([setting.torch, os.path.join(setting.here, "rendezvous.py"), str(agents)], check=True,
                              timeout=setting.torch_limit, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"not in {setting.torch_limit} s") from late
    except subprocess.CalledProcessError as failure:
        raise Failed("the rendezvous failed") from failure
    finally:
        end_all()
    return json.loads(done.stdout)
