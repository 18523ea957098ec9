"""sum - the trainer of sum.c in Python: a process group of its own, repaired while it runs by Muster.

sum.py STEPS MILLISECONDS_A_STEP, with the module muster on PYTHONPATH. It ends with the same state.
"""
import os
import select
import socket
import struct
import sys
import time

import muster

PARTS = 64
WRAP = (1 << 64) - 1
GREETING = struct.Struct("<qQI")  # committed steps, state, rank
NUMBER = struct.Struct("<Q")


class Lost(Exception):
    """A peer is gone."""


class Group:
    """A star around rank 0, which adds up."""

    def __init__(self, link, place):
        self.link, self.place, self.peers = link, place, {}
        self.listener = socket.create_server((os.environ.get("MUSTER_HOST", "127.0.0.1"), 0))

    def where(self):
        return "{}:{}".format(*self.listener.getsockname()).encode()

    def close(self):
        for peer in [self.listener, *self.peers.values()]:
            peer.close()

    def wait(self, peer):
        while not select.select([peer, self.link], [], [], 0.1)[0]:
            self.link.check()
        self.link.check()

    def take(self, peer, layout):
        words = b""
        while len(words) < layout.size:
            self.wait(peer)
            try:
                part = peer.recv(layout.size - len(words))
            except OSError:
                part = b""
            if not part:
                raise Lost("a peer is gone")
            words += part
        return layout.unpack(words)

    def give(self, peer, words):
        try:
            peer.sendall(words)
        except OSError as error:
            raise Lost("a peer does not take what it is sent") from error

    def meet(self, restore, committed, state):
        """Connects the ranks. Returns the state that all are to have."""
        greeting = GREETING.pack(committed, state, self.place.rank)
        if self.place.rank:
            host, port = self.link.blobs[0].decode().rsplit(":", 1)
            try:
                self.peers[0] = socket.create_connection((host, int(port)))
            except OSError as error:
                raise Lost("rank 0 cannot be reached") from error
            self.give(self.peers[0], greeting)
            return self.take(self.peers[0], GREETING)[:2]
        found = (0, 0) if restore == muster.NO_STATE else (committed, state)
        for _ in range(1, self.place.size):
            self.wait(self.listener)
            peer = self.listener.accept()[0]
            peer_committed, peer_state, rank = self.take(peer, GREETING)
            self.peers[rank] = peer
            if restore != muster.NO_STATE and peer_committed == restore:
                found = (peer_committed, peer_state)
        for peer in self.peers.values():
            self.give(peer, GREETING.pack(*found, 0))
        return found

    def sum(self, number):
        self.link.collective()
        if self.place.rank:
            self.give(self.peers[0], NUMBER.pack(number))
            return self.take(self.peers[0], NUMBER)[0]
        for peer in self.peers.values():
            number += self.take(peer, NUMBER)[0]
        for peer in self.peers.values():
            self.give(peer, NUMBER.pack(number & WRAP))
        return number & WRAP


def main():
    steps, pause = int(sys.argv[1]), int(sys.argv[2]) / 1000
    committed, state = muster.NO_STATE, 0
    link = muster.connect()
    print(f"process {os.getpid()} is there", flush=True)
    while place := link.wait():
        group = Group(link, place)
        try:
            link.ready(group.where())
            restore = link.go()
            committed, state = group.meet(restore, committed, state)
            link.restored(committed)
            stop = 0
            while committed < steps and not stop:
                step = committed + 1
                link.begin(step)
                time.sleep(pause)
                stop = int(link.draining)
                share = sum(((step * PARTS + part) * 0x9E3779B97F4A7C15 & WRAP) >> 7
                            for part in range(place.rank, PARTS, place.size))
                share, stop = group.sum(share & WRAP), group.sum(stop)
                state, committed = (state * 31 + share) & WRAP, step
                link.commit(committed)
            link.done({"steps": committed, "state": f"{state:016x}"}, stopped=bool(stop))
        except Lost as error:
            link.broken(error)
        except muster.Revoked:
            pass
        group.close()


main()
