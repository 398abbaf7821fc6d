# SPDX-License-Identifier: ISC
"""Certificates that lie: none logs in, and nobody learns who exists."""

import os
import time

import pytest

from certs import CERT, Certified, HOST, body
from patient import CONFIG, Patient
from peer import Closed, Peer, UserKey
from wire import (
    Reader, USERAUTH_60, USERAUTH_FAILURE, USERAUTH_SUCCESS, mpint, string,
    u32)

pytestmark = pytest.mark.postern_only

L = 2 ** 252 + 27742317777372353535851937790883648493


@pytest.fixture(scope="module")
def ca():
    return UserKey.generate()


@pytest.fixture(scope="module")
def trusting(ca, host_keys, keys, tmp_path_factory):
    directory = tmp_path_factory.mktemp("trusting")
    (directory / "cas").write_text(ca.public_line())
    config = f"TrustedUserCAKeys {directory}/cas\nMaxAuthTries 100\n" + CONFIG
    with Patient(str(directory), [host_keys["ed25519"]], config) as patient:
        yield patient
        patient.assert_well()


def answers(server, user, key, signature=None, algorithm=None):
    """What the server says to a query and to a signed request."""
    said = []
    for signed in (False, True):
        with Peer(server.port) as peer:
            peer.keyed().service()
            if signed:
                made = signature(peer) if signature else \
                    peer.signature(key, user, algorithm=algorithm)
            peer.send(_request(user, key, made if signed else None,
                               algorithm))
            try:
                said.append(peer.expect(USERAUTH_FAILURE, USERAUTH_60,
                                        USERAUTH_SUCCESS)[0])
            except Closed as closed:
                said.append(("closed", closed.reason))
    return said


def _request(user, key, signature, algorithm=None):
    from peer import pubkey_request
    return pubkey_request(user, "ssh-connection", "publickey",
                          algorithm or key.algorithm, key.blob, signature)


def assert_refused(server, key, **how):
    existing = answers(server, "alice", key, **how)
    assert USERAUTH_SUCCESS not in existing
    assert USERAUTH_60 not in existing
    assert existing == answers(server, "ghost", key, **how)
    server.assert_well()


def test_an_honest_one_logs_in(trusting, ca):
    key = Certified(ca)
    assert answers(trusting, "alice", key) == [USERAUTH_60, USERAUTH_SUCCESS]
    # whoever does not exist hears what a stranger's key hears
    assert answers(trusting, "ghost", Certified(ca, principals=(b"ghost",))) \
        == [USERAUTH_FAILURE, USERAUTH_FAILURE]


LIES = {
    "host_certificate": {"kind": HOST},
    "type_0": {"kind": 0},
    "type_max": {"kind": 2 ** 32 - 1},
    "expired": {"valid": (0, 1)},
    "not_yet": {"valid": (2 ** 63, 2 ** 64 - 1)},
    "backwards": {"valid": (2 ** 64 - 1, 0)},
    "no_principals": {"principals": ()},
    "empty_principal": {"principals": (b"",)},
    "principal_with_nul": {"principals": (b"alice\0",)},
    "principal_nul_more": {"principals": (b"alice\0x",)},
    "principal_pattern": {"principals": (b"*", b"al?ce", b"!bob")},
    "principal_list": {"principals": (b"bob,alice",)},
    "257_principals": {"principals": (b"alice",) * 257},
    "a_thousand_principals": {"principals": (b"x",) * 1000 + (b"alice",)},
    "principals_cut": {"principals_run": string(b"alice")[:-1]},
    "principals_trail": {"principals_run": string(b"alice") + b"\0"},
    "principals_huge": {"principals_run": u32(2 ** 31) + b"alice"},
    "key_id_with_nul": {"key_id": b"x\0y"},
    "unknown_critical": {"critical": ((b"x@example", b""),)},
    "critical_with_nul": {"critical": ((b"force-command\0",
                                        string(b"true")),)},
    "critical_case": {"critical": ((b"Force-Command", string(b"true")),)},
    "command_no_string": {"critical": ((b"force-command", b"true"),)},
    "command_nul": {"critical": ((b"force-command", string(b"a\0b")),)},
    "command_trail": {"critical": ((b"force-command",
                                    string(b"true") + b"\0"),)},
    "command_twice": {"critical": ((b"force-command", string(b"true")),) * 2},
    "address_other": {"critical": ((b"source-address",
                                    string(b"192.0.2.0/24")),)},
    "address_pattern": {"critical": ((b"source-address", string(b"*")),)},
    "address_not": {"critical": ((b"source-address",
                                  string(b"!192.0.2.1,127.0.0.1")),)},
    "address_empty": {"critical": ((b"source-address", string(b"")),)},
    "address_long": {"critical": ((b"source-address",
                                   string(b"127.0.0.0/33")),)},
    "verify_data": {"critical": ((b"verify-required", b"x"),)},
    "pty_data": {"extensions": ((b"permit-pty", b"x"),)},
    "trailing_byte": {"tail": b"\0"},
    "wrong_name": {"name": b"ssh-ed25519"},
    "name_of_rsa": {"name": b"ssh-rsa-cert-v01@openssh.com"},
    "name_with_nul": {"name": CERT + b"\0"},
    "short_point": {"public": string(bytes(31))},
    "long_point": {"public": string(bytes(33))},
    "no_ca": {"ca_blob": b""},
    "unsigned": {"sign": lambda data: b""},
    "signed_by_another": {"sign": UserKey.generate().sign},
}


