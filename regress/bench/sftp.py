# SPDX-License-Identifier: ISC
"""File transfers: internal-sftp beside Debian's sftp-server below its sshd.

Three clients: OpenSSH's; one that keeps 64 requests in flight over
`ssh -s`, so that the figure is not that client's pace; and for small files
and listings load.c, as there Python and ssh would be what is measured.

Large files lie in huge pages, and uploads write over a file whose memory is
there; so scp is what takes the file up: sftp empties one first. Handing out
small pages costs the kernel of a virtual machine up to 1 s/GiB, and memory that
it has to get first 1 to 5, which is no server's doing and hides what they
differ in. What the kernel takes for the same writes remains in both figures;
the rows "no server" show it: a process that reads a pipe and writes what comes
to the file.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time

import load
import raw_sftp
from figures import CIPHERS, GIB, _kex, pss_of_connections, relayed
from raw_sftp import string, u32, u64
from servers import COMMAND, Server, run

USER = "files"
HOME = f"/home/{USER}"
REMOTE = f"{HOME}/remote"
LARGE = f"{HOME}/large"     # a file system of its own
LOCAL = "/run/bench/local"
IN_FLIGHT = 64
LISTS_IN_FLIGHT = 16
PIECE = 32768
# so that the server's window, and not the client, sets the pace far away
FAR_IN_FLIGHT = 256
FAR_PIECE = 255 << 10       # the largest that both servers take
PIPE_SIZE = 1 << 20         # to the client, which may be behind
SMALL = 4096


def mount_large():
    """Of huge pages, where the kernel has them for files."""
    os.makedirs(LARGE)
    for options in ("huge=always,mode=777", "mode=777"):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs",
                           LARGE], stderr=subprocess.DEVNULL).returncode == 0:
            return
    raise RuntimeError(f"no file system for {LARGE}")


def _fresh():
    for path in (REMOTE, LOCAL):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    os.chmod(REMOTE, 0o777)
    for name in os.listdir(LARGE):
        os.unlink(f"{LARGE}/{name}")


def _options(server, kind, port=None):
    return server.ssh(options=(*CIPHERS["aes128-gcm"], *_kex(kind)),
                      port=port)[1:-1]


def _file_options(server, kind):
    return ["-P" if word == "-p" else word
            for word in _options(server, kind)]


def _sftp(server, kind, commands):
    run(["sftp", *_file_options(server, kind), "-b", "-",
         f"{USER}@127.0.0.1"], commands)


def _session(server, kind, port=None):
    return raw_sftp.Sftp(subprocess.Popen(
        ["ssh", *_options(server, kind, port), "-s", f"{USER}@127.0.0.1", "sftp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE))


def _one_login(kind):
    server = Server(kind)
    _session(server, kind).close()
    return server.stop()


def _write_random(path, size):
    piece = os.urandom(1 << 20)
    with open(path, "wb") as f:
        for _ in range(size >> 20):
            f.write(piece)


def _store(path, size):
    """CPU seconds of an upload that no server writes.

    Leaves the user the file.
    """
    with subprocess.Popen([COMMAND, "source", str(size)],
                          stdout=subprocess.PIPE) as source:
        store = os.posix_spawn(
            COMMAND, [COMMAND, "store", path], {},
            file_actions=[(os.POSIX_SPAWN_DUP2, source.stdout.fileno(), 0)])
        _pid, status, used = os.wait4(store, 0)
    if status != 0 or os.path.getsize(path) != size:
        raise RuntimeError(f"the upload without a server: status {status}")
    account = pwd.getpwnam(USER)
    os.chown(path, account.pw_uid, account.pw_gid)
    return used.ru_utime + used.ru_stime


def _floor(path, size):
    """The same once the memory is there."""
    _store(path, size)
    return _store(path, size)


def transfer_down(kind, size):
    """Server CPU seconds for each GiB to OpenSSH's client."""
    _fresh()
    _write_random(f"{LARGE}/big", size)
    one_login = _one_login(kind)
    server = Server(kind)
    _sftp(server, kind, f"get {LARGE}/big /dev/null\n")
    used = (server.stop() - one_login) * GIB / size
    _fresh()
    return used


