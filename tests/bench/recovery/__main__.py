"""What a repair takes, beside torchrun on the same machine in the same run: `make bench-recovery`.

Prints a table and writes build/bench/recovery.json, after each row. docs/benchmarks.md says how it is done.
"""
import argparse
import os
import signal
import subprocess

import footprint
import goodput
import join
import native
import peer
import spread
from job import Failed
from native import Linked, Native
from processes import adopt, end_all
from report import Report, line, versions
from setting import Setting

JOINS = {4: 50, 64: 300, 256: 1000}  # agents: aim in milliseconds
SPREAD = 128  # agents
SLOW = 768  # samples of a global batch whose step takes about 100 ms

# Of the native trainer: row, what is struck, signal, spares, batch, of the lead, with the directory, aim.
REPAIRS = [
    ("rank SIGKILL", "rank", signal.SIGKILL, 0, 128, False, True, 400),
    ("pod SIGKILL", "slot", signal.SIGKILL, 0, 128, False, True, 500),
    ("pod SIGKILL, a spare", "slot", signal.SIGKILL, 1, 128, False, True, 500),
    ("node silent, a spare", "slot", signal.SIGSTOP, 1, 128, False, True, 2500),
    ("rank SIGSTOP", "rank", signal.SIGSTOP, 0, SLOW, False, True, 3500),
    ("lead SIGKILL", "slot", signal.SIGKILL, 0, 128, True, True, 800),
    ("agent SIGKILL", "agent", signal.SIGKILL, 0, 128, False, True, 800),
    ("rank SIGKILL, no directory", "rank", signal.SIGKILL, 0, 128, False, False, 400),
    ("pod SIGKILL, a spare, no directory", "slot", signal.SIGKILL, 1, 128, False, False, 500),
    ("agent SIGKILL, a spare, no directory", "agent", signal.SIGKILL, 1, 128, False, False, 800),
]
# Of PyTorch with the link: row, what is struck, signal, spares, seconds that a step takes longer.
LINKED = [
    ("rank SIGKILL", "rank", signal.SIGKILL, 0, 0.02),
    ("pod SIGKILL", "slot", signal.SIGKILL, 0, 0.02),
    ("pod SIGKILL, a spare", "slot", signal.SIGKILL, 1, 0.02),
    ("rank SIGSTOP", "rank", signal.SIGSTOP, 0, 0.1),
]
TO_STEP = "{}: survivors step"
METHOD = {
    "clock": "CLOCK_BOOTTIME, read by the ranks, the trainer's page and the program that kills, on one machine",
    "aims": "milliseconds unless the unit says otherwise; null = none",
    "node silent": "a stopped process group stands for a silent node: its kernel still answers for it",
    "no directory": "`muster run` is directory and supervisor in one; both are stopped. make bench-cluster-spine "
                    "has a controller",
    "detect": "what the incident of the lead leaves of the total: from the signal until an agent has seen the fault",
    "ranks": "native: 4 agents with a rank each; the same script on both sides: 2 agents with 2 ranks each",
}