@pytest.mark.parametrize("name", sorted(LIES))
def test_a_lie_in_a_field_logs_nobody_in(trusting, ca, name):
    assert_refused(trusting, Certified(ca, **LIES[name]))


def test_a_certificate_of_itself_logs_nobody_in(trusting, alice):
    assert_refused(trusting, Certified(alice, key=alice))


def test_a_ca_that_is_a_certificate_logs_nobody_in(trusting, ca):
    inner = Certified(ca)
    assert_refused(trusting, Certified(inner.key, ca_blob=inner.blob))
    deep = inner
    for _ in range(40):
        deep = Certified(deep.key, ca_blob=deep.blob)
    assert_refused(trusting, deep)


def assert_none_logs_in(server, key, blobs):
    """Each of these in place of the key's certificate."""
    with Peer(server.port) as peer:
        peer.keyed().service()
        for blob in blobs:
            key.blob = blob
            peer.send(_request("alice", key, peer.signature(key, "alice")))
            assert peer.expect(USERAUTH_FAILURE, USERAUTH_SUCCESS)[0] == \
                USERAUTH_FAILURE, blob
    server.assert_well()


def test_cut_anywhere_it_logs_nobody_in(trusting, ca):
    key = Certified(ca)
    full = key.blob
    assert_none_logs_in(trusting, key, [
        full[:length] for length in range(0, len(full), 7)])


def test_a_changed_bit_anywhere_spoils_it(trusting, ca):
    key = Certified(ca)
    full = key.blob
    assert_none_logs_in(trusting, key, [
        full[:at] + bytes([full[at] ^ 1]) + full[at + 1:]
        for at in range(0, len(full), 11)])


def test_a_hundred_thousand_principals_are_too_many(trusting, ca):
    # more than a packet holds, and as much as one does
    for count in (100000, 12000):
        key = Certified(ca, principals=(b"x",) * count + (b"alice",))
        assert_refused(trusting, key)


def test_a_malleable_signature_of_the_ca_logs_nobody_in(trusting, ca):
    def bent(data):
        r = Reader(ca.sign(data))
        name, raw = r.string(), r.string()
        s = int.from_bytes(raw[32:], "little") + L
        return string(name) + string(raw[:32] + s.to_bytes(32, "little"))

    assert_refused(trusting, Certified(ca, sign=bent))


def test_the_signature_of_a_user_key_is_none_of_a_ca(trusting, ca):
    """What a CA's key signed as a user of this server is no certificate."""
    key = UserKey.generate()
    with Peer(trusting.port) as peer:
        peer.keyed().service()
        login = peer.signature(ca, "alice")
    assert_refused(trusting, Certified(ca, key=key, sign=lambda data: login))


def test_the_signature_must_be_of_the_certified_key(trusting, ca):
    key = Certified(ca)
    other = UserKey.generate()

    def by_other(peer):
        other.blob = key.blob
        return peer.signature(other, "alice", algorithm=CERT)

    said = answers(trusting, "alice", key, signature=by_other)
    assert said == [USERAUTH_60, USERAUTH_FAILURE]


def test_the_signature_must_be_of_this_session(trusting, ca):
    key = Certified(ca)
    said = answers(trusting, "alice", key, signature=lambda peer:
                   peer.signature(key, "alice", session_id=bytes(32)))
    assert said == [USERAUTH_60, USERAUTH_FAILURE]


