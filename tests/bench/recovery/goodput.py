"""How much of the time is training, with a fault of another kind every PERIOD seconds."""
import signal
import time

from job import Failed, trains
from native import REPLICAS, Native, hit, phases_add
from processes import now

PERIOD = 30  # seconds
QUIET = 10  # seconds after a fault from which on the pace counts as undisturbed
KINDS = [("rank", signal.SIGKILL, False), ("slot", signal.SIGKILL, False), ("agent", signal.SIGKILL, False),
         ("rank", signal.SIGSTOP, False), ("slot", signal.SIGKILL, True), ("slot", signal.SIGSTOP, False)]


def committed(job):
    return max(page.committed for page in job.members()[0].values())


def fault(job, kind):
    """One fault; what was stopped goes on after the repair, as a node that comes back."""
    parts, number, lead = kind
    return hit(job, parts, number, lead, True) | {"kind": f"{'lead ' if lead else ''}{parts} {number.name}"}


class Quiet:
    """The undisturbed pace: between QUIET seconds after a fault and the next one."""

    def __init__(self):
        self.steps, self.seconds = 0, 0.0

    def wait(self, job, start):
        time.sleep(max(0.0, QUIET - (now() - start) / 1e9))
        since, steps = now(), committed(job)
        time.sleep(max(0.0, PERIOD - (now() - start) / 1e9))
        self.steps += committed(job) - steps
        self.seconds += (now() - since) / 1e9


def measure(setting):
    """Returns two percentages and the faults: of the time, what was neither between a fault and the first step
    after it nor taken by steps done again; and the steps, of those that the undisturbed pace would have made."""
    faults, quiet = [], Quiet()
    with Native(setting, "goodput", spares=1) as job:
        trains(job, REPLICAS)
        job.settle()
        begun, first = now(), committed(job)
        while (now() - begun) / 60e9 < setting.minutes:
            start = now()
            faults.append(fault(job, KINDS[len(faults) % len(KINDS)]))
            quiet.wait(job, start)
        seconds, steps = (now() - begun) / 1e9, committed(job) - first
        phases_add(faults, job.stop())
    pace = quiet.steps / quiet.seconds
    unrepaired = [sample["why"] for sample in faults if sample["total"] is None]
    if unrepaired:
        raise Failed(f"{len(unrepaired)} faults were not repaired: {unrepaired[0]}")
    lost = sum(sample["total"] / 1e3 + sample.get("stepsRedone", 1) / pace for sample in faults)
    return 100 * (1 - lost / seconds), 100 * steps / (seconds * pace), faults
