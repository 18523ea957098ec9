"""A trainer's end of the link to the Muster agent that started it, in Python alone.

With it a trainer keeps its process and its weights when a peer dies: it leaves the broken process
group, is told its place in the next generation and goes on. The contract is that of libmuster(3) and
lib/wire/link.h. Python 3.9 or newer, Linux; nothing else is needed. A trainer is a loop:

    link = muster.connect()              # None: no agent has started this process
    while place := link.wait():          # None: the job is over
        try:
            link.ready(b"host:port")     # how the peers find this rank
            restore = link.go()          # committed steps that all are to stand at, or NO_STATE
            ...                          # meet the peers; get the state of that step
            link.restored(step)
            while step < last:
                link.begin(step + 1)
                ...                      # train; an error of a collective: link.broken(reason)
                step += 1
                link.commit(step, loss)
            link.done({"loss": loss})
        except muster.Revoked:
            pass                         # the generation is over
        ...                              # give up the process group

An object is used by one thread at a time; revoked, draining and what reports progress by any.
"""
import collections
import ctypes
import json
import math
import mmap
import os
import select
import socket
import struct
import threading
import time

VERSION = 1
NO_STATE = -1
PAGE = 4096  # bytes
BLOB = 128  # most bytes that a rank tells its peers before they meet
RESULT = 4000  # most bytes of a result
REASON = 480  # most bytes of a reason, with a zero byte
RANKS = 1024  # most ranks of a generation

# What a trainer does now.
START, LOAD, WAIT, RESTORE, TRAIN, VALIDATE, SAVE, DONE = range(8)

# Why a trainer ends, and the exit code that it is to end with.
FAILED = 1  # try again
BAD_USAGE = 2  # trying again does not help
BAD_INPUT = 3

_HELLO, _READY, _QUIET, _BROKEN, _DONE, _FAILED, _UNSAVED = range(1, 8)
_HAND_OVER = 2  # of draining
_ASSIGN, _GO, _REVOKE, _LEAVE = range(32, 36)

# type, code, generation, committed, begun, attempt, rank, size, local rank, local size, tail
_MESSAGE = struct.Struct("<IIQqqIIIIII")
_MOST = RANKS * (BLOB + 2) + 64


class _Page(ctypes.LittleEndianStructure):
    """What the trainer shows. A number is stored in one piece, as ctypes does with aligned ones."""

    _fields_ = [
        ("version", ctypes.c_uint32),
        ("phase", ctypes.c_uint32),
        ("generation", ctypes.c_uint64),
        ("begun", ctypes.c_int64),
        ("committed", ctypes.c_int64),
        ("total", ctypes.c_int64),
        ("epoch", ctypes.c_int64),
        ("samples", ctypes.c_uint64),
        ("loss", ctypes.c_double),
        ("accuracy", ctypes.c_double),
        ("sequence", ctypes.c_uint64),
        ("restored", ctypes.c_int64),
        ("stepped", ctypes.c_int64),
        ("saved", ctypes.c_int64),
        ("validated", ctypes.c_int64),
        ("computed", ctypes.c_uint64),
        ("work", ctypes.c_uint64),
    ]


class _Control(ctypes.LittleEndianStructure):
    """What the agent shows."""

    _fields_ = [("version", ctypes.c_uint32), ("draining", ctypes.c_uint32), ("revoked", ctypes.c_uint64)]


class Revoked(Exception):
    """The generation is over, or the job: give up the process group and call wait."""


class LinkError(Exception):
    """The agent is gone or its descriptors are unusable: the trainer cannot go on."""


Place = collections.namedtuple("Place", "generation attempt rank size local_rank local_size")


def _now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def _descriptor(name):
    text = os.environ.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise LinkError(f"{name} is not the number of a descriptor")
    return int(text)


def _map(name, layout, access):
    descriptor = _descriptor(name)
    try:
        pages = mmap.mmap(descriptor, PAGE, mmap.MAP_SHARED, access)
        os.close(descriptor)
    except (OSError, OverflowError, ValueError) as error:
        raise LinkError(f"cannot map {name}: {error}") from error
    if access & mmap.PROT_WRITE:
        return layout.from_buffer(pages)
    return pages


def connect():
    """The link to the agent that started this process, or None."""
    return Link() if "MUSTER_LINK" in os.environ else None


