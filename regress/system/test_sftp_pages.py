# SPDX-License-Identifier: ISC
"""Downloads whose data is never copied by the server: splice(2).

Only a long file is read that way, and only from the second read on; the
client can't tell, whatever it sends in between. In two forms: the program,
where it is seen when the server has all requests, and internal-sftp.
"""

import fcntl
import os
import random
import re
import shutil
import struct
import termios

import pytest

import raw_sftp
from raw_sftp import (ATTRS, BAD_MESSAGE, DATA, EOF, FSTAT, F_CREAT, F_READ,
                      F_TRUNC, F_WRITE, HANDLE, OK, OPEN, READ, SETSTAT, STATUS, WRITE,
                      attrs, string, u32, u64)
from server import Server, open_files, program, wait_until
from sftp_clients import sftp_process

pytestmark = pytest.mark.postern_only
FIRST, PIECE = 16384, 32768


@pytest.fixture(params=["program", "internal"])
def session(request, folder, server, keys):
    if request.param == "program":
        with raw_sftp.run(program("sftp-server")) as session:
            session.server_pid = session.process.pid
            yield session
    else:
        with raw_sftp.over_ssh(server, "alice", keys["ed25519"]) as session:
            session.server_pid = sftp_process(server)
            yield session


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("pages"))
    with Server(directory, [host_keys["ed25519"]],
                "Subsystem sftp internal-sftp\n") as started:
        yield started


@pytest.fixture
def folder():
    path = "/home/alice/pages"
    os.mkdir(path)
    os.chown(path, 2001, 2001)
    yield path
    shutil.rmtree(path)


def _pattern(size):
    return random.Random(size).randbytes(size)


def _file(folder, size):
    path = f"{folder}/file"
    with open(path, "wb") as f:
        f.write(_pattern(size))
    os.chown(path, 2001, 2001)
    return path, _pattern(size)


def _begin(session, path, content):
    """The handle of a file of which the first piece was read, by copying."""
    handle = session.open(path, F_READ)
    assert session.read(handle, 0, FIRST) == content[:FIRST]
    return string(handle)


def _data(session):
    kind, _number, body = session.receive()
    assert kind == DATA
    return body.string()


def _status(session):
    kind, _number, body = session.receive()
    assert kind == STATUS
    return body.u32()


def _spliced(session):
    """Has a pipe of its own, both ends of it."""
    return sum(fd > 2 and what.startswith("pipe:") for fd, what in
               open_files(session.server_pid).items()) == 2


def _splices(session, handle, content):
    """It takes pages, which an idle second would hide."""
    def read_and_look():
        session.send(READ, handle + u64(FIRST) + u32(PIECE))
        assert _data(session) == content[FIRST:FIRST + PIECE]
        return _spliced(session)
    return wait_until(read_and_look, what="a pipe")


def _took_all(session):
    """It has read what was sent, and waits. Over ssh nothing can tell: there
    are more buffers on the way."""
    if session.server_pid != session.process.pid:
        return True
    unread = fcntl.ioctl(session.process.stdin, termios.FIONREAD, bytes(4))
    with open(f"/proc/{session.process.pid}/stat") as f:
        state = f.read().rsplit(") ", 1)[1][0]
    return struct.unpack("i", unread)[0] == 0 and state == "S"


def test_a_long_file_arrives_as_it_is(session, folder):
    """In pieces of every size, anywhere, beside other replies."""
    path, content = _file(folder, 3_000_001)
    handle = _begin(session, path, content)
    rng = random.Random(1)
    reads = [(rng.randrange(len(content)), rng.choice(
        (100, FIRST - 1, FIRST, PIECE, 100_000, 261_120)))
        for _ in range(150)]
    for at in range(0, len(reads), 5):
        part = reads[at:at + 5]
        for offset, size in part:
            session.send(READ, handle + u64(offset) + u32(size))
            session.send(FSTAT, handle)
        for offset, size in part:
            assert _data(session) == content[offset:offset + size]
            kind, _number, body = session.receive()
            assert kind == ATTRS
            assert body.attrs()["size"] == len(content)
    assert _splices(session, handle, content)
    session.send(READ, handle + u64(len(content)) + u32(PIECE))
    assert _status(session) == EOF
    session.send(READ, handle + u64((1 << 63) - 1) + u32(PIECE))
    assert _status(session) == BAD_MESSAGE


