"""Processes as /proc shows them: families, memory, processor time."""
import ctypes
import os
import signal
import time

TICKS = os.sysconf("SC_CLK_TCK")
SUBREAPER = 36  # prctl(2)


def now():
    """Nanoseconds of the clock that Muster, its trainers and the scripts here use."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def read(process, name):
    """A file of a process, or b"" when it is gone."""
    try:
        with open(f"/proc/{process}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def words(process):
    """The command line."""
    return [word.decode(errors="replace") for word in read(process, "cmdline").split(b"\0")[:-1]]


def environment(process, name):
    """A variable that the process was started with, or None."""
    for word in read(process, "environ").split(b"\0"):
        if word.startswith(name.encode() + b"="):
            return word.split(b"=", 1)[1].decode()
    return None


def alive(process):
    """Whether it lives and is no zombie."""
    state = read(process, "stat").rpartition(b")")[2].split()
    return bool(state) and state[0] not in (b"Z", b"X")


def children(process):
    return [int(word) for word in read(process, f"task/{process}/children").split()]


def family(process):
    """A process and all that it has started, parents first."""
    found = [process]
    for member in found:
        found += children(member)
    return found


def send(processes, number):
    """Sends a signal to those that are there."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def memory(process, what="VmRSS"):
    """Resident MiB; with Pss, shared pages are shared out."""
    name = "smaps_rollup" if what == "Pss" else "status"
    for line in read(process, name).decode().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def busy(processes):
    """Seconds of processor time of all threads, to the nanosecond."""
    spent = 0
    for process in processes:
        try:
            tasks = os.listdir(f"/proc/{process}/task")
        except OSError:
            continue
        for task in tasks:
            times = read(process, f"task/{task}/schedstat").split()
            spent += int(times[0]) if times else 0
    return spent / 1e9


def adopt():
    """Makes this process the parent of whatever its children leave behind, so that it can be ended."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def end_all():
    """Ends everything that this process has started, and what that has left behind."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        others = [process for process in family(os.getpid())[1:] if alive(process)]
        if not others:
            break
        send(others, signal.SIGKILL)
        time.sleep(0.02)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
