"""The module for trainers in Python: the test is their agent. Words are said before they are waited
for, so that no thread is needed."""
import math
import os
import socket
import struct
import threading
import unittest

import muster


class LinkTest(unittest.TestCase):
    def setUp(self):
        self.agent, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.page, self.control = (os.memfd_create(name) for name in ("page", "control"))
        for memory in (self.page, self.control):
            os.ftruncate(memory, muster.PAGE)
        os.environ.update(MUSTER_LINK=str(theirs.detach()), MUSTER_PAGE=str(os.dup(self.page)),
                          MUSTER_CONTROL=str(os.dup(self.control)))
        self.link = muster.connect()
        del os.environ["MUSTER_LINK"]

    def tearDown(self):
        self.link.close()
        self.agent.close()
        os.close(self.page)
        os.close(self.control)

    def shown(self, name):
        field = getattr(muster._Page, name)
        kind = dict(muster._Page._fields_)[name]
        return kind.from_buffer_copy(os.pread(self.page, field.size, field.offset)).value

    def revoke(self, generation):
        os.pwrite(self.control, struct.pack("<Q", generation), muster._Control.revoked.offset)

    def say(self, kind, generation=0, committed=0, rank=1, size=3, tail=b"", length=None):
        self.agent.send(muster._MESSAGE.pack(kind, 0, generation, committed, 0, 4, rank, size, 1, 2,
                                             len(tail) if length is None else length) + tail)

    def hear(self):
        words = self.agent.recv(8192, socket.MSG_DONTWAIT)
        kind, code, generation, committed, begun, *_, size = muster._MESSAGE.unpack_from(words)
        self.assertEqual(size, len(words) - muster._MESSAGE.size)
        return kind, code, generation, committed, words[muster._MESSAGE.size:]

    def form(self, generation):
        """Brings the trainer into a generation."""
        self.say(muster._ASSIGN, generation)
        self.assertEqual(self.link.wait(), (generation, 4, 1, 3, 1, 2))
        self.link.ready(b"here")
        self.say(muster._GO, generation, 5, tail=b"\0\0\1\0b\2\0cc")
        self.assertEqual(self.link.go(), 5)

    def test_a_trainer_is_placed_hears_its_peers_and_is_placed_again(self):
        self.assertEqual((self.shown("version"), self.shown("committed")), (1, muster.NO_STATE))
        self.assertTrue(math.isnan(self.shown("loss")))
        self.form(7)
        self.assertEqual(self.hear()[0], muster._HELLO)
        self.assertEqual(self.hear(), (muster._READY, 0, 7, muster.NO_STATE, b"here"))
        self.assertEqual(self.link.blobs, [b"", b"b", b"cc"])
        self.revoke(6)
        self.assertFalse(self.link.revoked)
        self.revoke(7)
        self.assertTrue(self.link.revoked)
        self.assertRaises(muster.Revoked, self.link.check)
        self.say(muster._REVOKE, 7)
        self.form(9)
        self.assertEqual(self.hear()[:4], (muster._QUIET, 0, 7, muster.NO_STATE))
        self.assertEqual(self.shown("generation"), 9)
        self.assertFalse(self.link.revoked)

    def test_progress_is_stored_and_the_first_step_noted(self):
        self.form(7)
        self.link.commit(6)
        self.assertEqual(self.shown("stepped"), 0)  # the state was not in place yet
        self.link.restored(5)
        self.link.begin(6)
        self.assertEqual((self.shown("begun"), self.shown("phase")), (6, muster.TRAIN))
        self.link.collective()
        self.link.collective()
        self.assertEqual((self.shown("sequence"), self.shown("stepped")), (2, 0))
        self.link.computed(0.002, 4)
        self.link.computed(0.001)
        self.assertEqual((self.shown("computed"), self.shown("work")), (3000000, 5))
        self.link.commit(6, 0.75)
        self.assertEqual((self.shown("committed"), self.shown("loss")), (6, 0.75))
        self.assertGreaterEqual(self.shown("stepped"), self.shown("restored"))
        self.link.progress(total=100, epoch=2, samples=640, accuracy=0.5, validated=6)
        self.assertEqual([self.shown(name) for name in ("total", "epoch", "samples", "accuracy", "validated")],
                         [100, 2, 640, 0.5, 6])
        self.say(muster._REVOKE, 7)
        self.form(8)
        self.assertEqual([self.shown(name) for name in ("sequence", "restored", "stepped", "computed", "work")], [0] * 5)
        self.assertEqual(self.shown("committed"), 6)

    def test_a_place_may_be_over_before_all_are_ready(self):
        self.say(muster._ASSIGN, 3)
        self.link.wait()
        self.say(muster._REVOKE, 3)
        self.assertRaises(muster.Revoked, self.link.go)
        self.assertRaises(muster.Revoked, self.link.go)  # it has no place
        self.say(muster._ASSIGN, 4)
        self.link.wait()
        self.say(muster._GO, 3, tail=b"\0\0\0\0\0\0")  # of a generation that is over
        self.say(muster._ASSIGN, 5)
        self.assertRaises(muster.Revoked, self.link.go)
        self.assertEqual(self.link.wait().generation, 5)
        self.say(muster._LEAVE)
        self.assertRaises(muster.Revoked, self.link.go)
        self.assertIsNone(self.link.wait())

    def test_a_result_waits_for_the_others(self):
        self.form(7)
        self.hear(), self.hear()
        self.say(muster._REVOKE, 7)
        self.assertRaises(muster.Revoked, self.link.done, {"a": 1}, stopped=True)
        self.assertEqual(self.hear(), (muster._DONE, 1, 7, muster.NO_STATE, b'{"a": 1}'))
        self.assertEqual(self.hear()[0], muster._QUIET)
        self.form(8)
        self.say(muster._LEAVE)
        self.link.done()
        self.assertIsNone(self.link.wait())
        self.assertRaises(ValueError, self.link.done, {"a": "x" * muster.RESULT})

    def test_what_goes_wrong_is_told(self):
        self.link.broken("nobody is lost outside a generation")
        self.form(7)
        self.hear(), self.hear()
        self.link.broken("rank 2 is gone")
        self.assertEqual(self.hear(), (muster._BROKEN, 0, 7, muster.NO_STATE, b"rank 2 is gone"))
        self.link.saved(4)
        self.link.unsaved("no space")
        self.assertEqual(self.hear()[4], b"no space")
        self.link.saved(8)
        self.assertEqual((self.hear()[0], self.shown("saved")), (muster._UNSAVED, 8))
        self.link.failed("x" * 1000, muster.BAD_INPUT)
        kind, code, _, _, tail = self.hear()
        self.assertEqual((kind, code, len(tail)), (muster._FAILED, 3, muster.REASON - 1))
        self.assertFalse(self.link.draining)
        os.pwrite(self.control, b"\1", muster._Control.draining.offset)
        self.assertTrue(self.link.draining and not self.link.handing_over)
        os.pwrite(self.control, b"\2", muster._Control.draining.offset)
        self.assertTrue(self.link.draining and self.link.handing_over)
        self.assertRaises(ValueError, self.link.ready, b"x" * (muster.BLOB + 1))

    def test_a_watch_calls_once_when_the_generation_is_over(self):
        self.form(7)
        called = threading.Event()
        self.link.watch(called.set, 0.001)
        self.assertFalse(called.is_set())
        self.revoke(7)
        self.assertTrue(called.wait(60))

    def test_an_agent_that_errs_or_is_gone_is_an_error(self):
        for bad in ({"rank": 2, "size": 2}, {"size": muster.RANKS + 1}, {"length": 8}):
            with self.subTest(bad):
                self.say(muster._ASSIGN, 3, **bad)
                self.assertRaises(muster.LinkError, self.link.wait)
        self.agent.send(b"short")
        self.assertRaises(muster.LinkError, self.link.wait)
        for torn in range(1, 10):
            self.say(muster._ASSIGN, 3)
            self.link.wait()
            self.say(muster._GO, 3, tail=b"\0\0\1\0b\2\0cc"[:-torn])
            self.assertRaises(muster.LinkError, self.link.go)
        self.agent.close()
        self.assertRaises(muster.LinkError, self.link.wait)
        self.assertRaises(muster.LinkError, self.link.ready, b"")


class ConnectTest(unittest.TestCase):
    def test_without_an_agent_there_is_no_link(self):
        self.assertIsNone(muster.connect())

    def test_bad_descriptors_are_refused(self):
        for value in ("", "x", "-1", "3x", "99999999999999999999", "1000000"):
            os.environ.update(MUSTER_LINK="0", MUSTER_PAGE=value, MUSTER_CONTROL=value)
            with self.subTest(value):
                self.assertRaisesRegex(muster.LinkError, "MUSTER_PAGE", muster.connect)
        del os.environ["MUSTER_LINK"]


unittest.main()
