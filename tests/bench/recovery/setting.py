"""What every measurement is given."""
import dataclasses
import os
import subprocess


@dataclasses.dataclass
class Setting:
    """Paths are absolute."""

    top: str
    runs: int = 20
    torch_runs: int = 3
    torch_limit: int = 100  # seconds
    minutes: float = 20
    seed: int = 1

    def __post_init__(self):
        self.programs = os.path.join(self.top, "build/release")
        self.work = os.path.join(self.top, "build/bench/recovery")
        self.manifest = os.path.join(self.top, "examples/digits.yaml")
        self.data = os.path.join(self.work, "data")
        self.here = os.path.join(self.top, "tests/bench/recovery")
        self.torch = os.path.join(self.top, ".deps/torchrun/bin/python3")

    def data_make(self):
        """The images that the native jobs train on."""
        if os.path.exists(os.path.join(self.data, "train-images-idx3-ubyte")):
            return
        os.makedirs(self.data, exist_ok=True)
        subprocess.run([os.path.join(self.programs, "muster-trainer"), "data", "digits", "--output",
                        os.path.join(self.data, "train"), "--count", "12800", "--seed", "1", "--force"],
                       check=True, stdout=subprocess.DEVNULL)
