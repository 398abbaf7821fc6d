# SPDX-License-Identifier: ISC
"""A hijacked monitor and the signer: what it can get signed, and what not.

The listener gives our process what every monitor gets; we speak to the signer.
"""

import hashlib
import os
import socket

import pytest

from ipc import BY_ID, Channel, Ended, ROWS, bent_datagrams, encode
from peer import UserKey, verify_ed25519
from replaced import ReplacedServer, receive_socket
from server import descendants, is_running, title, wait_until
from wire import Reader, mpint, string

pytestmark = pytest.mark.postern_only

QUESTIONS = ["SIGN_EXCHANGE", "SIGN_PROOF", "VERIFY", "CHECK_CERT"]
FD_HOST_KEYS, FD_SIGNER = 1, 2


class MonitorServer(ReplacedServer):
    """A server whose monitors are ours."""

    replaced = "sshd-monitor"

    def __init__(self, *args, **kwargs):
        self.given, self.controls = None, []
        super().__init__(*args, **kwargs)

    def accepted(self, control):
        with self.lock:
            self.controls.append(control)
            if self.given is None:
                listener = Channel(receive_socket(control))
                self.controls.append(listener)
                self.given = listener.recv("SETUP")[1]

    def start(self):
        super().start()
        wait_until(lambda: self.given, what="a monitor's set-up")
        with open(f"/dev/fd/{self.given[FD_HOST_KEYS]}", "rb") as f:
            r = Reader(f.read())
        assert r.u32() == 2     # Ed25519, RSA
        self.ed25519, _, self.rsa, _ = (r.string() for _ in range(4))
        self.service = socket.socket(
            fileno=os.dup(self.given[FD_SIGNER]))
        return self

    __enter__ = start

    def open(self):
        """A channel to a fork of the signer."""
        ours, theirs = socket.socketpair(socket.AF_UNIX,
                                         socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self.service, [encode("SERVE")],
                            [theirs.fileno()])
        return Channel(ours.detach())

    def signer(self):
        return next(pid for pid in descendants(self.process.pid)
                    if title(pid) == "sshd: [signer]")

    def good(self, name):
        """Fields of a question that has an answer."""
        return {
            "SIGN_EXCHANGE": {
                "kex_name": b"curve25519-sha256",
                "host_key_algorithm": b"ssh-ed25519",
                "client_version": b"SSH-2.0-c", "server_version":
                b"SSH-2.0-s", "client_kexinit": b"\x14c",
                "server_kexinit": b"\x14s", "host_key": self.ed25519,
                "client_public": b"\1" * 32, "server_public": b"\2" * 32,
                "shared_secret": mpint(b"\3" * 32)},
            "SIGN_PROOF": {"session_id": bytes(32), "key": self.ed25519,
                           "algorithm": b"ssh-ed25519"},
            "VERIFY": {"key": self.ed25519, "algorithm": b"ssh-ed25519",
                       "signature": string(b"ssh-ed25519") +
                       string(bytes(64)),
                       "data": b"data"},
            "CHECK_CERT": {"cert": self.ed25519,
                           "ca_algorithms": b"ssh-ed25519"}}[name]


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("monitor"))
    with MonitorServer(directory, [host_keys["ed25519"],
                                   host_keys["rsa"]]) as one:
        yield one
        # no monitor of its own is left that could greet
        assert one.process.poll() is None
        one.assert_no_crash()
        for thing in one.controls:
            thing.close()
        one.service.close()


@pytest.fixture
def channel(server):
    one = server.open()
    yield one
    one.close()


def assert_ended(channel):
    with pytest.raises(Ended):
        channel.recv()


def test_an_exchange_is_signed_as_the_signer_hashes_it(server, channel):
    q = server.good("SIGN_EXCHANGE")
    answer = channel.ask("SIGN_EXCHANGE", "EXCHANGE_SIGNED", **q)
    want = hashlib.sha256(
        b"".join(string(q[name]) for name in (
            "client_version", "server_version", "client_kexinit",
            "server_kexinit", "host_key", "client_public",
            "server_public")) + q["shared_secret"]).digest()
    assert answer["hash"] == want
    verify_ed25519(server.ed25519, answer["signature"], want)


def test_it_answers_many_questions_one_after_the_other(server, channel):
    for _ in range(20):
        for name, answer in (("SIGN_PROOF", "PROOF_SIGNED"),
                             ("VERIFY", "VERIFIED"),
                             ("CHECK_CERT", "VERIFIED")):
            channel.ask(name, answer, **server.good(name))


def test_questions_sent_ahead_are_answered_in_turn(server, channel):
    for _ in range(5):
        channel.send("VERIFY", **server.good("VERIFY"))
        channel.send("SIGN_PROOF", **server.good("SIGN_PROOF"))
    for _ in range(5):
        channel.recv("VERIFIED")
        channel.recv("PROOF_SIGNED")


