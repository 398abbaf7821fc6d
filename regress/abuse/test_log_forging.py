# SPDX-License-Identifier: ISC
"""Nothing that a peer sends makes a log line of its own.

Every text of the protocol carries a line end and other control characters;
the log, wherever it goes, shows none of them raw.
"""

import re
import subprocess

import pytest

from patient import CONFIG, Patient
from peer import Closed, Peer
from server import SSHD, wait_until
from wire import (
    CHANNEL_FAILURE, CHANNEL_SUCCESS, DEBUG, DISCONNECT, GLOBAL_REQUEST,
    SERVICE_REQUEST, USERAUTH_FAILURE, USERAUTH_REQUEST, string, u32, u8)

pytestmark = pytest.mark.postern_only

BAD = b"x\r\nFORGED line\n\rFORGED\x1b]0;FORGED\x07\x7f\x9bFORGED\x85FORGED" \
    b"\xe2\x80\xa8FORGED\x0b\x0c%s%n\tFORGED"
# C0 but for the ends of lines, DEL, C1 as bytes, a line separator in UTF-8
RAW = re.compile(rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|"
                 rb"(?<![\xc2-\xf4\x80-\xbf])[\x80-\x9f]|"
                 rb"\xe2\x80[\xa8\xa9]|\xc2[\x80-\x9f]")


class StderrPatient(Patient):
    """sshd -D -e with its standard error in the log file."""

    def start(self):
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", self.config_path],
                stdin=subprocess.DEVNULL, stderr=log)
        wait_until(lambda: "Server listening" in self.log(), what="listening")
        return self

    __enter__ = start


@pytest.fixture(scope="module", params=["file", "stderr", "syslog"])
def logged(request, tmp_path_factory, host_keys, keys, syslog):
    """A server, and what it logs from now on, as lines of bytes."""
    directory = str(tmp_path_factory.mktemp("logged"))
    config = "LogLevel DEBUG3\n" + CONFIG
    make = StderrPatient if request.param == "stderr" else Patient
    patient = make(directory, list(host_keys.values()), config,
                   syslog=request.param == "syslog")
    mark = syslog.mark()

    def lines():
        if request.param == "syslog":
            return [line.encode() for line in syslog.since(mark)]
        def whole():
            with open(patient.log_path, "rb") as log:
                data = log.read()
            return data if data.endswith(b"\n") else None
        return [line.removesuffix(b"\r") for line in wait_until(
            whole, what="whole lines").split(b"\n")]

    patient.lines = lines
    with patient:
        yield patient


def at_login(peer, key, payload):
    peer.keyed().service()
    peer.send(payload)


def in_session(peer, key, payload_of):
    peer.login("alice", key)
    peer.send(payload_of(peer, peer.open_session()))


def named(name, body=b""):
    return lambda peer, channel: peer.request_payload(channel, name, body)


def request(user=b"alice", service=b"ssh-connection", method=b"none"):
    return u8(USERAUTH_REQUEST) + string(user) + string(service) + \
        string(method)


