# SPDX-License-Identifier: ISC
"""Displays, agents, devices, ports and paths, asked for by a hostile peer."""

import os
import socket

import pytest

from patient import CONFIG, Patient
from peer import Peer
from server import wait_until
from wire import (
    CHANNEL_DATA, CHANNEL_FAILURE, CHANNEL_OPEN, CHANNEL_OPEN_CONFIRMATION,
    CHANNEL_OPEN_FAILURE, CHANNEL_SUCCESS, GLOBAL_REQUEST,
    REASON_PROTOCOL_ERROR, REQUEST_FAILURE, Reader, string, u32, u8)

pytestmark = pytest.mark.postern_only

BIG = bytes(250_000)
HOSTILE = {
    "empty": b"", "nul": b"a\0b", "newline": b"a\nadd :0 . 00",
    "blank": b"a b", "shell": b"$(id)", "bytes": b"\xff\xfe",
    "long": b"a" * 2000, "big": BIG,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("server"))
    config = "X11Forwarding yes\nPermitTunnel yes\n" + CONFIG
    with Patient(directory, list(host_keys.values()), config) as patient:
        yield patient
        patient.assert_well()


@pytest.fixture
def one(server, alice):
    with Peer(server.port) as peer:
        yield peer.login("alice", alice)
    server.assert_well()


def x11(protocol=b"MIT-MAGIC-COOKIE-1", cookie=b"00" * 16, single=0,
        screen=0):
    return u8(single) + string(protocol) + string(cookie) + u32(screen)


def displays():
    with open("/proc/net/tcp") as f:
        return [port for port in range(6010, 6020)
                if f":{port:04X} 00000000:0000 0A" in f.read() or f.seek(0)]


def request(peer, channel, name, body=b""):
    """The number of the answer."""
    peer.send(peer.request_payload(channel, name, body))
    return peer.expect(CHANNEL_SUCCESS, CHANNEL_FAILURE)[0]


def open_answer(peer, kind, extra):
    """None when it was opened, else the reason."""
    peer.send(peer.open_payload(kind, extra=extra))
    payload = peer.expect(CHANNEL_OPEN_CONFIRMATION, CHANNEL_OPEN_FAILURE)
    return Reader(payload[5:]).u32() \
        if payload[0] == CHANNEL_OPEN_FAILURE else None


# ---- displays -------------------------------------------------------------

@pytest.mark.parametrize("field", ["protocol", "cookie"])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_display_with_a_hostile_word_is_refused(one, field, value):
    channel = one.open_session()
    assert request(one, channel, "x11-req",
                   x11(**{field: HOSTILE[value]})) == CHANNEL_FAILURE
    assert one.run("echo \"in<$DISPLAY>\"") == (b"in<>\n", 0)


@pytest.mark.parametrize("name, body", [
    ("x11-req", x11()), ("auth-agent-req@openssh.com", b""),
    ("agent-req", b"")])
def test_a_torn_request_ends_the_connection(server, alice, name, body):
    bodies = [body[:cut] for cut in range(len(body))] + [body + b"\0"]
    for bad in bodies:
        with Peer(server.port) as peer:
            peer.login("alice", alice)
            channel = peer.open_session()
            peer.send(peer.request_payload(channel, name, bad))
            assert peer.ending().reason == REASON_PROTOCOL_ERROR


def test_a_display_is_asked_for_once_and_before_the_program(one):
    channel = one.open_session()
    assert request(one, channel, "x11-req",
                   x11(screen=2 ** 32 - 1)) == CHANNEL_SUCCESS
    assert request(one, channel, "x11-req", x11()) == CHANNEL_FAILURE
    assert request(one, channel, "exec",
                   string("echo $DISPLAY; cat")) == CHANNEL_SUCCESS
    payload = one.recv()
    while payload[0] != CHANNEL_DATA:   # xauth may have something to say
        payload = one.recv()
    assert Reader(payload[5:]).string().endswith(b".4294967295\n")
    assert request(one, channel, "x11-req", x11()) == CHANNEL_FAILURE


def test_a_display_for_one_connection_takes_no_second(one):
    channel = one.open_session()
    assert request(one, channel, "x11-req", x11(single=1)) == CHANNEL_SUCCESS
    # that of an earlier connection may be about to end
    port, = wait_until(lambda: len(displays()) == 1 and displays(),
                       what="the only display")
    with socket.create_connection(("127.0.0.1", port)) as first:
        r = Reader(one.expect(CHANNEL_OPEN)[1:])
        assert r.string() == b"x11"
        r.take(12)
        assert (r.string(), r.u32()) == (b"127.0.0.1",
                                         first.getsockname()[1])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_displays_without_end_are_refused_before_they_harm(one):
    """One for each session, and sessions are few."""
    opened = 0
    for _ in range(30):
        one.send(one.open_payload())
        payload = one.expect(CHANNEL_OPEN_CONFIRMATION, CHANNEL_OPEN_FAILURE)
        if payload[0] == CHANNEL_OPEN_FAILURE:
            break
        channel = Reader(payload[5:]).u32()
        assert request(one, channel, "x11-req", x11()) == CHANNEL_SUCCESS
        opened += 1
    assert opened == 10


