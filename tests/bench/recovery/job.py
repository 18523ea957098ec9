"""A job under `muster run`: what it consists of, and when it steps."""
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request

from page import pages_of
from processes import children, end_all, environment, now, words

START = 300  # seconds; a busy machine takes long to import torch
METRICS = 20000 + os.getpid() % 1000 * 8  # port of slot 0
BUDGETS = {"rank": {"count": 1000}, "pod": {"count": 1000}}


class Failed(Exception):
    """A measurement that cannot be made; the text says why."""


def within(seconds, what, found):
    """Waits until found() is true, and returns that. Raises Failed after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.002)
    return result


def foreign(name, replicas, command, **spec):
    """The manifest of a job with a command of its own."""
    container = {"name": "trainer", "image": "none", "command": [str(word) for word in command]}
    spec = {"replicas": replicas, "recovery": {"budgets": BUDGETS},
            "template": {"spec": {"containers": [container]}}, **spec}
    return {"apiVersion": "muster.dev/v1alpha1", "kind": "TrainingJob", "metadata": {"name": name}, "spec": spec}


class Slot:
    """The processes of a slot, as they were when it was looked at."""

    def __init__(self, keeper):
        self.keeper = keeper
        self.index = next((int(word[7:]) for word in words(keeper) if word.startswith("--slot=")), -1)
        self.agents, self.ranks = [], []
        for child in children(keeper):
            if environment(child, "MUSTER_KEEPER"):
                self.agents.append(child)
            elif environment(child, "MUSTER_LOCAL_RANK"):
                self.ranks.append(child)

    def all(self):
        return [self.keeper, *self.agents, *self.ranks]


class Job:
    """Runs a manifest, a path or an object, in an empty directory; ends everything with the block."""

    def __init__(self, programs, directory, manifest, sets=(), data=None, metrics=False, variables=None):
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        if data:
            os.symlink(data, os.path.join(directory, "data"))
        if not isinstance(manifest, str):
            path = os.path.join(directory, "job.yaml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(manifest, file)  # JSON is YAML
            manifest = path
        command = [os.path.join(programs, "muster"), "run", manifest, "--quiet", "--result", "result.json"]
        if metrics:
            command += ["--metrics-port", str(METRICS)]
        for value in sets:
            command += ["--set", value]
        self._words = open(os.path.join(directory, "words"), "wb")
        self.begun = now()
        self.process = subprocess.Popen(command, cwd=directory, stdout=self._words, stderr=self._words,
                                        env=os.environ | (variables or {}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        end_all()
        self._words.close()

    def slots(self):
        """The slots that are there, by their number."""
        found = [Slot(child) for child in children(self.process.pid)]
        return {slot.index: slot for slot in found if slot.index >= 0}

    def pages(self):
        """The pages of each slot."""
        return {slot.index: pages_of(slot.keeper) for slot in self.slots().values()}

    def lead(self):
        """The slot that leads; the job is one with metrics."""
        for slot in self.slots():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{METRICS + slot}/metrics", timeout=2) as answer:
                    if b"\nmuster_agent_lead 1" in answer.read():
                        return slot
            except OSError:
                pass
        raise Failed("no agent says that it leads")

    def check(self):
        if self.process.poll() is not None:
            raise Failed(f"the job has ended: {self.said()}")

    def said(self):
        with open(os.path.join(self.directory, "words"), encoding="utf-8", errors="replace") as file:
            return file.read()[-400:].strip()

    def stop(self):
        """Asks it to save and stop. Returns the repairs that it tells of, by their generation."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired as late:
            raise Failed("the job does not stop") from late
        with open(os.path.join(self.directory, "result.json"), encoding="utf-8") as file:
            return {repair["generation"]: repair for repair in json.load(file)["repairs"]}


def trains(job, replicas, steps=20):
    """Waits until `replicas` ranks have committed so many steps."""
    def ready():
        job.check()
        pages = [page for list_ in job.pages().values() for page in list_]
        return sum(page.committed >= steps for page in pages) >= replicas
    within(START, "the job trains", ready)
