"""The rendezvous of torchrun by itself: rendezvous.py AGENTS

Imports torch once, makes AGENTS copies of the process, lets each make torchrun's c10d rendezvous of its
own and join at the same moment. Prints the milliseconds until the last one is in.
"""
import multiprocessing
import socket
import sys
import time

import torch  # noqa: F401 pylint: disable=unused-import
from torch.distributed.elastic.rendezvous import RendezvousParameters
from torch.distributed.elastic.rendezvous.registry import get_rendezvous_handler


def join(index, agents, port, gate, times):
    parameters = RendezvousParameters("c10d", f"127.0.0.1:{port}", "bench", agents, agents, is_host=index == 0)
    gate.wait()
    handler = get_rendezvous_handler(parameters)
    handler.next_rendezvous()
    times.put(time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    gate.wait()  # the first one holds the store


def main():
    agents = int(sys.argv[1])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    context = multiprocessing.get_context("fork")
    gate, times = context.Barrier(agents + 1), context.Queue()
    processes = [context.Process(target=join, args=(index, agents, port, gate, times), daemon=True)
                 for index in range(agents)]
    for process in processes:
        process.start()
    gate.wait()
    begun = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    last = max(times.get() for _ in processes)
    print((last - begun) / 1e6)
    gate.wait()


main()