# ---- agents ---------------------------------------------------------------

@pytest.mark.parametrize("name, kind", [
    ("auth-agent-req@openssh.com", b"auth-agent@openssh.com"),
    ("agent-req", b"agent-connect")])
def test_an_agents_channels_have_the_name_that_belongs_to_the_request(
        one, name, kind):
    channel = one.open_session()
    assert request(one, channel, name) == CHANNEL_SUCCESS
    path, status = one.run("printf %s $SSH_AUTH_SOCK")
    assert status == 0
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(path)
        r = Reader(one.expect(CHANNEL_OPEN)[1:])
        assert r.string() == kind
        number = r.u32()
        r.take(8)
        assert r.rest() == b""
        one.send(u8(CHANNEL_OPEN_FAILURE) + u32(number) + u32(1) +
                 string("no") + string(""))
        assert client.recv(1) == b""
    assert os.path.exists(path)


def test_an_agent_is_asked_for_once(one):
    """A second request fails, with Debian's server too, on any channel."""
    first, second = one.open_session(), one.open_session()
    assert request(one, first, "auth-agent-req@openssh.com") == \
        CHANNEL_SUCCESS
    for channel in [first, second] * 50:
        for name in ("auth-agent-req@openssh.com", "agent-req"):
            assert request(one, channel, name) == CHANNEL_FAILURE
    assert one.run("ls ~/.ssh/agent | wc -l") == (b"1\n", 0)
    assert one.run("test -S $SSH_AUTH_SOCK") == (b"", 0)


# ---- devices --------------------------------------------------------------

@pytest.mark.parametrize("mode", [0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1])
@pytest.mark.parametrize("unit", [0, 0x7ffffffe, 0x7fffffff, 2 ** 32 - 1])
def test_a_device_that_is_not_alices_is_not_to_be_had(one, mode, unit):
    before = os.listdir("/sys/class/net")
    assert open_answer(one, "tun@openssh.com", u32(mode) + u32(unit)) == 2
    assert one.run("echo in") == (b"in\n", 0)
    assert os.listdir("/sys/class/net") == before


def test_a_torn_device_ends_the_connection(server, alice):
    whole = u32(1) + u32(0)
    for bad in [whole[:cut] for cut in range(8)] + [whole + b"\0"]:
        with Peer(server.port) as peer:
            peer.login("alice", alice)
            peer.send(peer.open_payload("tun@openssh.com", extra=bad))
            assert peer.ending().reason == REASON_PROTOCOL_ERROR


# ---- ports and paths ------------------------------------------------------

@pytest.mark.parametrize("port", [65536, 65536 + 22, 2 ** 31, 2 ** 32 - 1])
def test_a_port_that_does_not_exist_is_refused(one, port):
    def direct(host, number, originator=b"127.0.0.1", from_port=1):
        return string(host) + u32(number) + string(originator) + \
            u32(from_port)
    assert open_answer(one, "direct-tcpip", direct("127.0.0.1", port)) == 1
    assert open_answer(one, "direct-tcpip",
                       direct("127.0.0.1", 22, from_port=port)) == 1
    for name in ("tcpip-forward", "cancel-tcpip-forward"):
        one.send(u8(GLOBAL_REQUEST) + string(name) + u8(1) +
                 string("127.0.0.1") + u32(port))
        one.expect(REQUEST_FAILURE)


@pytest.mark.parametrize("path", ["empty", "nul", "big"])
def test_a_path_that_can_not_be_one_is_refused(one, path):
    assert open_answer(one, "direct-streamlocal@openssh.com",
                       string(HOSTILE[path]) + string("") + u32(0)) == 2
    for name in ("streamlocal-forward@openssh.com",
                 "cancel-streamlocal-forward@openssh.com"):
        one.send(u8(GLOBAL_REQUEST) + string(name) + u8(1) +
                 string(HOSTILE[path]))
        one.expect(REQUEST_FAILURE)
    assert one.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("host", ["empty", "nul", "big", "newline"])
def test_a_host_that_can_not_be_one_is_refused(one, host):
    reason = open_answer(one, "direct-tcpip", string(HOSTILE[host]) +
                         u32(22) + string("127.0.0.1") + u32(1))
    assert reason in (1, 2)
    assert one.run("echo in") == (b"in\n", 0)
