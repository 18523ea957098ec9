"""What agents cost: memory, processor time while nothing happens, and the speed of training."""
import os
import signal
import time

from join import Idle
from job import trains
from native import REPLICAS, Native
from processes import busy, memory, now, send

REST = 10  # seconds, for what joining has left to be given back
WINDOW = 5  # seconds
PAIR = 1.5  # seconds


def descriptors(process):
    return len(os.listdir(f"/proc/{process}/fd"))


class Footprint:
    """The memory of a job of idle ranks, and the processor time of its agents and keepers."""

    def __init__(self, setting, agents):
        with Idle(setting, agents) as job:
            job.started(agents)
            time.sleep(REST)
            slots = sorted(job.slots().values(), key=lambda slot: -descriptors(slot.agents[0]))
            lead, members = slots[0], slots[1:]  # the lead has a session to each of the others
            self.members = [memory(slot.keeper) + memory(slot.agents[0]) for slot in members]
            self.shared_out = [memory(slot.keeper, "Pss") + memory(slot.agents[0], "Pss") for slot in members]
            self.lead = memory(lead.agents[0])
            self.idle, self.leading = [], []
            if agents == REPLICAS:
                for _ in range(setting.runs):
                    self._window(lead, members)

    def _window(self, lead, members):
        """Percent of a core: of the mean member, and of the lead."""
        groups = [[lead.keeper, *lead.agents], [word for slot in members for word in (slot.keeper, *slot.agents)]]
        begun, before = now(), [busy(group) for group in groups]
        time.sleep(WINDOW)
        after, seconds = [busy(group) for group in groups], (now() - begun) / 1e9
        self.leading.append(100 * (after[0] - before[0]) / seconds)
        self.idle.append(100 * (after[1] - before[1]) / seconds / len(members))


def speed(page):
    """Steps a second in the next window."""
    begun, steps = now(), page.committed
    time.sleep(PAIR)
    return (page.committed - steps) / ((now() - begun) / 1e9)


def slow_down(setting):
    """How much slower it trains with its agents than with all of them stopped, in percent: windows of one
    run that take turns. And the share of the processor time that agents, keepers and `muster run` take."""
    differences, shares = [], []
    with Native(setting, "cost") as job:
        trains(job, REPLICAS, steps=50)
        slots = job.slots().values()
        agents = [job.process.pid, *(process for slot in slots for process in (slot.keeper, *slot.agents))]
        ranks = [rank for slot in slots for rank in slot.ranks]
        page = next(iter(job.members()[0].values()))
        for _ in range(setting.runs):
            spent = busy(agents), busy(ranks)
            with_agents = speed(page)
            ours, theirs = busy(agents) - spent[0], busy(ranks) - spent[1]
            shares.append(100 * ours / (ours + theirs))
            send(agents, signal.SIGSTOP)
            without = speed(page)
            send(agents, signal.SIGCONT)
            differences.append(100 * (1 - with_agents / without))
    return differences, shares
