# SPDX-License-Identifier: ISC
"""Floods: whatever a peer sends, and does not read, memory is bounded.

Before login net and monitor together stay below 4 MiB of unshared memory.
"""

import os
import socket

import pytest

from patient import family, own_kib, unshared_kib
from peer import Peer, UserKey, pubkey_request
from wire import (
    CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_OPEN_CONFIRMATION, CHANNEL_SUCCESS,
    CHANNEL_WINDOW_ADJUST, DEBUG, EXT_INFO, GLOBAL_REQUEST, IGNORE, PING,
    Reader, UNIMPLEMENTED, USERAUTH_REQUEST, string, u32, u8)

pytestmark = pytest.mark.postern_only

PREAUTH_KIB = 4096
# one connection after login: net, session and monitor together, without data
OPEN_KIB = 8192
# ten sessions whose programs do not read, each with a window of 2 MiB
BACKLOG_KIB = 10 * 2048 + OPEN_KIB
STALL_S = 1


class Watch:
    """The most memory that the processes of a connection have held."""

    def __init__(self, server, peer):
        _net, self.monitor = server.connection_pids(peer)
        self.most = 0
        assert self.look() > 0

    def look(self):
        total = 0
        for pid in family(self.monitor):
            try:
                total += unshared_kib(pid)
            except OSError:
                pass            # it has ended
        self.most = max(self.most, total)
        return self.most


def flood(peer, payloads, watch, every=500, stall_s=STALL_S):
    """Sends without reading until done or stuck; True when all was sent."""
    peer.sock.settimeout(stall_s)
    try:
        batch = []
        for i, payload in enumerate(payloads, 1):
            batch.append(payload)
            if i % every == 0:
                peer.send_many(batch)
                batch = []
                watch.look()
        peer.send_many(batch)
        return True
    except (TimeoutError, ConnectionError):
        return False
    finally:
        watch.look()
        peer.sock.settimeout(peer.timeout)


def repeat(payload, count=10_000):
    return (payload for _ in range(count))


# ---- before login ---------------------------------------------------------

BIG = bytes(60_000)
EARLY = {
    "ignore": lambda: repeat(u8(IGNORE) + string(b"x")),
    "big_ignore": lambda: repeat(u8(IGNORE) + string(BIG), 300),
    "debug": lambda: repeat(u8(DEBUG) + u8(1) + string(BIG) + string(""), 300),
    "unimplemented": lambda: repeat(u8(UNIMPLEMENTED) + u32(0)),
    "unassigned": lambda: repeat(u8(9)),
    "big_unassigned": lambda: repeat(u8(9) + BIG, 300),
    "ping": lambda: repeat(u8(PING) + string(b"x" * 100)),
    "ext_info": lambda: repeat(
        u8(EXT_INFO) + u32(1) + string(BIG) + string(""), 50),
}


@pytest.mark.parametrize("what", EARLY)
@pytest.mark.parametrize("state", ["in_kex", "keyed", "asking"])
def test_memory_before_login_stays_below_4_mib(server, state, what):
    with Peer(server.port, strict=False) as peer:
        if state == "in_kex":
            peer.start().read_kexinit()
        else:
            peer.keyed()
        if state == "asking":
            peer.service()
        watch = Watch(server, peer)
        flood(peer, EARLY[what](), watch)
        assert watch.most < PREAUTH_KIB, watch.most
    server.assert_well()


def test_a_version_without_an_end_is_bounded(server):
    with Peer(server.port).connect() as peer:
        watch = Watch(server, peer)
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                peer.send_raw(b"SSH-2.0-" + b"x" * 10_000)
                watch.look()
        assert watch.most < PREAUTH_KIB


def test_the_largest_kexinit_is_bounded(server):
    with Peer(server.port, strict=False) as peer:
        peer.start().read_kexinit()
        watch = Watch(server, peer)
        names = ",".join(f"n{i}" for i in range(4000))
        peer.send(peer.kexinit(language_out=names, language_in=names))
        peer.send_public()
        watch.look()
        peer.expect(31)
        watch.look()
        assert watch.most < PREAUTH_KIB, watch.most


