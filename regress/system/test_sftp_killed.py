# SPDX-License-Identifier: ISC
"""Sessions that are killed in the middle of an upload, and power that fails.

The server is killed when a random number of requests is answered and a few
more are on their way, so it is anywhere in those.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess

import pytest

from isolated import mount
from raw_sftp import (CLOSE, EXTENDED, F_CREAT, F_TRUNC, F_WRITE, STATUS,
                      WRITE, over_ssh, string, u64)
from sftp_clients import FORMS, USER, sftp_process

pytestmark = [pytest.mark.slow, pytest.mark.postern_only]

PIECE = 32768
PIECES = 12
ON_THEIR_WAY_MAX = 4    # requests
WAYS = [
    ("internal", "direct"), ("internal", "atomic fsync"),
    ("chroot", "direct"), ("chroot", "atomic fsync"),
    ("root", "direct"), ("root", "atomic fsync"),
    ("program", "direct"), ("chroot-program", "direct"),
]


def _content(path):
    with open(path, "rb") as f:
        return f.read()


def _own(path, content):
    with open(path, "wb") as out:
        out.write(content)
        os.fsync(out.fileno())
    shutil.chown(path, USER, USER)


class Upload:
    """One upload over /in/there, of which the server does not see the end."""

    def __init__(self, server, key, form, number, dice):
        self.content = bytes([number]) + dice.randbytes(PIECES * PIECE - 1)
        self.session = over_ssh(server, USER, key)
        self.pid = sftp_process(server)
        self.path = f"{form.remote}/in/there"
        self.requests = []  # (type, body, what its OK acknowledges)
        self.wants = {}     # the same of those that are sent, by id
        self.synced = self.closed = 0

    def _plan(self, kind, body, acknowledges=None):
        self.requests.append((kind, body, acknowledges))

    def open(self, closes):
        handle = string(self.session.open(
            self.path, F_WRITE | F_CREAT | F_TRUNC))
        for n in range(PIECES):
            at = n * PIECE
            self._plan(WRITE, handle + u64(at) +
                       string(self.content[at:at + PIECE]))
            if n % 3 == 2:
                self._plan(EXTENDED, string("fsync@openssh.com") + handle,
                           ("synced", at + PIECE))
        if closes:
            self._plan(CLOSE, handle, ("closed", 1))

    def _take(self):
        """One answer; False at the end."""
        try:
            answer = self.session.receive()
        except (ConnectionError, ValueError):
            answer = None
        if answer is None:
            return False
        kind, number, reader = answer
        assert kind == STATUS and reader.u32() == 0
        if self.wants[number]:
            setattr(self, *self.wants[number])
        return True

    def kill(self, dice):
        after = dice.randrange(len(self.requests) + 1)
        on_their_way = dice.randint(1, ON_THEIR_WAY_MAX)
        for kind, body, acknowledges in self.requests[:after + on_their_way]:
            self.wants[self.session.send(kind, body)] = acknowledges
        for _ in range(after):
            assert self._take()
        os.kill(self.pid, signal.SIGKILL)
        while self._take():
            pass
        self.session.close()

    def _check_part(self, found):
        assert found == self.content[:len(found)]
        assert len(found) >= self.synced

    def check(self, folder, old, is_atomic, is_on_disk=False):
        """
        What is there of it in folder; is_on_disk: when nothing was synced
        even the old state may be, of the unfinished file as well. Returns the
        file's content.
        """
        there = _content(f"{folder}/there")
        part = f"{folder}/.there.partial-0"
        may_be_old = is_on_disk and not self.synced
        if self.closed and is_atomic:
            assert there == self.content
        if there == old and is_atomic and not may_be_old:
            self._check_part(_content(part))
        elif there != old or not may_be_old:
            assert there == self.content or not is_atomic
            self._check_part(there)
        assert set(os.listdir(folder)) - {"there"} <= {os.path.basename(part)}
        return there


def _start(form, upload, make_server):
    return form.make(make_server, "" if upload == "direct" else
                     f"SftpUpload {upload}\n")


def _fill(form):
    for name in ("in", "keep"):
        os.mkdir(f"{form.local}/{name}")
        shutil.chown(f"{form.local}/{name}", USER, USER)
    _own(f"{form.local}/in/there", b"old")
    _own(f"{form.local}/keep/other", b"other")


@pytest.mark.parametrize("name, upload", WAYS)
def test_killed_at_100_points(name, upload, make_server, keys):
    """What was acknowledged after fsync is there; nothing else changes."""
    form = FORMS[name]
    server = _start(form, upload, make_server)
    _fill(form)
    old, dice, ends = b"old", random.Random(11), set()
    for number in range(100):
        session = Upload(server, keys["ed25519"], form, number, dice)
        session.open(dice.random() < 0.5)
        session.kill(dice)
        old = session.check(f"{form.local}/in", old, upload != "direct")
        ends.add((session.synced, session.closed))
        assert _content(f"{form.local}/keep/other") == b"other"
        assert sorted(os.listdir(form.local)) == ["in", "keep"]
    assert len(ends) >= PIECES // 3 + 1


# ---- the power fails ---------------------------------------------------------

@contextlib.contextmanager
def _disk(image, at):
    """
    A file system that writes nothing by itself for minutes. The image then
    holds what a disk would hold.
    """
    mount("-o", "loop,commit=600", image, at)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", at], check=True)


@pytest.fixture
def image(tmp_path):
    for n in range(64):
        if not os.path.exists(f"/dev/loop{n}"):
            os.mknod(f"/dev/loop{n}", 0o060600, os.makedev(7, n))
    if not os.path.exists("/dev/loop-control"):
        os.mknod("/dev/loop-control", 0o020600, os.makedev(10, 237))
    path = str(tmp_path / "disk")
    subprocess.run(["truncate", "-s", "64M", path], check=True)
    subprocess.run(["mkfs.ext4", "-q", path], check=True)
    yield path


@pytest.mark.parametrize("name, upload", WAYS)
def test_the_power_fails_at_20_points(name, upload, make_server, keys, image,
                                      tmp_path):
    """The disk as it is after the kill is looked at on another host."""
    form = FORMS[name]
    server = _start(form, upload, make_server)
    other = tmp_path / "other-host"
    other.mkdir()
    dice = random.Random(12)
    with _disk(image, form.local):
        os.rmdir(f"{form.local}/lost+found")
        _fill(form)
        os.sync()
        for number in range(20):
            old = _content(f"{form.local}/in/there")
            session = Upload(server, keys["ed25519"], form, number, dice)
            session.open(dice.random() < 0.5)
            session.kill(dice)
            copy = str(tmp_path / "copy")
            subprocess.run(["cp", "--sparse=always", image, copy],
                           check=True)
            with _disk(copy, str(other)):
                assert _content(f"{other}/keep/other") == b"other"
                session.check(f"{other}/in", old, upload != "direct", True)
            # the next one starts from what is on the disk
            os.sync()
        server.stop()
