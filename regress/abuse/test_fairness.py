# SPDX-License-Identifier: ISC
"""A peer that does not read, until nothing moves any more.

Of the bulk data of other channels at most one packet stands before a
keystroke's answer. What the kernel has sent is on the wire or in the peer's
socket, all that is behind is the server's to arrange: what the peer has in
its socket was sent, what comes between that and the answer was not.

What waits does so where it comes from: no process of the server grows.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import re
import socket
import struct
import subprocess
import termios
import threading

import pytest

from patient import rollup
from peer import Peer
from server import descendants, open_files, stat_fields, wait_until
from wire import (
    CHANNEL_DATA, CHANNEL_OPEN_CONFIRMATION, CHANNEL_SUCCESS,
    CHANNEL_WINDOW_ADJUST, Reader, string, u32, u8)

pytestmark = pytest.mark.postern_only

PACKET = 32768 + 64     # with header, padding and tag
LITTLE = 8192           # of a channel that was not bulk a moment ago
STILL = 5               # looks at a connection that does not move
WINDOW = 2 ** 32 - 1
KEY, ANSWER = b"key\n", b"yek"
NO_ECHO = u8(53) + u32(0) + u8(0)       # RFC 4254 8
SYS_PIDFD_GETFD = 438


def readable(fd):
    """How many bytes wait in it."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]


def terminal_output(net):
    """Bytes that a net process could read from its only terminal."""
    number = next(fd for fd, what in open_files(net).items()
                  if what.endswith("/ptmx"))
    process = os.pidfd_open(net)
    fd = ctypes.CDLL(None, use_errno=True).syscall(
        SYS_PIDFD_GETFD, process, number, 0)
    os.close(process)
    if fd == -1:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    try:
        return readable(fd)
    finally:
        os.close(fd)


class Counting(Peer):
    """Knows how many bytes its packets had."""

    taken = 0

    def _take(self, length):
        self.taken += length
        return super()._take(length)

    def expect(self, *numbers):
        """Bulk data may come at any time."""
        while (payload := super().expect(CHANNEL_DATA, *numbers))[0] == \
                CHANNEL_DATA:
            pass
        return payload

    def arrived(self):
        """What the kernel of the server has sent, and we have."""
        return self.taken + len(self.buffer) + readable(self.sock)

    def unsent(self):
        """(unsent, unacknowledged) of the server's socket."""
        own = self.sock.getsockname()[1]
        text = subprocess.run(
            ["ss", "-tinH", "sport", f"= :{self.port}",
             "dport", f"= :{own}"],
            capture_output=True, text=True, check=True).stdout
        return [int(number[1]) if number else 0 for number in (
            re.search(r"notsent:(\d+)", text),
            re.search(r"unacked:(\d+)", text))]

    def skip(self, number, length):
        """Reads until a channel of ours has brought so much."""
        while length > 0:
            payload = self.recv()
            if payload.startswith(u8(CHANNEL_DATA) + u32(number)):
                length -= len(payload)

    def before(self, number, answer):
        """All bytes before the packet with the answer in our channel."""
        head = u8(CHANNEL_DATA) + u32(number)
        while True:
            before = self.taken
            payload = self.recv()
            if payload.startswith(head) and answer in payload:
                return before


@pytest.fixture
def peer(server, alice):
    with Counting(server.port) as peer:
        yield peer.login("alice", alice)
    server.assert_well()


@pytest.fixture
def service():
    """Starts talk(socket) for whoever connects to the port it returns."""
    with contextlib.ExitStack() as stack:
        def start(talk):
            listener = stack.enter_context(socket.create_server(
                ("127.0.0.1", 0)))

            def run():
                with contextlib.suppress(OSError):
                    with listener.accept()[0] as sock:
                        talk(sock)

            threading.Thread(target=run, daemon=True).start()
            return listener.getsockname()[1]

        yield start


def start_session(peer, command, terminal=False):
    """The peer's and the server's number of it."""
    number = peer.channels
    channel = peer.open_session(window=WINDOW)
    if terminal:
        peer.send(peer.request_payload(
            channel, "pty-req", string("vt100") + u32(80) + u32(24) +
            u32(0) * 2 + string(NO_ECHO)))
        peer.expect(CHANNEL_SUCCESS)
    peer.send(peer.request_payload(channel, "exec", string(command)))
    peer.expect(CHANNEL_SUCCESS)
    peer.expect(CHANNEL_WINDOW_ADJUST)
    return number, channel


def start_forward(peer, port):
    number = peer.channels
    peer.send(peer.open_payload(
        "direct-tcpip", window=WINDOW, extra=string("127.0.0.1") +
        u32(port) + string("127.0.0.1") + u32(1)))
    return number, Reader(peer.expect(CHANNEL_OPEN_CONFIRMATION)[5:]).u32()


def typed_session(_server, peer, _service, terminal=False):
    """Numbers of a channel that answers, and whether it has."""
    done = f"/tmp/answered.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(done)
    # the shell itself writes: when the file is there, so is the answer
    command = f"while read x; do echo {ANSWER.decode()}; echo >{done}; done"
    return *start_session(peer, command, terminal), \
        lambda: os.path.exists(done)


def typed_terminal(server, peer, service):
    """The kernel brings from end to end when it has the time."""
    net = server.net_pid(peer)
    return *typed_session(server, peer, service, True)[:2], \
        lambda: terminal_output(net) >= len(ANSWER)


def typed_forward(_server, peer, service):
    done = threading.Event()

    def talk(sock):
        while sock.recv(100):
            sock.sendall(ANSWER)
            done.set()

    return *start_forward(peer, service(talk)), done.is_set


