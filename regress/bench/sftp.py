# SPDX-License-Identifier: ISC
"""File transfers: internal-sftp beside Debian's sftp-server below its sshd.

Two clients: OpenSSH's sftp, and one that keeps 64 requests in flight over
`ssh -s`, so that the figure is not that client's pace.
"""

import fcntl
import os
import shutil
import subprocess
import time

import raw_sftp
from figures import CIPHERS, GIB, _kex, pss_of_connections, relayed
from raw_sftp import string, u32, u64
from servers import Server

USER = "files"
HOME = f"/home/{USER}"
REMOTE = f"{HOME}/remote"
LOCAL = "/run/bench/local"
IN_FLIGHT = 64
PIECE = 32768
# so that the server's window, and not the client, sets the pace far away
FAR_IN_FLIGHT = 256
FAR_PIECE = 255 << 10       # the largest that both servers take
PIPE_SIZE = 1 << 20         # to the client, which may be behind


def _fresh():
    for path in (REMOTE, LOCAL):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    os.chmod(REMOTE, 0o777)


def _options(server, kind, port=None):
    return server.ssh(options=(*CIPHERS["aes128-gcm"], *_kex(kind)),
                      port=port)[1:-1]


def _sftp(server, kind, commands):
    options = ["-P" if word == "-p" else word
               for word in _options(server, kind)]
    subprocess.run(["sftp", *options, "-b", "-", f"{USER}@127.0.0.1"],
                   input=commands.encode(), stdout=subprocess.DEVNULL,
                   check=True, timeout=900)