def test_a_packet_that_never_ends_is_bounded(server):
    """The largest length before login is announced, and half of it comes."""
    with Peer(server.port) as peer:
        peer.start().read_kexinit()
        watch = Watch(server, peer)
        peer.send_raw(u32(65788) + bytes(60_000))
        for _ in range(20):
            watch.look()
        assert watch.most < PREAUTH_KIB, watch.most


@pytest.mark.parametrize("kind", ["none", "query", "signed", "unknown"])
def test_authentication_requests_with_unread_answers_are_bounded(
        make_patient, kind):
    patient = make_patient("MaxAuthTries 100000\n")
    key = UserKey.generate()
    head = u8(USERAUTH_REQUEST) + string("alice") + string("ssh-connection")
    payload = {
        "none": head + string("none"),
        "unknown": head + string("x" * 200) + bytes(60_000),
        "query": pubkey_request("alice", "ssh-connection", "publickey",
                                "ssh-ed25519", key.blob),
        "signed": pubkey_request("alice", "ssh-connection", "publickey",
                                 "ssh-ed25519", key.blob, bytes(16000)),
    }[kind]
    with Peer(patient.port) as peer:
        peer.keyed().service()
        watch = Watch(patient, peer)
        flood(peer, repeat(payload, 300), watch, every=50)
        assert watch.most < PREAUTH_KIB, watch.most


# ---- after login ----------------------------------------------------------

GLOBAL = u8(GLOBAL_REQUEST) + string("keepalive@openssh.com") + u8(1)
LATE = {
    "ignore": lambda peer, c: repeat(u8(IGNORE) + string(b"x")),
    "unassigned": lambda peer, c: repeat(u8(9)),
    "ping": lambda peer, c: repeat(u8(PING) + string(b"x" * 32)),
    "big_ping": lambda peer, c: repeat(u8(PING) + string(bytes(32000)), 2000),
    "global": lambda peer, c: repeat(GLOBAL),
    "window_adjust": lambda peer, c: repeat(
        u8(CHANNEL_WINDOW_ADJUST) + u32(c) + u32(1)),
    "unknown_request": lambda peer, c: repeat(
        peer.request_payload(c, "nothing")),
    "window_change": lambda peer, c: repeat(
        peer.request_payload(c, "window-change", u32(1) * 4)),
    "window_change_unanswered": lambda peer, c: repeat(
        peer.request_payload(c, "window-change", u32(1) * 4, False)),
    "signal": lambda peer, c: repeat(
        peer.request_payload(c, "signal", string("USR1"), False)),
    "env": lambda peer, c: repeat(peer.request_payload(
        c, "env", string("TEST_A") + string("x" * 30_000), False), 1000),
    "many_env": lambda peer, c: (peer.request_payload(
        c, "env", string(f"TEST_{i}") + string("x"), False)
        for i in range(10_000)),
    "session_opens": lambda peer, c: repeat(peer.open_payload(number=9)),
    "other_opens": lambda peer, c: repeat(peer.open_payload("x" * 100)),
    "forwards_refused": lambda peer, c: repeat(
        u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) +
        string("127.0.0.1") + u32(1)),
    "cancels": lambda peer, c: repeat(
        u8(GLOBAL_REQUEST) + string("cancel-tcpip-forward") + u8(1) +
        string("127.0.0.1") + u32(1)),
    "late_logins": lambda peer, c: repeat(
        u8(USERAUTH_REQUEST) + string("alice") + string("ssh-connection") +
        string("none")),
}


@pytest.mark.parametrize("what", LATE)
def test_unread_answers_after_login_are_bounded(server, alice, what):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        channel = peer.open_session()
        watch = Watch(server, peer)
        flood(peer, LATE[what](peer, channel), watch)
        assert watch.most < OPEN_KIB, watch.most
    server.assert_well()


