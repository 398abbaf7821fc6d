# SPDX-License-Identifier: ISC
"""What does not log in: every way to bend a publickey request."""

import pytest

from peer import Closed, Peer, UserKey, pubkey_request
from server import wait_until
from wire import (
    REASON_PROTOCOL_ERROR, Reader, SERVICE_ACCEPT, SERVICE_REQUEST, USERAUTH_60,
    USERAUTH_FAILURE, USERAUTH_REQUEST, USERAUTH_SUCCESS, string, u8)

pytestmark = pytest.mark.postern_only

# RFC 8032 5.1: the order of the base point
L = 2 ** 252 + 27742317777372353535851937790883648493


@pytest.fixture
def asking(server):
    """A peer that may ask for authentication."""
    with Peer(server.port) as peer:
        yield peer.keyed().service()
    server.assert_well()


def outcome(peer, payload):
    peer.send(payload)
    try:
        return peer.expect(USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_60)[0]
    except Closed as closed:
        return closed


def assert_no(peer, payload):
    answer = outcome(peer, payload)
    assert answer == USERAUTH_FAILURE or (
        isinstance(answer, Closed) and answer.reason is not None), answer


def request(key, signature, user="alice", service="ssh-connection",
            method="publickey", algorithm=None, blob=None):
    return pubkey_request(user, service, method, algorithm or key.algorithm,
                          blob or key.blob, signature)


def bent_signatures(peer, key):
    good = peer.signature(key, "alice")
    r = Reader(good)
    name, raw = r.string(), r.string()
    s = int.from_bytes(raw[32:], "little")
    more = (s + L).to_bytes(32, "little")
    return {
        "empty": b"", "no_signature": string(name), "all_zero":
        string(name) + string(bytes(64)),
        "other_user": peer.signature(key, "bob"),
        "other_service": peer.signature(key, "alice", service="ssh-userauth"),
        "other_method": peer.signature(key, "alice", method="none"),
        "other_algorithm": peer.signature(key, "alice",
                                          algorithm=b"ssh-rsa"),
        "other_session": peer.signature(key, "alice",
                                        session_id=bytes(32)),
        "longer_session": peer.signature(key, "alice",
                                         session_id=peer.session_id + b"\0"),
        "hostbound_for_plain": peer.signature(
            key, "alice", method="publickey-hostbound-v00@openssh.com",
            host_key=peer.first_host_key),
        "s_plus_l": string(name) + string(raw[:32] + more),
        "trailing_byte": good + b"\0",
        "trailing_in_raw": string(name) + string(raw + b"\0"),
        "short_raw": string(name) + string(raw[:-1]),
        "name_with_nul": string(name + b"\0") + string(raw),
        "name_rsa": string("rsa-sha2-256") + string(raw),
        "name_cert": string("ssh-ed25519-cert-v01@openssh.com") +
        string(raw),
        "empty_name": string("") + string(raw),
        "other_key": peer.signature(UserKey.generate(), "alice"),
    }


BENT = ["empty", "no_signature", "all_zero", "other_user", "other_service",
        "other_method", "other_algorithm", "other_session", "longer_session",
        "hostbound_for_plain", "s_plus_l", "trailing_byte",
        "trailing_in_raw", "short_raw", "name_with_nul", "name_rsa",
        "name_cert", "empty_name", "other_key"]


@pytest.mark.parametrize("defect", BENT)
def test_a_bent_signature_does_not_log_in(asking, alice, defect):
    bent = bent_signatures(asking, alice)
    assert set(bent) == set(BENT)
    payload = request(alice, bent[defect]) if bent[defect] else \
        request(alice, b"x")[:-5] + string("")
    assert_no(asking, payload)


@pytest.mark.parametrize("byte", [0, 4, 14, 15, 18, 19, 50, 51, 82])
def test_a_flipped_bit_in_the_signature_does_not_log_in(asking, alice, byte):
    good = bytearray(asking.signature(alice, "alice"))
    good[byte] ^= 1
    assert_no(asking, request(alice, bytes(good)))


@pytest.mark.parametrize("change", ["trailing", "short", "flipped", "name",
                                    "nul"])