def _session(server, kind, port=None):
    return raw_sftp.Sftp(subprocess.Popen(
        ["ssh", *_options(server, kind, port), "-s", f"{USER}@127.0.0.1", "sftp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE))


def _one_login(kind):
    server = Server(kind)
    _session(server, kind).close()
    return server.stop()


def transfer_cpu(kind, upwards, size):
    """Server CPU seconds for each GiB, with OpenSSH's client."""
    _fresh()
    with open(f"{LOCAL if upwards else REMOTE}/big", "wb") as f:
        for _ in range(size >> 20):
            f.write(os.urandom(1 << 20))
    one_login = _one_login(kind)
    server = Server(kind)
    _sftp(server, kind, f"put {LOCAL}/big {REMOTE}/copy\n" if upwards else
          f"get {REMOTE}/big /dev/null\n")
    used = (server.stop() - one_login) * GIB / size
    _fresh()
    return used


def _pipeline(session, messages, in_flight=IN_FLIGHT):
    """Sends messages, so many of them before the first answer."""
    sent = answered = 0
    for message in messages:
        session.send(*message)
        sent += 1
        if sent - answered == in_flight:
            session.receive()
            answered += 1
    while answered < sent:
        session.receive()
        answered += 1


def pipelined_cpu(kind, upwards, size):
    """The same with 64 requests of 32 KiB in flight."""
    _fresh()
    path = f"{REMOTE}/big"
    if not upwards:
        with open(path, "wb") as f:
            f.truncate(size)
            f.write(os.urandom(1 << 20) * (size >> 20))
    one_login = _one_login(kind)
    server = Server(kind)
    session = _session(server, kind)
    handle = string(session.open(path, raw_sftp.F_WRITE | raw_sftp.F_CREAT
                                 if upwards else raw_sftp.F_READ))
    data = string(os.urandom(PIECE))
    offsets = range(0, size, PIECE)
    _pipeline(session, (
        (raw_sftp.WRITE, handle + u64(at) + data) if upwards else
        (raw_sftp.READ, handle + u64(at) + u32(PIECE)) for at in offsets))
    session.close()
    used = (server.stop() - one_login) * GIB / size
    _fresh()
    return used


def _send_write(session, handle, at, data):
    """A write whose data is not copied by the client."""
    session.next_id += 1
    head = bytes([raw_sftp.WRITE]) + u32(session.next_id) + handle + u64(at)
    parts = [memoryview(u32(len(head) + len(data)) + head), memoryview(data)]
    pipe = session.process.stdin.fileno()
    while parts:
        written = os.writev(pipe, parts)
        while parts and written >= len(parts[0]):
            written -= len(parts.pop(0))
        if parts:
            parts[0] = parts[0][written:]


def delayed_upload(kind, delay_ms, size):
    """Seconds for each GiB of many large writes, far away."""
    _fresh()
    server = Server(kind)
    data = string(os.urandom(FAR_PIECE))
    with relayed(server, delay_ms) as port:
        session = _session(server, kind, port)
        fcntl.fcntl(session.process.stdin, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        handle = string(session.open(f"{REMOTE}/big", raw_sftp.F_WRITE |
                                     raw_sftp.F_CREAT))
        begin = time.monotonic()
        for sent, at in enumerate(range(0, size, FAR_PIECE)):
            _send_write(session, handle, at, data)
            if sent >= FAR_IN_FLIGHT:
                session.receive()
        for _ in range(min(sent + 1, FAR_IN_FLIGHT)):
            session.receive()
        took = time.monotonic() - begin
        session.close()
    server.stop()
    _fresh()
    return took * GIB / size


def small_files(kind, count):
    """Seconds a file of 4 KiB takes up, and down, with many in flight."""
    _fresh()
    server = Server(kind)
    session = _session(server, kind)
    data = string(os.urandom(4096))
    flags = u32(raw_sftp.F_WRITE | raw_sftp.F_CREAT) + raw_sftp.attrs()

    def wave(paths, flags, body_kind, body):
        """Opens, then moves, then closes, up to 64 files at a time."""
        for start in range(0, len(paths), IN_FLIGHT):
            part = paths[start:start + IN_FLIGHT]
            for path in part:
                session.send(raw_sftp.OPEN, string(path) + flags)
            handles = [string(session.receive()[2].string()) for _ in part]
            for handle in handles:
                session.send(body_kind, handle + body)
                session.send(raw_sftp.CLOSE, handle)
            for _ in range(2 * len(handles)):
                session.receive()

    paths = [f"{REMOTE}/{number}" for number in range(count)]
    begin = time.monotonic()
    wave(paths, flags, raw_sftp.WRITE, u64(0) + data)
    up = time.monotonic() - begin
    begin = time.monotonic()
    wave(paths, u32(raw_sftp.F_READ) + raw_sftp.attrs(), raw_sftp.READ,
         u64(0) + u32(PIECE))
    down = time.monotonic() - begin
    session.close()
    server.stop()
    _fresh()
    return up / count, down / count


def openssh_small_files(kind, count):
    """Seconds a file of 4 KiB takes up with OpenSSH's client."""
    _fresh()
    for number in range(count):
        with open(f"{LOCAL}/{number}", "wb") as f:
            f.write(bytes(4096))
    server = Server(kind)
    begin = time.monotonic()
    _sftp(server, kind, f"put -r {LOCAL} {REMOTE}/all\n")
    took = time.monotonic() - begin
    server.stop()
    _fresh()
    return took / count


def listing(kind, count):
    """(wall seconds, server CPU seconds) of a directory's listing."""
    _fresh()
    for number in range(count):
        os.close(os.open(f"{REMOTE}/entry-{number:06}",
                         os.O_WRONLY | os.O_CREAT, 0o644))
    one_login = _one_login(kind)
    server = Server(kind)
    session = _session(server, kind)
    handle = string(session.request(raw_sftp.OPENDIR, string(REMOTE),
                                    raw_sftp.HANDLE).string())
    begin = time.monotonic()
    found, done = 0, False
    while not done:
        # what a client with a queue does: the next is asked for meanwhile
        for _ in range(8):
            session.send(raw_sftp.READDIR, handle)
        for _ in range(8):
            answer, _number, body = session.receive()
            if answer == raw_sftp.NAME:
                found += body.u32()
            else:
                done = True
    wall = time.monotonic() - begin
    if found != count + 2:
        raise RuntimeError(f"{found} entries of {count + 2}")
    session.close()
    cpu = server.stop() - one_login
    _fresh()
    return wall, cpu


def memory(kind, count=1):
    """PSS in KiB that an idle session which moved a file adds, of `count`.

    Of all processes; what several sessions share is shared out.
    """
    _fresh()
    server = Server(kind)
    with open(f"{REMOTE}/file", "wb") as f:
        f.write(os.urandom(1 << 20))
    sessions = [_session(server, kind) for _ in range(count)]
    for session in sessions:
        handle = session.open(f"{REMOTE}/file", raw_sftp.F_READ)
        for at in range(0, 1 << 20, PIECE):
            session.read(handle, at, PIECE)

    def end():
        for session in sessions:
            session.close()
    found = pss_of_connections(server, end) / count
    server.stop()
    return found