class Link:
    """A trainer's end of the link."""

    def __init__(self):
        self._page = _map("MUSTER_PAGE", _Page, mmap.PROT_READ | mmap.PROT_WRITE)
        self._control = _map("MUSTER_CONTROL", _Control, mmap.PROT_READ)
        try:
            self._socket = socket.socket(fileno=_descriptor("MUSTER_LINK"))
        except OSError as error:
            raise LinkError(f"MUSTER_LINK is no socket: {error}") from error
        self._socket.setblocking(True)
        self._greeted = False
        self._pending = False  # the place was assigned and not given out yet
        self._placed = False  # the place is not over
        self._left = False  # the job is over
        self._place = Place(0, 0, 0, 0, 0, 0)
        self._base = NO_STATE  # committed when the generation began
        self._unsaved = False
        self.blobs = []  # what the ranks of the generation have said with ready
        self._page.committed = NO_STATE
        self._page.loss = self._page.accuracy = math.nan
        self._page.version = VERSION

    def close(self):
        """Lets go of the socket; nothing is told."""
        self._placed = False
        self._socket.close()

    # Words.

    def _say(self, kind, tail=b"", code=0):
        head = _MESSAGE.pack(
            kind, code, self._place.generation, self._page.committed, self._page.begun, 0, 0, 0, 0, 0, len(tail))
        try:
            self._socket.send(head + tail, socket.MSG_NOSIGNAL)
        except OSError as error:
            raise LinkError(f"cannot speak to the agent: {error}") from error

    def _hear(self):
        """Waits for the next word. Returns its type, generation, committed step and tail; what every
        wait does with a word is done."""
        try:
            words = self._socket.recv(_MOST)
        except OSError as error:
            raise LinkError(f"cannot hear the agent: {error}") from error
        if not words:
            raise LinkError("the agent and its keeper are gone")
        if len(words) < _MESSAGE.size:
            raise LinkError(f"the agent sent a message of {len(words)} bytes")
        kind, _, generation, committed, _, attempt, *where, size = _MESSAGE.unpack_from(words)
        if size != len(words) - _MESSAGE.size:
            raise LinkError(f"the agent sent a message of {len(words)} bytes")
        if kind == _LEAVE:
            self._left = True
        elif kind == _REVOKE:
            self._placed = self._pending = False
            self._say(_QUIET)
        elif kind == _ASSIGN:
            self._assign(Place(generation, attempt, *where))
        return kind, generation, committed, words[_MESSAGE.size:]

    def _assign(self, place):
        if not 0 < place.size <= RANKS or place.rank >= place.size:
            raise LinkError(f"rank {place.rank} of {place.size} is no place")
        self._place = place
        self._placed = self._pending = True

    # Joining.

    def wait(self):
        """Waits for a place and returns it; None when the job is over: end with exit code 0.
        Whatever process group there was is given up before."""
        if not self._greeted:
            self._say(_HELLO)
        self._greeted = True
        while not self._pending and not self._left:
            self._hear()
        self._pending = False
        return None if self._left else self._place

    def ready(self, blob):
        """Says that this rank is ready for its place, and, in at most BLOB bytes, how it is found."""
        if len(blob) > BLOB:
            raise ValueError(f"a blob of {len(blob)} bytes; at most {BLOB} are allowed")
        self._say(_READY, bytes(blob))

    def go(self):
        """Waits until all are ready. Returns the number of committed steps that all are to stand at:
        one that holds less gets the state from one that does not; with NO_STATE nobody holds any.
        `blobs` then holds what each rank has said."""
        while self._placed and not self._pending and not self._left:
            kind, generation, committed, tail = self._hear()
            if kind == _GO and self._placed and generation == self._place.generation:
                self._begin(tail)
                return committed
        raise Revoked("the place is over before all were ready")

    def _begin(self, tail):
        blobs, at = [], 0
        for _ in range(self._place.size):
            size = int.from_bytes(tail[at:at + 2], "little")
            if at + 2 + size > len(tail) or size > BLOB:
                raise LinkError("the agent sent malformed blobs")
            blobs.append(tail[at + 2:at + 2 + size])
            at += 2 + size
        self.blobs = blobs
        self._base = self._page.committed
        self._page.sequence = self._page.restored = self._page.stepped = 0
        self._page.computed = self._page.work = 0
        self._page.generation = self._place.generation

    def fileno(self):
        """The descriptor that is readable when the agent has something to say; it is not to be read."""
        return self._socket.fileno()

    @property
    def revoked(self):
        """Whether to give up the process group: the generation is over, or the agent has something
        to say."""
        if not self._placed or _Control.from_buffer_copy(self._control).revoked >= self._place.generation:
            return True
        return bool(select.select([self._socket], [], [], 0)[0])

    def check(self):
        """Raises Revoked when the generation is over."""
        if self.revoked:
            raise Revoked("the generation is over")

    def watch(self, call, interval=0.05):
        """Calls `call` once, in a thread, as soon as this generation is over: for what can only be
        ended from outside, such as a collective. Returns a function that ends the watch."""
        over = threading.Event()
        generation = self._place.generation

        def look():
            while not over.is_set() and self._place.generation == generation:
                if self.revoked:
                    call()
                    return
                over.wait(interval)

        threading.Thread(target=look, daemon=True).start()
        return over.set

    def broken(self, reason):
        """A peer of this generation cannot be reached. Nothing is said when it is over anyway."""
        if not self.revoked:
            self._say(_BROKEN, str(reason).encode()[:REASON - 1])

    # Saying how it is.

    def _committed(self, step):
        self._page.committed = step
        if step > self._base and self._page.restored and not self._page.stepped:
            self._page.stepped = _now()

    def restored(self, committed):
        """The state of that many committed steps is in place: training goes on."""
        self._base = committed
        self._page.committed = committed
        self._page.restored = _now()

    def begin(self, step):
        """A step begins; steps count from 1."""
        self._page.phase = TRAIN
        self._page.begun = step

    def commit(self, step, loss=math.nan):
        """A step is committed: its reduction has ended on this rank."""
        self._page.loss = loss
        self._committed(step)

    def progress(self, total=None, epoch=None, samples=None, accuracy=None, validated=None):
        """Shows more: steps of the whole training, epoch, samples so far, accuracy from 0 to 1 and the
        committed steps that it was found at."""
        shown = {"total": total, "epoch": epoch, "samples": samples, "accuracy": accuracy, "validated": validated}
        for name, value in shown.items():
            if value is not None:
                setattr(self._page, name, value)

    def phase(self, phase):
        """What the trainer does now: START to DONE."""
        self._page.phase = phase

    def collective(self):
        """A collective begins: of ranks that wait for each other, the one that hangs has begun the
        fewest in its generation."""
        self._page.sequence += 1

    def computed(self, seconds, work=1):
        """This rank has computed for itself that long since the last call, without waiting for others,
        and so much: in any unit that is the same for all ranks, as samples. Called before commit; then
        a rank that is slower than the others is found."""
        self._page.computed += max(0, round(seconds * 1e9))
        self._page.work += work

    def saved(self, step):
        """A checkpoint of that many committed steps is durable."""
        self._page.saved = step
        if self._unsaved:
            self._say(_UNSAVED)
        self._unsaved = False

    def unsaved(self, reason):
        """A checkpoint cannot be written."""
        self._unsaved = True
        self._say(_UNSAVED, str(reason).encode()[:REASON - 1])

    @property
    def draining(self):
        """Whether to save and stop. Ranks agree on the step: by adding up this flag."""
        return bool(_Control.from_buffer_copy(self._control).draining)

    @property
    def handing_over(self):
        """Whether the stop that draining asks for is a hand-over: some ranks leave, and the others go
        on at once. Nobody needs to save; done raises Revoked."""
        return _Control.from_buffer_copy(self._control).draining == _HAND_OVER

    def done(self, result=None, stopped=False):
        """Training is over, or was stopped because of draining. `result` becomes a JSON object of at
        most RESULT bytes; that of rank 0 counts. Waits for the others; raises Revoked when one was
        lost before all were done."""
        words = json.dumps(result or {}).encode()
        if len(words) > RESULT:
            raise ValueError(f"a result of {len(words)} bytes; at most {RESULT} are allowed")
        if not self._page.stepped:
            self._page.stepped = _now()
        self._say(_DONE, words, int(stopped))
        while self._placed and not self._pending and not self._left:
            self._hear()
        if not self._left:
            raise Revoked("a peer was lost before all were done")

    def failed(self, reason, failure=FAILED):
        """This process cannot go on; it ends with exit code `failure`."""
        self._say(_FAILED, str(reason).encode()[:REASON - 1], failure)