def test_a_bent_key_does_not_log_in(asking, alice, change):
    blob = {"trailing": alice.blob + b"\0", "short": alice.blob[:-1],
            "flipped": alice.blob[:-1] + bytes([alice.blob[-1] ^ 1]),
            "name": string("ssh-rsa") + alice.blob[15:],
            "nul": string("ssh-ed25519\0") + alice.blob[15:]}[change]
    signature = alice.sign(string(asking.session_id) + pubkey_request(
        "alice", "ssh-connection", "publickey", alice.algorithm, blob, b""))
    assert_no(asking, request(alice, signature, blob=blob))


@pytest.mark.parametrize("algorithm", [
    b"ssh-ed25519\0", b"ssh-ed25519\0x", b"", b"ssh-rsa", b"rsa-sha2-512",
    b"ssh-ed25519-cert-v01@openssh.com", b"sk-ssh-ed25519@openssh.com",
    b"SSH-ED25519", b"ssh-ed25519,rsa-sha2-256", b"*", b"ssh-*"])
def test_another_algorithm_name_does_not_log_in(asking, alice, algorithm):
    signature = alice.sign(string(asking.session_id) + pubkey_request(
        "alice", "ssh-connection", "publickey", algorithm, alice.blob, b""))
    assert_no(asking, request(alice, signature, algorithm=algorithm))


@pytest.mark.parametrize("user", [b"alice\0", b"alice\0x", b"\0alice", b"",
                                  b"Alice", b"alice ", b"alice\n", b"2001",
                                  b"alice/../alice", b"a" * 1000])
def test_another_user_name_is_not_alice(asking, alice, user):
    signature = asking.signature(alice, user)
    assert_no(asking, request(alice, signature, user=user))


@pytest.mark.parametrize("method", [b"publickey\0", b"publickey\0x",
                                    b"PUBLICKEY", b"", b"publickey,none",
                                    b"none\0", b"%s"])
def test_another_method_name_is_no_method(asking, alice, method):
    signature = asking.signature(alice, "alice", method=method)
    assert_no(asking, request(alice, signature, method=method))


@pytest.mark.parametrize("service", [b"ssh-connection\0", b"", b"ssh-userauth",
                                     b"ssh-connection\0x", b"x" * 64])
def test_another_service_does_not_log_in(asking, alice, service):
    signature = asking.signature(alice, "alice", service=service)
    assert_no(asking, request(alice, signature, service=service))


@pytest.mark.parametrize("name", [b"ssh-userauth\0", b"ssh-connection", b"",
                                  b"ssh-userauth\0x", b"x" * 64])
def test_another_service_request_ends_the_connection(server, name):
    with Peer(server.port) as peer:
        peer.keyed()
        peer.send(u8(SERVICE_REQUEST) + string(name))
        assert peer.ending().reason == 7    # SERVICE_NOT_AVAILABLE


@pytest.mark.parametrize("second", [("bob", "ssh-connection"),
                                    ("alice", "other"),
                                    ("alice:style", "ssh-connection"),
                                    ("alice\0", "ssh-connection")])
def test_user_and_service_can_not_change(asking, second):
    asking.none("alice")
    asking.send(u8(USERAUTH_REQUEST) + string(second[0]) +
                string(second[1]) + string("none"))
    end = asking.ending()
    assert end.reason == REASON_PROTOCOL_ERROR
    assert b"Change of username or service not allowed" in end.text


def test_a_second_service_request_makes_nobody_forget(asking):
    asking.none("alice")
    asking.send(u8(SERVICE_REQUEST) + string("ssh-userauth"))
    asking.expect(SERVICE_ACCEPT)
    asking.send(u8(USERAUTH_REQUEST) + string("bob") +
                string("ssh-connection") + string("none"))
    end = asking.ending()
    assert end.reason == REASON_PROTOCOL_ERROR
    assert b"Change of username or service not allowed" in end.text


def test_service_requests_do_not_reset_the_count_of_failures(asking):
    for _ in range(20):
        asking.send(u8(SERVICE_REQUEST) + string("ssh-userauth"))
        asking.expect(SERVICE_ACCEPT)
        try:
            asking.none("alice")
        except Closed as end:
            assert b"Too many authentication failures" in end.text
            return
    raise AssertionError("20 failures were not too many")


def test_a_request_of_another_session_can_not_be_replayed(server, alice):
    with Peer(server.port) as first, Peer(server.port) as second:
        first.keyed().service()
        second.keyed().service()
        payload = first.signed_request("alice", alice)
        assert not second.try_login(payload)
        assert first.try_login(payload)