def test_no_bytes_of_ones_choice_are_signed(server, channel):
    """Neither a user's request nor a certificate can be put together."""
    proof = server.good("SIGN_PROOF")
    answer = channel.ask("SIGN_PROOF", "PROOF_SIGNED", **proof)
    verify_ed25519(server.ed25519, answer["signature"],
                   string(b"hostkeys-prove-00@openssh.com") +
                   string(proof["session_id"]) + string(server.ed25519))


@pytest.mark.parametrize("change", [
    {"host_key": b""}, {"host_key": b"other"}, {"kex_name": b"nonsense"},
    {"host_key_algorithm": b"ecdsa-sha2-nistp256"},
    {"host_key_algorithm": b"rsa-sha2-512"},    # with the other key's blob
    {"client_kexinit": b"\x15"}, {"server_kexinit": b""},
    {"server_version": b"2.0"}], ids=lambda change: next(iter(change)))
def test_an_exchange_that_is_none_gets_no_signature(server, channel, change):
    channel.send("SIGN_EXCHANGE", **{**server.good("SIGN_EXCHANGE"),
                                     **change})
    assert_ended(channel)


def test_a_proof_is_for_the_servers_own_keys(server, channel):
    stranger = UserKey.generate()
    channel.send("SIGN_PROOF", session_id=bytes(32), key=stranger.blob,
                 algorithm=b"ssh-ed25519")
    assert_ended(channel)


def test_a_key_signs_with_its_own_algorithms_only(server, channel):
    answer = channel.ask(
        "SIGN_PROOF", "PROOF_SIGNED",
        **{**server.good("SIGN_PROOF"), "algorithm": b"rsa-sha2-512"})
    assert answer["code"] != 0 and answer["signature"] == b""


@pytest.mark.parametrize("question", QUESTIONS)
def test_bent_questions_end_it(server, question):
    good = server.good(question)
    for name, datagram in bent_datagrams(ROWS[question], good):
        channel = server.open()
        channel.send_raw(datagram)
        try:
            with pytest.raises(Ended):
                channel.recv()
                pytest.fail(f"{question} {name} was answered")
        finally:
            channel.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_descriptor_with_a_question_ends_it(server, channel, question):
    with open(os.devnull) as null:
        channel.send(question, fds=[null.fileno()], **server.good(question))
    assert_ended(channel)


def test_nothing_else_is_a_question(server):
    others = [row for row in ROWS.values() if row.name not in QUESTIONS]
    assert len(others) > 40
    for row in others:
        channel = server.open()
        with open(os.devnull) as null:
            channel.send(row.name, fds=[null.fileno()] * row.fds_min)
        assert_ended(channel)
        channel.close()


def test_the_service_takes_one_message_only(server):
    """Rubbish of one monitor does not keep it from serving the others."""
    signer = server.signer()
    with open(os.devnull) as null:
        fd = null.fileno()
        for row in ROWS.values():
            if row.name != "SERVE":
                socket.send_fds(server.service, [encode(row.name)],
                                [fd] * row.fds_min)
        for data, fds in ((encode("SERVE"), []), (encode("SERVE"), [fd, fd]),
                          (encode("SERVE") + b"\0", [fd]),
                          (bytes([len(BY_ID)]), []), (b"\xff" * 1000, [fd])):
            socket.send_fds(server.service, [data], fds)
    channel = server.open()
    channel.ask("VERIFY", "VERIFIED", **server.good("VERIFY"))
    channel.close()
    assert server.signer() == signer


def test_forks_go_with_those_who_asked_for_them(server):
    signer = server.signer()
    wait_until(lambda: not descendants(signer), what="no fork")
    channels = [server.open() for _ in range(50)]
    for channel in channels[::2]:
        channel.ask("VERIFY", "VERIFIED", **server.good("VERIFY"))
    for channel in channels:
        channel.close()
    wait_until(lambda: not descendants(signer), what="no fork")
    assert is_running(signer)


@pytest.mark.parametrize("restarts", [False, True],
                         ids=["as-it-was", "started-anew"])
def test_what_a_confined_fork_has_to_tell_gets_to_syslog(
        tmp_path, host_keys, keys, syslog, restarts):
    mark = syslog.mark()
    with MonitorServer(str(tmp_path), [host_keys["ed25519"],
                                       host_keys["rsa"]],
                       syslog=True) as server:
        channel = server.open()
        channel.ask("VERIFY", "VERIFIED", **server.good("VERIFY"))
        if restarts:
            syslog.restart()
        channel.send("SIGN_PROOF", session_id=bytes(32), key=b"stranger",
                     algorithm=b"ssh-ed25519")
        assert_ended(channel)
        channel.close()
        syslog.wait_for("error: attack: a monitor asked the signer for what "
                        "it must not: host key to prove", mark)
        assert not [line for line in syslog.since(mark) if "killed" in line]
        for thing in server.controls:
            thing.close()
        server.service.close()