# name: (what to do, True where the text must be in the log)
VECTORS = {
    "version": (lambda peer, key: (
        peer.connect(), peer.send_raw(
            b"SSH-2.0-x\rFORGED\x1b[0m\x7f FORGED\r\n")), None),
    "version_of_bytes": (lambda peer, key: (
        peer.connect(), peer.send_raw(
            b"SSH-2.0-\x85FORGED \xe2\x80\xa8FORGED\x9b\r\n"),
        peer.read_version(), peer.read_kexinit(), peer.send(b"\xff")), None),
    "software": (lambda peer, key: (
        peer.connect(), peer.send_raw(b"SSH-2.0-Probe-FORGED %s%n\r\n")),
        True),
    "no_version": (lambda peer, key: (
        peer.connect(), peer.send_raw(b"GET /\rFORGED\x1b[0m\r\n")), None),
    "no_version_of_text": (lambda peer, key: (
        peer.connect(), peer.send_raw(b"GET /FORGED%s%n\r\n")), True),
    "version_with_nul": (lambda peer, key: (
        peer.connect(), peer.send_raw(b"SSH-2.0-a\0FORGED\r\n")), None),
    "kex_names": (lambda peer, key: (
        peer.start().read_kexinit(), peer.send(peer.kexinit(kex=BAD))), None),
    "cipher_names": (lambda peer, key: (
        peer.start().read_kexinit(),
        peer.send(peer.kexinit(cipher_out=BAD))), None),
    "disconnect_early": (lambda peer, key: (
        peer.start().read_kexinit(), peer.send(
            u8(DISCONNECT) + u32(11) + string(BAD) + string(BAD))), True),
    "disconnect": (lambda peer, key: in_session(
        peer, key, lambda p, c: u8(DISCONNECT) + u32(2) + string(BAD) +
        string("")), True),
    "debug": (lambda peer, key: in_session(
        peer, key, lambda p, c: u8(DEBUG) + u8(1) + string(BAD) +
        string("")), True),
    "service_request": (lambda peer, key: (
        peer.keyed(), peer.send(u8(SERVICE_REQUEST) + string(BAD[:60]))),
        True),
    "user": (lambda peer, key: at_login(peer, key, request(user=BAD)), True),
    "user_of_line_end": (lambda peer, key: at_login(
        peer, key, request(user=b"\nFORGED")), True),
    "service": (lambda peer, key: at_login(
        peer, key, request(service=BAD[:60])), None),
    "method": (lambda peer, key: at_login(
        peer, key, request(method=BAD)), None),
    "changed_user": (lambda peer, key: (
        peer.keyed().service().none("alice"),
        peer.send(request(user=BAD))), True),
    "channel_type": (lambda peer, key: in_session(
        peer, key, lambda p, c: p.open_payload(BAD)), True),
    "host": (lambda peer, key: in_session(
        peer, key, lambda p, c: p.open_payload(
            "direct-tcpip", extra=string(BAD) + u32(1) + string(BAD) +
            u32(1))), None),
    "path": (lambda peer, key: in_session(
        peer, key, lambda p, c: p.open_payload(
            "direct-streamlocal@openssh.com", extra=string(BAD) +
            string("") + u32(0))), None),
    "request_name": (lambda peer, key: in_session(peer, key, named(BAD)),
                     True),
    "env": (lambda peer, key: in_session(
        peer, key, named("env", string(BAD) + string(BAD))), None),
    "accepted_env": (lambda peer, key: in_session(
        peer, key, named("env", string(b"TEST_" + BAD) + string(BAD))), None),
    "subsystem": (lambda peer, key: in_session(
        peer, key, named("subsystem", string(BAD))), True),
    "signal": (lambda peer, key: in_session(
        peer, key, named("signal", string(BAD[:60]))), None),
    "term": (lambda peer, key: in_session(peer, key, named(
        "pty-req", string(BAD) + u32(1) * 4 + string(""))), None),
    "exec": (lambda peer, key: in_session(
        peer, key, named("exec", string(b": " + BAD))), None),
    "global_request": (lambda peer, key: in_session(
        peer, key, lambda p, c: u8(GLOBAL_REQUEST) + string(BAD) + u8(1)),
        None),
    "listen_host": (lambda peer, key: in_session(
        peer, key, lambda p, c: u8(GLOBAL_REQUEST) +
        string("tcpip-forward") + u8(1) + string(BAD) + u32(2222)), None),
    "listen_path": (lambda peer, key: in_session(
        peer, key, lambda p, c: u8(GLOBAL_REQUEST) +
        string("streamlocal-forward@openssh.com") + u8(1) + string(BAD)),
        None),
}


@pytest.mark.parametrize("name", VECTORS)
def test_no_text_of_a_peer_makes_a_line_of_its_own(logged, alice, name):
    act, shown = VECTORS[name]
    before = len(logged.lines())
    with Peer(logged.port) as peer:
        act(peer, alice)
        if name == "debug":
            peer.send(u8(9))
        port = peer.sock.getsockname()[1]
        try:
            peer.expect(USERAUTH_FAILURE, CHANNEL_SUCCESS, CHANNEL_FAILURE,
                        3, 81, 82, 92)
        except (Closed, AssertionError, TimeoutError):
            pass
    # the end of the connection comes behind all of its lines
    end = re.compile(rb"(closed by|reset by|Disconnect|disconnect|Read error|"
                     rb"probed from|Connection).*port %d\b" % port)
    wait_until(lambda: sum(bool(end.search(line)) for line in
                           logged.lines()[max(before - 1, 0):]) >= 2,
               what="the end of the connection")
    lines = logged.lines()[max(0, before - 1):]
    if shown:
        assert any(b"FORGED" in line for line in lines), lines
    for line in lines:
        text = re.sub(rb"^<\d+>[A-Z][a-z]{2} [ \d]\d [\d:]{8} "
                      rb"|^<\d+>", b"", line)
        assert not text.startswith(b"FORGED"), line
        assert not RAW.search(text.replace(b"\t", b"")), line
        assert b"\r" not in text and b"\n" not in text, line