def test_after_a_flood_every_answer_comes(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        assert flood(peer, repeat(u8(PING) + string("x"), 3000), watch,
                     stall_s=peer.timeout)
        for _ in range(3000):
            assert peer.expect(193) == u8(193) + string("x")
        assert peer.run("echo in") == (b"in\n", 0)


def test_listeners_of_one_connection_are_bounded(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        answers = set()
        for _ in range(2000):
            peer.send(u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) +
                      string("127.0.0.1") + u32(0))
            answers.add(peer.expect(81, 82)[0])
        assert 81 in answers
        assert watch.look() < OPEN_KIB, watch.most
        assert peer.run("echo in") == (b"in\n", 0)
    server.assert_well()


def test_connects_that_hang_are_bounded(server, alice):
    """A listener whose queue is full answers nobody."""
    with socket.socket() as full, Peer(server.port) as peer:
        full.bind(("127.0.0.1", 0))
        full.listen(1)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        peer.login("alice", alice)
        watch = Watch(server, peer)
        refused = 0
        flood(peer, (peer.open_payload(
            "direct-tcpip", extra=string("127.0.0.1") + u32(port) +
            string("h") + u32(1)) for _ in range(3000)), watch, every=100)
        # of the others nothing is heard for a minute
        while refused < 1500:
            assert peer.expect(92)
            refused += 1
        assert watch.look() < OPEN_KIB, watch.most
        for one in waiting:
            one.close()
    server.assert_well()


def start(peer, command):
    """A session that runs a command: its number and window."""
    peer.send(peer.open_payload())
    while (payload := peer.recv())[0] != CHANNEL_OPEN_CONFIRMATION:
        pass
    channel = Reader(payload[5:]).u32()
    peer.send(peer.request_payload(channel, "exec", string(command)))
    head = u8(CHANNEL_WINDOW_ADJUST) + u32(channel)
    while not (payload := peer.recv()).startswith(head):
        pass
    return channel, Reader(payload[5:]).u32()


def test_a_program_that_does_not_read_fills_its_window_only(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        for _ in range(10):
            channel, window = start(peer, "sleep 100")
            data = u8(CHANNEL_DATA) + u32(channel) + string(bytes(32768))
            flood(peer, repeat(data, window // 32768), watch, every=16)
            assert watch.look() < BACKLOG_KIB, watch.most
    server.assert_well()


def test_a_peer_that_does_not_read_stops_the_program(server, alice):
    """A window of 4 GiB, and nothing is taken from the socket."""
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        channel = peer.open_session(window=2 ** 32 - 1)
        peer.send(peer.request_payload(channel, "exec",
                                       string("cat /dev/zero")))
        peer.expect(CHANNEL_SUCCESS)
        peer.expect(CHANNEL_WINDOW_ADJUST)
        for _ in range(60):
            watch.look()
        assert watch.most < OPEN_KIB, watch.most
    server.assert_well()


def test_sessions_opened_and_closed_leave_nothing(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        for round_ in range(500):
            channel = peer.open_session()
            peer.send(u8(CHANNEL_CLOSE) + u32(channel))
            peer.expect(CHANNEL_CLOSE)
            if round_ == 100:
                before = watch.look()
        assert watch.look() - before < 200


def fill(payload_bytes):
    return (u8(IGNORE) + string(bytes(payload_bytes))
            for _ in range(1_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 100, 30_000])
def test_a_million_packets_are_borne(server, alice, size):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        watch = Watch(server, peer)
        count = 1_000_000 if size < 1000 else 30_000
        assert flood(peer, (p for p, _ in zip(fill(size), range(count))),
                     watch, every=200, stall_s=peer.timeout)
        assert peer.run("echo in") == (b"in\n", 0)
        assert watch.most < OPEN_KIB, watch.most


@pytest.mark.slow
def test_ten_thousand_connections_leave_nothing(server):
    before = None
    for i in range(10_000):
        with Peer(server.port).connect() as peer:
            peer.send_raw(os.urandom(40))
        if i == 1000:
            before = own_kib(server.process.pid)
    assert own_kib(server.process.pid) - before < 256
