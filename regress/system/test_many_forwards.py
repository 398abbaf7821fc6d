# SPDX-License-Identifier: ISC
"""Very many forwarded connections: none is lost, nothing is left over."""

import os
import resource
import socket

import pytest

from server import descendants, free_port, wait_until

COUNT, SEQUENCE = 1000, 10_000


@pytest.fixture
def descriptors():
    """Enough for both ends of all connections, in us and in ssh."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def held(server):
    """(open descriptors, resident KiB) of the connection's processes."""
    count = kib = 0
    for pid in descendants(server.process.pid):
        try:
            count += len(os.listdir(f"/proc/{pid}/fd"))
            with open(f"/proc/{pid}/status") as f:
                kib += sum(int(line.split()[1]) for line in f
                           if line.startswith("RssAnon:"))
        except FileNotFoundError:
            pass
    return count, kib


@pytest.mark.slow
@pytest.mark.parametrize("way", ["-L", "-R"])
def test_a_thousand_at_once_and_ten_thousand_in_turn(
        make_server, forward, shouter, descriptors, way):
    server = make_server("PerSourcePenalties no\nLogLevel ERROR\n")
    port = free_port()
    process = forward(server, way, f"{port}:127.0.0.1:{shouter}")
    target = ("127.0.0.1", port)
    if way == "-R":
        wait_until(lambda: any("remote forward success" in line
                               for line in process.said), what="it")

    def shout(number):
        with socket.create_connection(target, 60) as s:
            s.sendall(b"number %d" % number)
            s.shutdown(socket.SHUT_WR)
            assert s.recv(100) == b"NUMBER %d" % number

    shout(0)
    # warm pairs are part of the count: as many as at the end
    wait_until(lambda: len(descendants(server.process.pid)) >= 3,
               what="the processes")
    before = held(server)[0]
    open_ones = []
    for number in range(COUNT):
        s = socket.create_connection(target, 60)
        s.sendall(b"number %d" % number)
        open_ones.append(s)
    for number, s in enumerate(open_ones):
        s.shutdown(socket.SHUT_WR)
        assert s.recv(100) == b"NUMBER %d" % number
        s.close()
    for number in range(500):       # what grows once has grown
        shout(number)
    wait_until(lambda: held(server)[0] <= before, what="closed descriptors")
    memory = held(server)[1]
    for number in range(SEQUENCE):
        shout(number)
    wait_until(lambda: held(server)[0] <= before, what="closed descriptors")
    assert held(server)[1] <= memory + 256