def test_the_signature_must_be_over_the_certificate(trusting, ca):
    key = Certified(ca)
    said = answers(trusting, "alice", key, signature=lambda peer:
                   peer.signature(key.key, "alice"))
    assert said == [USERAUTH_60, USERAUTH_FAILURE]


@pytest.mark.parametrize("algorithm", [
    b"ssh-ed25519", b"rsa-sha2-512-cert-v01@openssh.com",
    b"sk-ssh-ed25519-cert-v01@openssh.com", CERT + b"\0", b"ssh"])
def test_the_algorithm_must_be_that_of_the_certificate(trusting, ca,
                                                       algorithm):
    assert_refused(trusting, Certified(ca), algorithm=algorithm)


def test_an_answer_about_one_key_is_not_for_another(trusting, ca):
    """A good query, then a signature with what was not asked about."""
    good, bad = Certified(ca), Certified(UserKey.generate())
    with Peer(trusting.port) as peer:
        peer.keyed().service()
        peer.send(_request("alice", good, None))
        peer.expect(USERAUTH_60)
        peer.send(_request("alice", bad, peer.signature(bad, "alice")))
        assert peer.expect(USERAUTH_FAILURE, USERAUTH_SUCCESS)[0] == \
            USERAUTH_FAILURE
        for _ in range(20):
            peer.send(_request("alice", Certified(ca), None))
            peer.expect(USERAUTH_60)
        peer.send(_request("alice", good, peer.signature(good, "alice")))
        peer.expect(USERAUTH_SUCCESS)


def time_of_query(server, user, key):
    with Peer(server.port) as peer:
        peer.keyed().service().none(user)
        start = time.perf_counter()
        peer.send(_request(user, key, None))
        peer.expect(USERAUTH_FAILURE)
        return time.perf_counter() - start


@pytest.mark.slow
def test_time_does_not_tell_whose_keys_are_read(trusting, ca):
    """400 interleaved queries; names are many, as each has its own time."""
    users = [f"timed{i}" for i in range(20)]
    lines = "".join(UserKey.generate().public_line() for _ in range(20))
    with open("/etc/passwd", "a") as passwd:
        for i, user in enumerate(users):
            passwd.write(f"{user}:x:{4000 + i}:4000::/home/{user}:/bin/sh\n")
            os.makedirs(f"/home/{user}/.ssh")
            with open(f"/home/{user}/.ssh/authorized_keys", "w") as keys:
                keys.write(lines)
    for key in (UserKey.generate(), Certified(ca, principals=(b"nobody",))):
        existing, missing = [], []
        for i in range(200):
            existing.append(time_of_query(trusting, users[i % 20], key))
            missing.append(time_of_query(trusting, f"untimed{i % 20}", key))
        # the time by name spreads over 2:1; what a name's existence adds
        # would shift all of one side
        below = sum(x < y for x in existing for y in missing) / 200 ** 2
        assert 0.25 < below < 0.75


RSA_LIES = {
    "exponent_1": (1, 2 ** 2047 + 1), "exponent_0": (0, 2 ** 2047 + 1),
    "exponent_even": (65536, 2 ** 2047 + 1),
    "exponent_huge": (2 ** 4096 + 1, 2 ** 2047 + 1),
    "modulus_even": (65537, 2 ** 2047), "modulus_0": (65537, 0),
    "modulus_small": (65537, 2 ** 511 + 1),
    "modulus_huge": (65537, 2 ** 16384 + 1),
}


@pytest.mark.parametrize("name", sorted(RSA_LIES))
@pytest.mark.parametrize("as_ca", [False, True])
def test_odd_numbers_of_rsa_log_nobody_in(trusting, ca, name, as_ca):
    e, n = RSA_LIES[name]
    public = mpint(e) + mpint(n)
    key = UserKey.generate()
    fake = string(b"rsa-sha2-512") + string(bytes(255) + b"\1")
    if as_ca:
        key = Certified(ca, ca_blob=string(b"ssh-rsa") + public,
                        sign=lambda data: fake)
        assert_refused(trusting, key)
        return
    key.blob = string(b"ssh-rsa") + public
    assert_refused(trusting, key, signature=lambda peer: fake,
                   algorithm=b"rsa-sha2-512")


def test_the_hand_made_body_is_what_is_signed(ca):
    """The tests' own writer: a field out of place would prove nothing."""
    key = UserKey.generate()
    r = Reader(body(key, ca.blob))
    assert r.string() == CERT and r.string() == bytes(32)
    assert r.string() == key.blob[-32:]