def bulk_session(peer, _service):
    return start_session(peer, "cat /dev/zero")[0]


def bulk_forward(peer, service):
    def talk(sock):
        while True:
            sock.sendall(bytes(1 << 18))

    return start_forward(peer, service(talk))[0]


def wait_until_full(server, peer):
    net = server.net_pid(peer)
    seen = []

    def is_full():
        unsent, unacknowledged = peer.unsent()
        seen.append((peer.arrived(), unsent, stat_fields(net)[0]))
        if unsent == 0 or unacknowledged != 0:
            seen.clear()
        return len(seen) >= STILL and len(set(seen[-STILL:])) == 1 and \
            seen[-1][2] == "S"

    wait_until(is_full, what="a connection that is full")


@pytest.mark.parametrize("bulk", [
    [bulk_session], [bulk_forward], [bulk_session, bulk_forward] * 3,
], ids=["session", "forward", "six"])
@pytest.mark.parametrize("typed", [
    typed_session, typed_terminal, typed_forward])
def test_an_answer_has_one_packet_of_others_before_it(server, peer, service,
                                                      typed, bulk):
    number, channel, is_answered = typed(server, peer, service)
    for start in bulk:
        peer.skip(start(peer, service), 100_000)
    wait_until_full(server, peer)
    arrived = peer.arrived()
    assert arrived > PACKET, "nothing of the bulk data was sent"
    peer.send(u8(CHANNEL_DATA) + u32(channel) + string(KEY))
    wait_until(is_answered, what="the answer")
    # one of several may have been drained when it was served last
    limit = PACKET + LITTLE * (len(bulk) - 1)
    assert peer.before(number, ANSWER) - arrived <= limit


# ---- memory ---------------------------------------------------------------

GROWTH_KIB = 1024       # of all processes of the connection
AMOUNT = 8 << 20        # waits in each channel
READ = 32768
SFTP_OPEN, SFTP_READ, SFTP_HANDLE, SFTP_DATA = 3, 5, 102, 103


def private_kib(monitor):
    total = 0
    for pid in [monitor, *descendants(monitor)]:
        with contextlib.suppress(OSError):      # it has ended
            total += rollup(pid, "Private_Dirty")
    return total


class Streams:
    """The data of a peer's channels, by our number."""

    def __init__(self, peer):
        self.peer, self.data = peer, {}

    def read_until(self, condition):
        while not condition():
            payload = self.peer.recv()
            if payload[0] == CHANNEL_DATA:
                r = Reader(payload[1:])
                self.data.setdefault(r.u32(), bytearray()).extend(r.string())

    def send(self, channel, data):
        self.peer.send(u8(CHANNEL_DATA) + u32(channel) + string(data))

    def length(self, number):
        return len(self.data.get(number, b""))


def open_sftp(streams, path):
    """Numbers of a channel, and the handle of an open file."""
    peer = streams.peer
    number = peer.channels
    channel = peer.open_session(window=WINDOW)
    peer.send(peer.request_payload(channel, "subsystem", string("sftp")))
    peer.expect(CHANNEL_SUCCESS)
    peer.expect(CHANNEL_WINDOW_ADJUST)
    for body in (u8(1) + u32(3), u8(SFTP_OPEN) + u32(1) + string(path) +
                 u32(1) + u32(0)):
        streams.data.pop(number, None)
        streams.send(channel, string(body))

        def is_whole():
            data = streams.data.get(number, b"")
            return len(data) >= 4 and \
                len(data) == 4 + Reader(bytes(data)).u32()

        streams.read_until(is_whole)
    answer = Reader(bytes(streams.data.pop(number)[4:]))
    assert (answer.u8(), answer.u32()) == (SFTP_HANDLE, 1)
    return number, channel, answer.string()


def sftp_contents(data):
    """What all answers to reads hold, by the request's number."""
    parts, r = {}, Reader(bytes(data))
    while r.at < len(data):
        answer = Reader(r.string())
        assert answer.u8() == SFTP_DATA
        request = answer.u32()
        parts[request] = answer.string()
    return b"".join(parts[i] for i in sorted(parts))


def test_what_a_peer_does_not_read_waits_where_it_comes_from(
        make_patient, alice, service):
    server = make_patient("Subsystem sftp internal-sftp\n")
    content = hashlib.shake_128(b"x").digest(AMOUNT)
    path = f"/tmp/unread.{os.getpid()}"
    with open(path, "wb") as file:
        file.write(content)

    def talk(sock):
        sock.recv(1)
        sock.sendall(content)

    with Counting(server.port) as peer:
        streams = Streams(peer.login("alice", alice))
        _net, monitor = server.connection_pids(peer)
        program, program_channel = start_session(
            peer, f"head -n 1 >/dev/null; cat {path}")
        forward, forward_channel = start_forward(peer, service(talk))
        sftp, sftp_channel, handle = open_sftp(streams, path)
        before = private_kib(monitor)
        streams.send(program_channel, b"\n")
        streams.send(forward_channel, b"x")
        requests = range(AMOUNT // READ)
        for i in requests:
            streams.send(sftp_channel, string(
                u8(SFTP_READ) + u32(i) + string(handle) + u32(0) +
                u32(i * READ) + u32(READ)))
        wait_until_full(server, peer)
        assert private_kib(monitor) - before <= GROWTH_KIB
        answers = AMOUNT + len(requests) * 13
        streams.read_until(lambda: (
            streams.length(program) + streams.length(forward) +
            streams.length(sftp)) == 2 * AMOUNT + answers)
        assert streams.data[program] == streams.data[forward] == content
        assert sftp_contents(streams.data[sftp]) == content
    os.unlink(path)