def test_more_than_the_pipes_hold_waits_for_the_client(session, folder):
    path, content = _file(folder, 4_000_000)
    handle = _begin(session, path, content)
    offsets = range(FIRST, len(content), PIECE)
    for offset in offsets:
        session.send(READ, handle + u64(offset) + u32(PIECE))
    wait_until(lambda: _took_all(session), what="a full pipe")
    for offset in offsets:
        assert _data(session) == content[offset:offset + PIECE]


@pytest.mark.parametrize("size", [250_000, 230_000])
@pytest.mark.parametrize("before", range(4))
def test_a_file_that_another_made_shorter_gives_what_it_has(
        session, folder, before, size):
    """Found out only when the reply's head stands in line."""
    path, content = _file(folder, 400_000)
    handle = _begin(session, path, content)
    session.send(READ, handle + u64(100_000) + u32(PIECE))
    assert _data(session) == content[100_000:100_000 + PIECE]
    os.truncate(path, size)
    # in one go, so that replies wait for each other
    for number in range(before):
        session.send(READ, handle + u64(number * PIECE) + u32(PIECE))
        session.send(FSTAT, handle)
    session.send(READ, handle + u64(240_000) + u32(PIECE))
    session.send(READ, handle + u64(260_000) + u32(PIECE))
    session.send(READ, handle + u64(50_000) + u32(PIECE))
    for number in range(before):
        assert _data(session) == content[number * PIECE:][:PIECE]
        assert session.receive()[0] == ATTRS
    if size > 240_000:
        assert _data(session) == content[240_000:size]
    else:
        assert _status(session) == EOF
    assert _status(session) == EOF
    assert _data(session) == content[50_000:50_000 + PIECE]


def _truncate(session, path):
    session.send(SETSTAT, string(path) + attrs(size=FIRST + 100))


def _open_truncated(session, path):
    session.send(OPEN, string(path) + u32(F_WRITE | F_TRUNC) + attrs())


@pytest.mark.parametrize("change, answer", [
    (_truncate, STATUS), (_open_truncated, HANDLE)])
def test_what_comes_after_a_read_does_not_change_its_reply(
        session, folder, change, answer):
    """Requests take effect in their order, though their replies wait."""
    path, content = _file(folder, 70_000)
    handle = _begin(session, path, content)
    session.send(READ, handle + u64(FIRST) + u32(PIECE))
    change(session, path)
    wait_until(lambda: _took_all(session), what="all requests to be read")
    if session.server_pid == session.process.pid:
        assert _spliced(session)
    assert _data(session) == content[FIRST:FIRST + PIECE]
    kind, _number, body = session.receive()
    assert kind == answer and (kind == HANDLE or body.u32() == OK)
    assert os.path.getsize(path) < 20_000


def test_a_session_that_writes_copies_what_it_reads(session, folder):
    path, content = _file(folder, 70_000)
    handle = _begin(session, path, content)
    writer = string(session.open(path, F_WRITE | F_CREAT))
    session.send(READ, handle + u64(FIRST) + u32(PIECE))
    session.send(WRITE, writer + u64(0) + string(bytes(70_000)))
    wait_until(lambda: _took_all(session), what="all requests to be read")
    assert _data(session) == content[FIRST:FIRST + PIECE]
    assert _status(session) == OK
    assert not _spliced(session)
    session.send(READ, handle + u64(FIRST) + u32(PIECE))
    assert _data(session) == bytes(PIECE)
    # it does not once the writer is closed
    session.send(raw_sftp.CLOSE, writer)
    assert _status(session) == OK
    assert _splices(session, handle, bytes(70_000))


def test_a_file_that_gives_no_pages_is_read(session):
    """One of the kernel's: its first pieces are all that it has."""
    path = "/proc/kallsyms"
    with open(path, "rb") as f:
        content = f.read(FIRST + PIECE)
    handle = session.open(path, F_READ)
    found = b""
    while len(found) < len(content):
        found += session.read(handle, len(found), min(
            PIECE, len(content) - len(found)))
    # who is not root is shown other addresses
    assert re.sub(b"(?m)^[0-9a-f]+", b"", found) == re.sub(
        b"(?m)^[0-9a-f]+", b"", content)


def test_an_idle_session_has_no_pipe(session, folder):
    path, content = _file(folder, 200_000)
    handle = _begin(session, path, content)
    for _ in range(2):
        assert _splices(session, handle, content)
        wait_until(lambda: not _spliced(session), what="the pipe to go")
