"""A trainer that knows nothing of Muster: PyTorch DDP as torchrun starts it. ddp.py DIRECTORY STEPS

Rank 0 keeps the state in DIRECTORY, which all ranks see, and all go on from it after a restart.
DIRECTORY/starts gets a line for each start: the step it goes on from, ranks, restarts so far.
"""
import os
import sys
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

EVERY = 10  # steps between states
SIZE = 32

directory, steps = sys.argv[1], int(sys.argv[2])
state_file = os.path.join(directory, "state.pt")
torch.set_num_threads(1)
torch.manual_seed(7)
target = torch.randn(SIZE, 1)

dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
assert rank == int(os.environ["RANK"]) and size == int(os.environ["WORLD_SIZE"])
assert int(os.environ["LOCAL_RANK"]) < int(os.environ["LOCAL_WORLD_SIZE"])

model = DistributedDataParallel(torch.nn.Linear(SIZE, 1, bias=False))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.5)
first = 0
if os.path.exists(state_file):
    state = torch.load(state_file)
    first = state["step"]
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
if rank == 0:
    with open(os.path.join(directory, "starts"), "a") as starts:
        print(first, size, os.environ["TORCHELASTIC_RESTART_COUNT"], file=starts)
dist.barrier()  # whoever starts late must not find the state of a later step

loss = None
for step in range(first, steps):
    torch.manual_seed(step * size + rank)  # each rank and step has samples of its own
    samples = torch.randn(64, SIZE)
    loss = torch.nn.functional.mse_loss(model(samples), samples @ target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.02)
    if rank == 0 and (step + 1) % EVERY == 0:
        torch.save({"step": step + 1, "model": model.state_dict(), "optimizer": optimizer.state_dict()},
                   state_file + ".new")
        os.replace(state_file + ".new", state_file)
        print(f"step {step + 1}/{steps} loss {loss.item():.3g}", flush=True)
assert loss is None or loss.item() < 1e-3
dist.barrier()
dist.destroy_process_group()
