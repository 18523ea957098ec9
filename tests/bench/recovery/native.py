"""Trainers that show how far they are, under `muster run`: faults from outside, first steps by their pages."""
import os
import random
import signal
import time

from job import Failed, Job, foreign, trains, within
from processes import now, send

REPLICAS = 4
WAITING = 2  # the phase of a rank without a place
SPANS = {"revoke": "leave", "form": "form", "restore": "restore", "firstStep": "firstStep"}


class Stepping(Job):
    """A job of one rank a slot whose ranks have pages."""

    @staticmethod
    def waits(page):
        """Whether a rank without a place has all that it needs."""
        return page.phase == WAITING

    def __init__(self, setting, name, manifest, sets, spares=0, **more):
        super().__init__(setting.programs, f"{setting.work}/{name}", manifest, sets, metrics=True, **more)
        self.spares = spares
        self.random = random.Random(name)
        self.turn = 0

    def members(self):
        """The pages of the slots of the newest generation, and those of the others."""
        pages = {slot: list_[0] for slot, list_ in self.pages().items() if list_}
        newest = max((page.generation for page in pages.values()), default=0)
        return ({slot: page for slot, page in pages.items() if page.generation == newest and page.stepped},
                {slot: page for slot, page in pages.items() if page.generation != newest})

    def whole(self):
        """Whether all train that should, and all spares wait."""
        self.check()
        members, others = self.members()
        return len(members) == REPLICAS and sum(self.waits(page) for page in others.values()) == self.spares

    def settle(self):
        """Waits until it is whole, and then for a moment that differs each time."""
        within(60, "the job is whole", self.whole)
        time.sleep(self.random.uniform(0.6, 1.2))

    def next_member(self):
        """The members take turns."""
        members = sorted(self.members()[0])
        self.turn += 1
        return members[self.turn % len(members)]

    def step_milliseconds(self):
        page = next(iter(self.members()[0].values()))
        begun, steps = now(), page.committed
        time.sleep(2)
        return (now() - begun) / 1e6 / max(1, page.committed - steps)


class Native(Stepping):
    """The reference job, examples/digits.yaml, for as long as it is wanted."""

    def __init__(self, setting, name, spares=0, batch=128):
        sets = ["spec.training.epochs=null", "spec.training.steps=100000000", "spec.training.validation.every=never",
                "spec.checkpoint.directory=checkpoints", "spec.recovery.budgets.rank.count=1000",
                "spec.recovery.budgets.pod.count=1000", f"spec.spares={spares}",
                f"spec.training.batch.global={batch}"]
        super().__init__(setting, name, setting.manifest, sets, spares, data=setting.data)


class Linked(Stepping):
    """examples/torch/ddp.py: PyTorch DDP whose processes live through the faults of others."""

    @staticmethod
    def waits(page):
        return page.version > 0  # it has imported torch, and said hello

    def __init__(self, setting, name, spares=0, pause=0.02):
        command = [setting.torch, os.path.join(setting.top, "examples/torch/ddp.py"), "100000000"]
        manifest = foreign("linked", REPLICAS, command, interface="Link", spares=spares)
        variables = {"PYTHONPATH": os.path.join(setting.top, "python"), "PAUSE": str(pause)}
        super().__init__(setting, name, manifest, [], spares, variables=variables)


def first_step(job, struck, generation, pages, limit):
    """Waits for the first step of a newer generation on all of `pages` that are in it, at least one.
    Returns the time of the last of these and the generation."""
    def stepped():
        job.check()
        newest = max(page.generation for page in pages)
        inside = [page for page in pages if page.generation == newest > generation]
        times = [page.stepped for page in inside]
        return inside and min(times) > struck and (max(times), newest)
    return within(limit, "a step of the survivors", stepped)


def strike(job, victim, parts, number=signal.SIGKILL, limit=60):
    """Signals those processes of a member, and waits for the first step after it. Returns a sample, with
    the promoted spare's own first step when there was one."""
    slot = job.slots()[victim]
    members, others = job.members()
    generation = max(page.generation for page in members.values())
    survivors = [page for index, page in members.items() if index != victim or parts == "agent"]
    victims = {"rank": slot.ranks, "agent": slot.agents, "slot": slot.all()}[parts]
    struck = now()
    send(victims, number)
    try:
        stepped, newest = first_step(job, struck, generation, survivors, limit)
    except Failed as failure:
        return {"total": None, "why": str(failure)}
    sample = {"total": (stepped - struck) / 1e6, "generation": newest, "slot": victim}
    promoted = [page.stepped for page in others.values() if page.generation == newest]
    if promoted:
        within(5, "a step of the spare", lambda: all(page.stepped for page in others.values()
                                                     if page.generation == newest))
        sample["promoted"] = (max(page.stepped for page in others.values() if page.generation == newest)
                              - struck) / 1e6
    return sample


def phases_add(samples, repairs):
    """What the lead tells of each repair. What is left of the total is the time until the fault was seen."""
    for sample in samples:
        repair = repairs.get(sample.get("generation"))
        if not repair:
            continue
        spans = repair["milliseconds"]
        sample["cause"], sample["stepsRedone"] = repair["cause"], repair["stepsRedone"]
        for name, ours in SPANS.items():
            sample[ours] = spans[name]
        if spans["total"] is not None:
            sample["detect"] = max(0.0, sample["total"] - spans["total"])


def hit(job, parts, number, lead, directory):
    """One fault, and what is needed for the next one. Returns its sample."""
    victim = job.lead() if lead else job.next_member()
    slot = job.slots()[victim]
    if not directory:
        job.process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
    sample = strike(job, victim, parts, number)
    job.process.send_signal(signal.SIGCONT)
    if number == signal.SIGSTOP:
        send(slot.all(), signal.SIGCONT)
    job.settle()
    return sample


def measure(job, parts, number=signal.SIGKILL, *, runs, lead=False, directory=True):
    """Strikes so many times. Returns the samples, each with its phases, and the milliseconds of a step."""
    samples = []
    with job:
        trains(job, REPLICAS)
        job.settle()
        pace = job.step_milliseconds()
        try:
            while len(samples) < runs:
                samples.append(hit(job, parts, number, lead, directory))
            phases_add(samples, job.stop())
        except Failed as failure:  # what was measured until then counts
            samples.append({"total": None, "why": str(failure)})
    return samples, pace