class Bench:
    """The rows by part; each is a method."""

    def __init__(self, setting, report):
        self.setting, self.report = setting, report
        self.has_torch = os.path.exists(setting.torch)

    def attempt(self, metric, side, measure):
        """Calls measure(); a Failed becomes a row that says why."""
        try:
            measure()
        except Failed as failure:
            end_all()
            self.report.cannot(metric, side, str(failure))

    def torch_missing(self, metric):
        if not self.has_torch:
            self.report.cannot(metric, "torchrun", "PyTorch is not there: tests/bench/recovery/torch.sh")
        return not self.has_torch

    def join(self):
        """N agents join."""
        row = "{} agents up to all ranks started"
        cold = "{} agents from nothing to all ranks started"
        for agents, aim in JOINS.items():
            self.report.row(row.format(agents), "muster, mutual TLS", "ms",
                            join.samples(join.ready, self.setting, agents, self.setting.runs), aim)
            self.report.row(cold.format(agents), "muster, mutual TLS", "ms",
                            join.samples(join.cold, self.setting, agents, self.setting.runs))
        if self.torch_missing(row.format("N")):
            return
        for agents in (4, 64):
            self.report.row(row.format(agents), "torchrun, rendezvous only", "ms",
                            join.samples(join.torchrun_ready, self.setting, agents, self.setting.torch_runs))
        self.report.row(cold.format(4), "torchrun", "ms",
                        join.samples(join.torchrun_cold, self.setting, 4, self.setting.torch_runs))
        self.report.cannot(cold.format(64), "torchrun", "its agents take 0.3 GiB each")

    def repairs(self):
        """Faults of the native trainer."""
        for name, parts, number, spares, batch, lead, directory, aim in REPAIRS:
            def measure():
                job = Native(self.setting, name.replace(" ", "-"), spares, batch)
                samples, pace = native.measure(job, parts, number, runs=self.setting.runs, lead=lead,
                                               directory=directory)
                self.repair_rows(name, "muster, native", samples, pace, aim)
            self.attempt(TO_STEP.format(name), "muster, native", measure)

    def repair_rows(self, name, side, samples, pace, aim):
        redone = [sample["stepsRedone"] for sample in samples if "stepsRedone" in sample]
        note = f"a step takes {pace:.0f} ms; steps done again: {max(redone, default=0)} at most"
        self.report.row(TO_STEP.format(name), side, "ms", samples, aim, note)
        promoted = [sample["promoted"] for sample in samples if "promoted" in sample]
        if promoted:
            self.report.row(f"{name}: the spare steps", side, "ms", promoted,
                            600 if name == "pod SIGKILL, a spare" else None)

    def linked(self):
        """The same of PyTorch with the link."""
        if self.torch_missing("PyTorch with the link"):
            return
        for name, parts, number, spares, pause in LINKED:
            def measure():
                job = Linked(self.setting, "linked-" + name.replace(" ", "-"), spares, pause)
                samples, pace = native.measure(job, parts, number, runs=self.setting.runs)
                self.repair_rows(name, "muster, DDP with link", samples, pace, None)
            self.attempt(TO_STEP.format(name), "muster, DDP with link", measure)

    def peers(self):
        """The same script under both."""
        for case in peer.CASES:
            if self.torch_missing(TO_STEP.format(case)):
                continue
            spares = int(case == "node silent")
            side = "muster, DDP" + (", a spare" if spares else "")
            self.report.row(TO_STEP.format(case), side, "ms", peer.ours(self.setting, case, spares))
            for name in peer.SETTINGS:
                self.report.row(TO_STEP.format(case), f"torchrun {name}, DDP", "ms",
                                peer.torchrun(self.setting, case, name))

    def spread(self):
        """A fault at one agent."""
        metric = f"fault at one of {SPREAD} agents to each other's SIGTERM"

        def measure():
            runs = spread.measure(self.setting, SPREAD)
            self.report.row(metric, "muster, mutual TLS", "ms", [each for run in runs for each in run], 50,
                            f"{len(runs)} faults; p99 over all agents of all")
            self.report.row(f"fault at one of {SPREAD} agents to the last one's SIGTERM", "muster, mutual TLS", "ms",
                            [max(run) for run in runs])
        self.attempt(metric, "muster, mutual TLS", measure)
        self.report.cannot(metric, "torchrun", "its agents are told nothing; each sees its own workers fail")

    def footprint(self):
        """Memory and processor time."""
        leads = []
        for agents in JOINS:
            def measure(agents=agents):
                found = footprint.Footprint(self.setting, agents)
                self.report.row(f"RSS of a member with its keeper, {agents} agents", "muster", "MiB", found.members, 14,
                                f"of which its own, shared pages shared out: {max(found.shared_out):.1f} at most")
                self.report.row(f"RSS of the lead's agent, {agents} agents", "muster", "MiB", [found.lead])
                leads.append((agents, found.lead))
                if found.idle:
                    self.report.row("processor time of an idle member with its keeper", "muster", "% of a core",
                                    found.idle, 0.3)
                    self.report.row("processor time of the idle lead with its keeper", "muster", "% of a core",
                                    found.leading)
            self.attempt(f"RSS, {agents} agents", "muster", measure)
        if len(leads) == len(JOINS):
            offset, slope = line(leads)
            self.report.row("RSS of the lead's agent, for each member more", "muster", "kB", [slope * 1048.576], 170,
                            f"the line through all: {offset:.1f} MiB and that")

    def cost(self):
        """What agents take from training."""
        metric = "training slower with its agents than with all stopped"

        def measure():
            differences, shares = footprint.slow_down(self.setting)
            self.report.row(metric, "muster, native", "%", differences, 0.1)
            self.report.row("share of all that is not ranks in the processor time", "muster, native", "%", shares, 0.1)
        self.attempt(metric, "muster, native", measure)

    def goodput(self):
        """Faults for a while."""
        metric = f"goodput, a fault every {goodput.PERIOD} s for {self.setting.minutes:g} minutes"

        def measure():
            by_time, by_steps, faults = goodput.measure(self.setting)
            self.report.row(metric, "muster, native, a spare", "%", [by_time], 97,
                            f"by steps, of what the undisturbed pace would have made: {by_steps:.1f} %")
            self.report.row("the faults of that, each to the first step", "muster, native, a spare", "ms", faults)
        self.attempt(metric, "muster, native, a spare", measure)


PARTS = ["join", "repairs", "linked", "peers", "spread", "footprint", "cost", "goodput"]


def torch_version(setting):
    if not os.path.exists(setting.torch):
        return None
    program = "import sys, torch; print(torch.__version__, 'on', sys.version.split()[0])"
    words = [setting.torch, "-W", "ignore", "-c", program]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog="bench-recovery", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="of each row of Muster's (20)")
    parser.add_argument("--torch-runs", type=int, default=3, help="of each row of torchrun (3)")
    parser.add_argument("--torch-limit", type=int, default=100, help="seconds until it counts as not recovered (100)")
    parser.add_argument("--minutes", type=float, default=20, help="of faults, for goodput (20)")
    parser.add_argument("--output", default="build/bench/recovery.json")
    parser.add_argument("parts", nargs="*", metavar="PART", default=[], help="all but goodput when none is named")
    given = vars(parser.parse_args())
    parts, output = given.pop("parts") or PARTS[:-1], given.pop("output")
    setting = Setting(os.getcwd(), **given)
    adopt()
    setting.data_make()
    bench = Bench(setting, Report(output, versions(torch_version(setting)), METHOD))
    try:
        for part in parts:
            getattr(bench, part)()
    finally:
        end_all()


main()
