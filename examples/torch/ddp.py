"""PyTorch DDP that is repaired while it runs: ddp.py STEPS [CHECKPOINT]

A process that loses a peer keeps its weights, leaves its process group, and meets the others again in
a new one; whoever has no state gets it from one that has. Only the process that died starts anew. The
job says `interface: Link`; the module muster is on PYTHONPATH. Rank 0 saves the state in the file
CHECKPOINT now and then, for the case that nobody is left who has it.
"""
import datetime
import gc
import os
import sys
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import muster

EVERY = 50  # steps between checkpoints
SIZE = 32
SAMPLES = 64  # of a step, of all ranks
PAUSE = float(os.environ.get("PAUSE", "0"))  # seconds that a step takes longer
TIMEOUT = datetime.timedelta(seconds=60)


class Trainer:
    """What lives as long as the process."""

    def __init__(self, steps, checkpoint):
        torch.manual_seed(7)
        self.steps, self.checkpoint = steps, checkpoint
        self.target = torch.randn(SIZE, 1)
        self.model = torch.nn.Linear(SIZE, 1, bias=False)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05, momentum=0.5)
        self.committed = muster.NO_STATE
        self.loss = float("nan")

    def state(self):
        return {"committed": self.committed, "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}

    def take(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.committed = state["committed"]

    def begin(self):
        """Nobody holds a state: that of the newest checkpoint, or the initial one."""
        self.committed = 0
        if self.checkpoint and os.path.exists(self.checkpoint):
            self.take(torch.load(self.checkpoint))

    def save(self, link):
        try:
            torch.save(self.state(), self.checkpoint + ".new")
            os.replace(self.checkpoint + ".new", self.checkpoint)
            link.saved(self.committed)
        except OSError as error:
            link.unsaved(error)


def meet(link, place):
    """Forms the process group of a generation. Returns the step that all are to stand at."""
    host = os.environ["MUSTER_HOST"]
    store = None
    if place.rank == 0:  # a store of its own for each generation: nothing of an older one is in it
        store = dist.TCPStore(host, 0, is_master=True, wait_for_workers=False, timeout=TIMEOUT)
    link.ready(f"{host} {store.port}".encode() if store else b"")
    restore = link.go()
    if not store:
        host, port = link.blobs[0].decode().split()
        store = dist.TCPStore(host, int(port), is_master=False, wait_for_workers=False, timeout=TIMEOUT)
    dist.init_process_group("gloo", store=store, rank=place.rank, world_size=place.size, timeout=TIMEOUT)
    return restore


def restore_state(link, trainer, restore):
    """Gives everybody the state of `restore` committed steps."""
    link.phase(muster.RESTORE)
    if restore == muster.NO_STATE and dist.get_rank() == 0:
        trainer.begin()
    held = torch.zeros(dist.get_world_size(), dtype=torch.int64)
    held[dist.get_rank()] = trainer.committed
    dist.all_reduce(held)
    source = 0 if restore == muster.NO_STATE else held.tolist().index(restore)
    state = [trainer.state() if dist.get_rank() == source else None]
    dist.broadcast_object_list(state, source)
    if dist.get_rank() != source:
        trainer.take(state[0])
    link.restored(trainer.committed)


def step(link, trainer, parallel):
    """One step. Returns whether all have agreed to stop after it."""
    number = trainer.committed + 1
    link.begin(number)
    time.sleep(PAUSE)
    generator = torch.Generator().manual_seed(number)  # the samples do not depend on the number of ranks
    samples = torch.randn(SAMPLES, SIZE, generator=generator)
    share = samples[dist.get_rank()::dist.get_world_size()]
    loss = torch.nn.functional.mse_loss(parallel(share), share @ trainer.target)
    trainer.optimizer.zero_grad()
    link.collective()
    loss.backward()
    stop = torch.tensor([float(link.draining)])
    link.collective()
    dist.all_reduce(stop)
    link.check()
    trainer.optimizer.step()  # every reduction has ended: nothing can fail between this and the commit
    trainer.committed, trainer.loss = number, loss.item()
    link.commit(number, trainer.loss)
    return stop.item() > 0


def train(link, trainer):
    """Trains in one generation."""
    parallel = DistributedDataParallel(trainer.model)
    stopped = False
    link.progress(total=trainer.steps)
    while trainer.committed < trainer.steps and not stopped:
        stopped = step(link, trainer, parallel)
        due = stopped or trainer.committed % EVERY == 0
        if trainer.checkpoint and due and dist.get_rank() == 0:
            trainer.save(link)
    link.done({"steps": trainer.committed, "loss": trainer.loss}, stopped=stopped)


def leave():
    """Gives up the process group, and with it the hooks that DDP has left on the parameters."""
    gc.collect()
    if dist.is_initialized():
        dist.destroy_process_group()


def main():
    torch.set_num_threads(1)
    trainer = Trainer(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
    link = muster.connect()
    print(f"process {os.getpid()} is there", flush=True)
    while place := link.wait():
        print(f"generation {place.generation}: rank {place.rank} of {place.size}, "
              f"{trainer.committed} steps committed", flush=True)
        try:
            restore_state(link, trainer, meet(link, place))
            train(link, trainer)
        except muster.Revoked:
            pass
        except RuntimeError as error:  # of a collective: a peer is gone
            link.broken(error)
        leave()


main()
