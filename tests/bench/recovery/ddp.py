"""The trainer of both sides: PyTorch DDP over gloo. ddp.py DIRECTORY TIMEOUT PAUSE

It knows of neither Muster nor torchrun: it finds its place in the environment that both give. TIMEOUT is
that of the process group in seconds, 0 its default; PAUSE is what a step takes longer. It trains until it
is ended, and goes on from what rank 0 has saved. DIRECTORY/marks gets a line "nanoseconds word rank
process step" for each point that is measured.
"""
import os
import sys
import time

PIECES = 10  # steps between two states
SIZE = 32


def mark(word, step=0):
    when = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    os.write(out, f"{when} {word} {os.environ['RANK']} {os.getpid()} {step}\n".encode())


directory, timeout, pause = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
out = os.open(os.path.join(directory, "marks"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
mark("begun")

import datetime  # pylint: disable=wrong-import-position

import torch  # pylint: disable=wrong-import-position
import torch.distributed as dist  # pylint: disable=wrong-import-position
from torch.nn.parallel import DistributedDataParallel  # pylint: disable=wrong-import-position

mark("imported")
state_file = os.path.join(directory, "state.pt")
torch.set_num_threads(1)
torch.manual_seed(7)
target = torch.randn(SIZE, 1)

dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=timeout) if timeout else None)
rank, size = dist.get_rank(), dist.get_world_size()
mark("group")
model = DistributedDataParallel(torch.nn.Linear(SIZE, 1, bias=False))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.5)
step = 0
if os.path.exists(state_file):
    state = torch.load(state_file)
    step = state["step"]
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
dist.barrier()  # whoever starts late must not find the state of a later step
mark("restored", step)

while True:
    torch.manual_seed(step * size + rank)  # each rank and step has samples of its own
    samples = torch.randn(64, SIZE)
    loss = torch.nn.functional.mse_loss(model(samples), samples @ target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    step += 1
    mark("step", step)
    time.sleep(pause)
    if rank == 0 and step % PIECES == 0:
        state = {"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state, state_file + ".new")
        os.replace(state_file + ".new", state_file)