def transfer_up(kind, size):
    """The same from its scp, and what the writes take without a server."""
    _fresh()
    _write_random(f"{LOCAL}/big", size)
    floor = _floor(f"{LARGE}/copy", size)
    one_login = _one_login(kind)
    server = Server(kind)
    run(["scp", *_file_options(server, kind), f"{LOCAL}/big",
         f"{USER}@127.0.0.1:{LARGE}/copy"])
    used = server.stop() - one_login
    _fresh()
    return used * GIB / size, floor * GIB / size


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


def _pipelined(kind, path, flags, messages):
    """Server CPU seconds of messages(handle), 64 in flight."""
    one_login = _one_login(kind)
    server = Server(kind)
    session = _session(server, kind)
    _pipeline(session, messages(string(session.open(path, flags))))
    session.close()
    return server.stop() - one_login


def pipelined_down(kind, size):
    """CPU seconds for each GiB with 64 requests of 32 KiB in flight."""
    _fresh()
    path = f"{LARGE}/big"
    _write_random(path, size)
    used = _pipelined(kind, path, raw_sftp.F_READ, lambda handle: (
        (raw_sftp.READ, handle + u64(at) + u32(PIECE))
        for at in range(0, size, PIECE)))
    _fresh()
    return used * GIB / size


def pipelined_up(kind, size):
    """The same upwards, and what the writes take without a server."""
    _fresh()
    path = f"{LARGE}/big"
    data = string(os.urandom(PIECE))
    floor = _floor(path, size)
    used = _pipelined(kind, path, raw_sftp.F_WRITE, lambda handle: (
        (raw_sftp.WRITE, handle + u64(at) + data)
        for at in range(0, size, PIECE)))
    _fresh()
    return used * GIB / size, floor * GIB / size


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
    _store(f"{LARGE}/big", size)
    server = Server(kind)
    data = string(os.urandom(FAR_PIECE))
    with relayed(server, delay_ms) as port:
        session = _session(server, kind, port)
        fcntl.fcntl(session.process.stdin, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        handle = string(session.open(f"{LARGE}/big", raw_sftp.F_WRITE))
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
    """Seconds a file of 4 KiB takes, 64 at a time: (up, down, the server's
    CPU of both). The client is load.c, which costs less than any server."""
    _fresh()

    def life(files):
        server = Server(kind)
        with load.login(server, USER) as client:
            walls = load.run(client, files, IN_FLIGHT, f"{REMOTE}/")
        return *walls, server.stop()
    used = [(long - short) / count
            for long, short in zip(life(count), life(0))]
    _fresh()
    return used


def openssh_small_files(kind, count):
    """Seconds a file of 4 KiB takes up with OpenSSH's client, beyond those of
    a session that moves none: (wall, the server's CPU)."""
    _fresh()
    for number in range(count):
        with open(f"{LOCAL}/{number}", "wb") as f:
            f.write(bytes(SMALL))

    def life(commands):
        server = Server(kind)
        begin = time.monotonic()
        _sftp(server, kind, commands)
        return time.monotonic() - begin, server.stop()
    without = life("pwd\n")
    used = life(f"put -r {LOCAL} {REMOTE}/all\n")
    _fresh()
    return [(all - nothing) / count for all, nothing in zip(used, without)]


def listing(kind, count):
    """(wall seconds, server CPU seconds) of a directory's listing, which is
    asked for many requests ahead. The client is load.c."""
    _fresh()
    for number in range(count):
        os.close(os.open(f"{REMOTE}/entry-{number:06}",
                         os.O_WRONLY | os.O_CREAT, 0o644))

    def life(names):
        server = Server(kind)
        with load.login(server, USER) as client:
            wall, = load.run(client, names, LISTS_IN_FLIGHT, REMOTE, "list")
        return wall, server.stop()
    wall, cpu = life(count + len((".", "..")))
    cpu -= life(0)[1]
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
