# SPDX-License-Identifier: ISC
"""Many forwarded connections: nothing is lost, nothing stays behind."""

import hashlib
import os
import resource
import signal
import socket
import threading

import pytest
from server import free_port, wait_until

pytestmark = pytest.mark.postern_only
COUNT = 1000


@pytest.fixture(name="echo")
def _echo():
    """The port of a server that sends back all that it got, at the end."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)

    def answer(sock):
        with sock:
            data = b""
            while part := sock.recv(65536):
                data += part
            sock.sendall(data)

    def serve():
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(sock,), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture(name="descriptors", autouse=True)
def _descriptors():
    """Ours and the client's: two for each connection, and more."""
    kept = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (min(8192, kept[1]), kept[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, kept)


def _open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def _exchange(port, data):
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        got = b""
        while part := sock.recv(65536):
            got += part
    return got


def test_a_thousand_connections_at_once(server, forward, echo):
    port = free_port()
    forward(server, "-L", f"{port}:127.0.0.1:{echo}")
    assert _exchange(port, b"first") == b"first"
    net = server.find("alice [net]")
    wait_until(lambda: server.log().count("forward closed") == 1,
               what="the end of the first")
    before = _open_descriptors(net)     # and perhaps what it closes now
    socks = []
    for i in range(COUNT):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(b"%d " % i * 500)
        socks.append(sock)
    wait_until(lambda: _open_descriptors(net) >= before - 1 + COUNT,
               what="all connections at once")
    for sock in socks:
        sock.shutdown(socket.SHUT_WR)
    for i, sock in enumerate(socks):
        got = b""
        while part := sock.recv(65536):
            got += part
        sock.close()
        assert got == b"%d " % i * 500
    wait_until(lambda: _open_descriptors(net) <= before,
               what="the descriptors' return")


def test_a_busy_session_loses_no_waiting_connection(server, forward, echo):
    """A full queue would make the kernel drop SYNs, and data after them."""
    port = free_port()
    process = forward(server, "-R", f"{port}:127.0.0.1:{echo}")
    wait_until(lambda: any("remote forward success" in line
                           for line in process.said), what="the forward")
    session = server.find("alice@notty")
    socks = []
    os.kill(session, signal.SIGSTOP)
    try:
        for i in range(COUNT):
            sock = socket.create_connection(("127.0.0.1", port), timeout=60)
            sock.sendall(b"number %d" % i)
            sock.shutdown(socket.SHUT_WR)
            socks.append(sock)
    finally:
        os.kill(session, signal.SIGCONT)
    for i, sock in enumerate(socks):
        got = b""
        while part := sock.recv(65536):
            got += part
        sock.close()
        assert got == b"number %d" % i


@pytest.mark.parametrize("way", ["to the target", "to the client"])
def test_half_closed_streams_carry_every_byte(server, forward, way):
    data = os.urandom(1 << 20) * 8
    port = free_port()
    listener = socket.create_server(("127.0.0.1", 0))
    forward(server, "-L", f"{port}:127.0.0.1:{listener.getsockname()[1]}")
    near = socket.create_connection(("127.0.0.1", port))
    far, _ = listener.accept()
    source, sink = (near, far) if way == "to the target" else (far, near)
    # the other direction has ended before anything is sent in this one
    sink.shutdown(socket.SHUT_WR)
    assert source.recv(1) == b""

    def send():
        source.sendall(data)
        source.shutdown(socket.SHUT_WR)
    sender = threading.Thread(target=send)
    sender.start()
    digest = hashlib.sha256()
    while part := sink.recv(1 << 20):
        digest.update(part)
    sender.join()
    assert digest.digest() == hashlib.sha256(data).digest()
    for sock in (near, far, listener):
        sock.close()
