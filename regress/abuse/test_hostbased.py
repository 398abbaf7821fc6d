# SPDX-License-Identifier: ISC
"""A hijacked network process against logins for which a host vouches: it may
say any name, but only the host's key makes the monitor believe it."""

import os

import pytest

from hostile_net import AUTH_FAILURE, AUTH_SUCCESS, HostileServer
from peer import UserKey
from wire import string

pytestmark = pytest.mark.postern_only

HOST = b"client.example.org"
CONFIG = """HostbasedAuthentication yes
HostbasedUsesNameFromPacketOnly yes
MaxAuthTries 20
"""


@pytest.fixture(scope="module")
def host_key():
    return UserKey.generate()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, host_keys, keys, host_key):
    files = {"/etc/ssh/shosts.equiv": HOST.decode() + "\n",
             "/etc/ssh/ssh_known_hosts":
             f"{HOST.decode()} {host_key.public_line()}"}
    for path, text in files.items():
        with open(path, "w") as out:
            out.write(text)
    directory = str(tmp_path_factory.mktemp("hostile"))
    with HostileServer(directory, list(host_keys.values()),
                       CONFIG) as server:
        yield server
        server.assert_well()
    for path in files:
        os.unlink(path)


@pytest.fixture
def child(hostile):
    one = hostile.take()
    one.start().name()
    yield one
    one.close()


def signed(child, signer, **changes):
    """What the host's key has to sign, with what a liar puts in."""
    fields = {"session_id": child.session_id, "number": b"\x32",
              "user": b"alice", "service": b"ssh-connection",
              "method": b"hostbased", "algorithm": b"ssh-ed25519",
              "key": signer.blob, "client_host": HOST,
              "client_user": b"alice"}
    fields.update(changes)
    number = fields.pop("number")
    session_id = fields.pop("session_id")
    return signer.sign(string(session_id) + number +
                       b"".join(map(string, fields.values())))


def attempt(child, signer, signature, **changes):
    fields = {"algorithm": b"ssh-ed25519", "key": signer.blob,
              "client_host": HOST, "client_user": b"alice",
              "signature": signature}
    fields.update(changes)
    child.monitor.send("AUTH_HOSTBASED", **fields)
    return child.monitor.recv("AUTH_REPLY")[0]["result"]


def test_an_honest_request_logs_in(child, host_key):
    """What the others here change is all that keeps them out."""
    assert attempt(child, host_key, signed(child, host_key)) == AUTH_SUCCESS


@pytest.mark.parametrize("changes", [
    {"session_id": bytes(32)}, {"user": b"bob"}, {"user": b"root"},
    {"service": b"ssh-userauth"}, {"method": b"publickey"},
    {"algorithm": b"rsa-sha2-512"}, {"client_host": b"other.example.org"},
    {"client_host": HOST + b"."}, {"client_user": b"bob"},
    {"client_user": b""}, {"number": b"\x05"}],
    ids=lambda changes: "-".join(f"{k}-{v[:12]!r}"
                                 for k, v in changes.items()))
def test_a_signature_over_anything_else_is_refused(child, host_key, changes):
    signature = signed(child, host_key, **changes)
    assert attempt(child, host_key, signature) == AUTH_FAILURE


def test_another_key_does_not_speak_for_the_host(child):
    liar = UserKey.generate()
    assert attempt(child, liar, signed(child, liar)) == AUTH_FAILURE


@pytest.mark.parametrize("name", [
    b"", b".", b"other.example.org", HOST + b"..", HOST + b"\0",
    b"\0" + HOST, HOST + b"\0.evil.org", b"*", b"@group", HOST + b" alice",
    HOST + b"\nother.example.org", b"|1|AAAA|AAAA", b"a" * 256,
    b"%s%n", b"../../etc/passwd"])
def test_no_other_name_of_a_host_is_trusted(child, host_key, name):
    signature = signed(child, host_key, client_host=name)
    assert attempt(child, host_key, signature,
                   client_host=name) == AUTH_FAILURE


@pytest.mark.parametrize("name", [
    b"", b"bob", b"alice\0", b"\0alice", b"alice ", b"+", b"-alice",
    b"@group", b"a" * 1024, b"alice\nalice"])
def test_no_other_user_of_the_host_is_trusted(child, host_key, name):
    signature = signed(child, host_key, client_user=name)
    assert attempt(child, host_key, signature,
                   client_user=name) == AUTH_FAILURE


@pytest.mark.parametrize("algorithm", [
    b"", b"ssh-rsa", b"rsa-sha2-512", b"ssh-ed25519\0", b"none",
    b"ssh-ed25519-cert-v01@openssh.com", b"sk-ssh-ed25519@openssh.com"])
def test_the_algorithm_has_to_be_the_keys(child, host_key, algorithm):
    signature = signed(child, host_key, algorithm=algorithm)
    assert attempt(child, host_key, signature,
                   algorithm=algorithm) == AUTH_FAILURE


@pytest.mark.parametrize("blob", [b"", b"x", bytes(51)])
def test_a_blob_that_is_no_key_is_refused(child, host_key, blob):
    signature = signed(child, host_key, key=blob)
    assert attempt(child, host_key, signature, key=blob) == AUTH_FAILURE


def test_every_truncation_of_key_and_signature_is_refused(hostile, host_key):
    child = hostile.take()
    child.start().name()
    signature = signed(child, host_key)
    for cut in (1, len(signature) // 2, len(signature)):
        assert attempt(child, host_key, signature[:-cut]) == AUTH_FAILURE
        assert attempt(child, host_key, signature,
                       key=host_key.blob[:-cut]) == AUTH_FAILURE
    child.close()


def test_a_stranger_is_answered_like_a_user(hostile, host_key):
    child = hostile.take()
    child.start().name("nobody-here")
    assert attempt(child, host_key, signed(
        child, host_key, user=b"nobody-here")) == AUTH_FAILURE
    child.close()