def test_a_session_id_outlives_a_rekey_and_the_new_hash_is_none(server,
                                                                alice):
    with Peer(server.port) as peer:
        peer.keyed().service()
        signature = peer.signature(alice, "alice",
                                   session_id=peer.hash + b"")
        assert peer.hash == peer.session_id
        assert peer.try_login(request(alice, signature))
        session_id = peer.session_id
        peer.rekey()
        assert peer.hash != session_id == peer.session_id


def test_a_hostbound_request_names_our_host_key(server, alice):
    method = "publickey-hostbound-v00@openssh.com"
    for ours in (True, False):
        with Peer(server.port) as peer:
            peer.keyed().service()
            bound_to = peer.first_host_key if ours else \
                string("ssh-ed25519") + string(bytes(32))
            signature = peer.signature(alice, "alice", method=method,
                                       host_key=bound_to)
            answer = outcome(peer, pubkey_request(
                "alice", "ssh-connection", method, alice.algorithm,
                alice.blob, signature, bound_to))
            assert (answer == USERAUTH_SUCCESS) == ours, answer


def test_a_query_says_yes_for_an_authorised_key_and_logs_nobody_in(asking,
                                                                  alice):
    assert outcome(asking, request(alice, None)) == USERAUTH_60
    asking.send(Peer(0).open_payload())
    assert asking.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("how", ["none", "unknown", "query", "signed"])
def test_too_many_failures_end_the_connection(make_patient, how):
    patient = make_patient("MaxAuthTries 3\n")
    stranger = UserKey.generate()
    with Peer(patient.port) as peer:
        peer.keyed().service()
        head = u8(USERAUTH_REQUEST) + string("alice") + \
            string("ssh-connection")
        payload = {"none": head + string("none"),
                   "unknown": head + string("telepathy"),
                   "query": request(stranger, None),
                   "signed": peer.signed_request("alice", stranger)}[how]
        with pytest.raises(Closed) as closed:
            for _ in range(5):
                peer.send(payload)
                assert peer.expect(USERAUTH_FAILURE)
        assert closed.value.text == b"Too many authentication failures"
        patient.wait_for_log("Too many authentication failures")


def dialogue(port, user, key):
    """Everything that a server says about a user, as bytes."""
    seen = []
    with Peer(port) as peer:
        peer.keyed().service()
        for payload in (
                u8(USERAUTH_REQUEST) + string(user) +
                string("ssh-connection") + string("none"),
                request(key, None, user=user),
                peer.signed_request(user, key),
                u8(USERAUTH_REQUEST) + string(user) +
                string("ssh-connection") + string("password") + u8(0) +
                string("secret")):
            peer.send(payload)
            seen.append(peer.expect(USERAUTH_FAILURE, USERAUTH_60))
    return seen


def test_users_that_do_not_exist_look_like_those_that_do(server):
    stranger = UserKey.generate()
    answers = [dialogue(server.port, user, stranger) for user in
               ("alice", "nobody-here", "noshell", "locked", "sshd", "root")]
    assert all(answer == answers[0] for answer in answers)


MISSING = [b"", b":pam", b"n" * 300, b"n" * 1024, "\u00e4\u2603".encode(),
           b"\xe4bc", b"a\x1b[1m\n", b"a\0b", b"alice ",
           b"authenticating user alice"]


@pytest.mark.parametrize("service", ["ssh-connection", "ssh-other"])
def test_every_missing_user_is_called_invalid_in_the_log(make_patient,
                                                         service):
    server = make_patient()
    for count, name in enumerate(MISSING, 1):
        with Peer(server.port) as peer:
            peer.keyed().service()
            peer.none(name, service)
        wait_until(lambda: server.log().count("Connection closed by ") ==
                   count, what="the line of the end")
        assert server.log().count("Invalid user ") == count, name
        assert server.log().count("closed by invalid user ") == count, name


@pytest.mark.parametrize("user", ["noshell", "locked", "nobody-here"])
def test_an_account_that_may_not_log_in_looks_like_none(server, alice, user):
    """alice's key is authorised for noshell and locked too."""
    answers = dialogue(server.port, user, alice)
    assert answers == dialogue(server.port, "nobody", UserKey.generate())


def test_a_request_behind_the_one_that_succeeded_is_passed_over(server,
                                                                alice):
    with Peer(server.port) as peer:
        peer.keyed().service()
        payload = peer.signed_request("alice", alice)
        peer.send_many([payload, payload, payload])
        assert peer.expect(USERAUTH_SUCCESS)
        assert peer.run("echo in") == (b"in\n", 0)
