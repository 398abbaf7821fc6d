# SPDX-License-Identifier: ISC
"""Bulk data of other channels stands before a keystroke's answer.

At most one packet of it may: what the kernel has sent is on the wire or in
the peer's socket, all that is behind is the server's to arrange. Here the
peer does not read until nothing moves any more. What it then has in its
socket was sent; what comes between that and the answer was not.
"""

import contextlib
import fcntl
import os
import re
import socket
import struct
import subprocess
import termios
import threading

import pytest

from peer import Peer
from server import stat_fields, wait_until
from wire import (
    CHANNEL_DATA, CHANNEL_OPEN_CONFIRMATION, CHANNEL_SUCCESS,
    CHANNEL_WINDOW_ADJUST, Reader, string, u32, u8)

pytestmark = pytest.mark.postern_only

PACKET = 32768 + 64     # with header, padding and tag
LITTLE = 8192           # of a channel that was not bulk a moment ago
STILL = 5               # looks at a connection that does not move
WINDOW = 2 ** 32 - 1
KEY, ANSWER = b"key\n", b"yek"


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
        waiting = fcntl.ioctl(self.sock, termios.FIONREAD, bytes(4))
        return self.taken + len(self.buffer) + \
            struct.unpack("i", waiting)[0]

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
            u32(0) * 2 + string("\0")))
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


def typed_session(peer, _service, terminal=False):
    """Numbers of a channel that answers, and whether it has."""
    done = f"/tmp/answered.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(done)
    # the shell itself writes: when the file is there, so is the answer
    command = f"while read x; do echo {ANSWER.decode()}; echo >{done}; done"
    return *start_session(peer, command, terminal), \
        lambda: os.path.exists(done)


def typed_terminal(peer, service):
    return typed_session(peer, service, True)


def typed_forward(peer, service):
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
    number, channel, is_answered = typed(peer, service)
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
