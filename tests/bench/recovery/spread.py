"""How fast bad news travels: one rank is killed, and every other agent asks its own to end."""
import random
import signal
import time

from join import LIMIT, Idle
from job import within
from processes import now, send


def measure(setting, agents):
    """Returns, for each of setting.runs faults, the milliseconds from the SIGKILL to the SIGTERM that each of
    the other ranks got, by its own clock reading: its agent had heard of the fault before."""
    found = []
    chance = random.Random(setting.seed)
    with Idle(setting, agents) as job:
        job.started(agents)
        for run in range(setting.runs):
            time.sleep(1)
            slots = job.slots()
            victim = slots[chance.choice(sorted(slots))]
            job.look()
            job.ends.clear()
            struck = now()
            send(victim.ranks, signal.SIGKILL)

            def told():
                job.look()
                return len(job.ends) >= agents - 1 and job.ends
            found.append([(end - struck) / 1e6 for end in within(LIMIT, "all agents know", told)])
            job.started((run + 2) * agents)
    return found
