# SPDX-License-Identifier: ISC
"""A connection whose processes get no more descriptors goes on; one whose
session process is stuck can end."""

import os
import signal
import socket
import struct
import subprocess

import pytest

from patient import family
from peer import Peer
from server import is_running, stat_fields, title, wait_until
from wire import (
    CHANNEL_CLOSE, CHANNEL_FAILURE, CHANNEL_OPEN, CHANNEL_OPEN_CONFIRMATION,
    CHANNEL_OPEN_FAILURE, CHANNEL_SUCCESS, GLOBAL_REQUEST, REQUEST_SUCCESS,
    Reader, string, u32, u8)

pytestmark = pytest.mark.postern_only

PTY = string("vt100") + u32(80) + u32(24) + u32(0) + u32(0) + string("")


def ids(pid):
    """The user and group of a process."""
    with open(f"/proc/{pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f)
    return fields["Uid"].split()[0], fields["Gid"].split()[0]


@pytest.fixture
def one(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.net, peer.monitor = server.connection_pids(peer)
        wait_until(lambda: has_session(peer), what="the session process")
        yield peer
        if is_running(peer.session):
            give_back(peer.session)
    server.assert_well()


def has_session(peer):
    """It is ready once it has its name."""
    for pid in family(peer.monitor):
        if "alice@notty" in title(pid):
            peer.session = pid
            return True
    return False


def limit_descriptors(pid, limit):
    """As the process's own user: root may lack the capability."""
    uid, gid = ids(pid)
    subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={gid}",
                    "--clear-groups", "prlimit", f"--pid={pid}",
                    f"--nofile={limit}:"], check=True)


def leave(pid, count):
    """It may open that many descriptors more."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    limit = 0
    while count > 0 or limit in used:
        count -= limit not in used
        limit += 1
    limit_descriptors(pid, limit)


def give_back(pid):
    limit_descriptors(pid, 1000)


def request(peer, channel, name, body=b""):
    """The number of the answer."""
    peer.send(peer.request_payload(channel, name, body))
    return peer.expect(CHANNEL_SUCCESS, CHANNEL_FAILURE)[0]


def records():
    """Of terminals."""
    return subprocess.run(["who"], capture_output=True, text=True,
                          check=True).stdout


@pytest.mark.parametrize("room", range(3))
def test_a_session_without_room_for_a_terminal_goes_on(server, one, room):
    """One for the master, one for the slave: the first is not lost, too."""
    channel = one.open_session()
    leave(one.session, room)
    assert request(one, channel, "pty-req", PTY) == \
        (CHANNEL_SUCCESS if room == 2 else CHANNEL_FAILURE)
    if room < 2:
        server.wait_for_log("pty allocation for alice failed: "
                            "Too many open files")
        wait_until(lambda: not records(), what="the end of its record")
    give_back(one.session)
    assert one.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("room", [0, 1, 5])
def test_a_session_without_room_for_a_program_goes_on(one, room):
    channel = one.open_session()
    leave(one.session, room)
    assert request(one, channel, "exec", string("true")) == CHANNEL_FAILURE
    give_back(one.session)
    assert request(one, channel, "exec", string("true")) == CHANNEL_SUCCESS


@pytest.mark.parametrize("body, names", [
    (b"", ("exec", string("sleep 1000"))),
    (PTY, ("shell", b"")),
])
def test_a_program_that_net_has_no_room_for_ends(server, one, body, names):
    channel = one.open_session()
    if body:
        assert request(one, channel, "pty-req", body) == CHANNEL_SUCCESS
    leave(one.net, 0)
    assert request(one, channel, *names) == CHANNEL_FAILURE
    one.expect(CHANNEL_CLOSE)
    server.wait_for_log("no descriptor left for a program")
    one.send(u8(CHANNEL_CLOSE) + u32(channel))
    give_back(one.net)
    assert one.run("echo in") == (b"in\n", 0)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as s:
        yield s.getsockname()[1]


@pytest.mark.parametrize("who, host", [
    ("net", "127.0.0.1"), ("session", "127.0.0.1"),
    ("session", "localhost")])
def test_a_connection_without_room_is_refused(one, listener, who, host):
    pid = getattr(one, who)
    leave(pid, 0)
    for expected in (CHANNEL_OPEN_FAILURE, CHANNEL_OPEN_CONFIRMATION):
        one.send(one.open_payload("direct-tcpip", extra=string(host) +
                                  u32(listener) + string("h") + u32(1)))
        one.expect(expected)
        give_back(pid)
    assert one.run("echo in") == (b"in\n", 0)


def test_forwarded_connections_wait_for_the_sessions_room(server, one):
    port = listen(one)
    leave(one.session, 0)
    with socket.create_connection(("127.0.0.1", port)):
        server.wait_for_log(f"accept at [127.0.0.1]:{port}: "
                            "Too many open files")
        give_back(one.session)
        one.expect(CHANNEL_OPEN)
    assert one.run("echo in") == (b"in\n", 0)


def test_forwarded_connections_without_room_in_net_are_closed(server, one):
    port = listen(one)
    leave(one.net, 0)
    with socket.create_connection(("127.0.0.1", port)) as lost:
        assert lost.recv(1) == b""
    server.wait_for_log("no descriptor left for a forwarded connection")
    give_back(one.net)
    with socket.create_connection(("127.0.0.1", port)):
        one.expect(CHANNEL_OPEN)
    assert one.run("echo in") == (b"in\n", 0)


def listen(peer):
    """The port that the server has chosen."""
    peer.send(u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) +
              string("127.0.0.1") + u32(0))
    return Reader(peer.expect(REQUEST_SUCCESS)[1:]).u32()


def waits_with_unread_input(peer):
    """net sleeps, though there is something to read for it."""
    ports = peer.port, peer.sock.getsockname()[1]
    with open("/proc/net/tcp") as f:
        sockets = [line.split() for line in f.readlines()[1:]]
    unread = [int(fields[4].partition(":")[2], 16) for fields in sockets
              if tuple(int(end.partition(":")[2], 16)
                       for end in fields[1:3]) == ports]
    return unread[0] > 0 and stat_fields(peer.net)[0] == "S"


def test_a_reset_is_noticed_while_the_session_owes_answers(server, one):
    """So many that the peer is not heard meanwhile."""
    channel = one.open_session()
    os.kill(one.session, signal.SIGSTOP)
    try:
        one.send_many(one.request_payload(channel, "signal", string("TERM"))
                      for _ in range(10_000))
        wait_until(lambda: waits_with_unread_input(one),
                   what="net to stop reading")
        one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        one.close()
        server.wait_until_gone(one.net)
    finally:
        os.kill(one.session, signal.SIGCONT)
    server.wait_until_gone(one.monitor, one.session)
