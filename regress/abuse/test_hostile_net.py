# SPDX-License-Identifier: ISC
"""A hijacked net process against its monitor.

It must never log in without a valid signature, never have anything signed
but an exchange hash of the monitor's making or a proof of a host key, never
learn whether a user exists, and never crash anybody.
"""

import os
import socket

import pytest

from hostile_net import (
    AUTH_FAILURE, AUTH_KEY_OK, AUTH_SUCCESS, AUTH_TOO_MANY, HostileServer)
from ipc import BY_ID, Ended, ROWS, bent_datagrams, encode
from patient import family
from peer import UserKey, verify_ed25519
from server import wait_until
from wire import mpint, string, u8

pytestmark = pytest.mark.postern_only

STATES = ["MON_KEX", "MON_FRESH", "MON_NAMED", "MON_AUTHED"]
FROM_NET = [row for row in ROWS.values() if row.edge == "NET_TO_MONITOR"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("hostile"))
    config = "MaxAuthTries 6\nPubkeyAcceptedAlgorithms ssh-ed25519\n"
    with HostileServer(directory, list(host_keys.values()), config) as server:
        yield server
        server.assert_well()


@pytest.fixture
def child(hostile):
    one = hostile.take()
    yield one
    one.close()
    hostile.assert_no_crash()


def bring_to(child, state, key):
    if state == "MON_FRESH":
        child.start()
    elif state == "MON_NAMED":
        child.start().name()
    elif state == "MON_AUTHED":
        child.login(key)
    return child


def assert_no_login(said):
    for name, values in said:
        assert name != "AUTH_REPLY" or values["result"] != AUTH_SUCCESS


# ---- the control ----------------------------------------------------------

def test_an_honest_dialogue_logs_in(hostile, alice):
    child = hostile.take()
    session = child.login(alice)
    session.send("SES_OPEN", channel=0)
    session.send("SES_START", request=1, channel=0, kind=1,
                 command=b"id -un")
    values, fds = session.recv("SES_STARTED")
    with os.fdopen(fds[1], "rb") as out:
        assert out.read() == b"alice\n"
    child.close()


# ---- messages -------------------------------------------------------------

@pytest.mark.parametrize("state", STATES)
def test_every_message_is_legal_only_in_its_states(hostile, alice, state):
    """Zero and empty fields; what is not in the table does not exist."""
    for number in [*BY_ID, len(BY_ID), 200, 255]:
        child = bring_to(hostile.take(), state, alice)
        row = BY_ID.get(number)
        legal = row is not None and row.edge == "NET_TO_MONITOR" and \
            state in row.states
        try:
            child.monitor.send_raw(encode(row.name) if row else u8(number))
        except Ended:
            pass
        if not legal:
            hostile.wait_for_attack(child)
        else:
            # ours to close: the monitor ends with us
            child.monitor.sock.shutdown(1)
            assert_no_login(child.monitor.wait_for_end())
        child.close()
    hostile.assert_well()


def test_a_child_that_is_not_ready_gets_no_other_message_through(
        tmp_path, host_keys, keys):
    """MON_WARM: before any connection is there."""
    with HostileServer(str(tmp_path), [host_keys["ed25519"]]) as server:
        server.hold = True
        for number in BY_ID:
            if BY_ID[number].name in ("NET_READY", "NET_LOG"):
                continue
            # a connection makes the listener want a new pair at once
            client = socket.create_connection(("127.0.0.1", server.port))
            child = server.one_warm()
            client.close()
            child.monitor.send_raw(encode(BY_ID[number].name))
            child.monitor.wait_for_end()
            assert child.killed()
            child.close()
        server.wait_for_log("attack: net process")
        server.hold = False
        server.assert_well()


def values_for(child, key):
    """Sensible fields of each message of net."""
    return {
        "NET_READY": {}, "NET_LOG": {"level": 3, "line": b"text"},
        "NET_LOG_LINES": {"lines": b"\0\0\0\4text"},
        "KEX_SIGN": child.kex_fields(),
        "GEX_GROUP": {"min": 2048, "n": 2048, "max": 4096},
        "USER": {"user": b"alice", "service": b"ssh-connection"},
        "AUTH_NONE": {},
        "AUTH_PUBKEY_QUERY": {"algorithm": b"ssh-ed25519", "key": key.blob},
        "AUTH_PUBKEY": {"algorithm": b"ssh-ed25519", "key": key.blob,
                        "signature": b"x"},
        "AUTH_PASSWORD": {"password": b"x"},
        "AUTH_HOSTBASED": {"algorithm": b"ssh-ed25519", "key": key.blob,
                           "client_host": b"h", "client_user": b"u",
                           "signature": b"x"},
        "AUTH_KBDINT": {"devices": b""},
        "AUTH_KBDINT_ANSWER": {"answers": b""},
        "AUTH_UNKNOWN": {"method": b"x"},
        "HOSTKEY_PROOF": {"key": b"x", "rsa_algorithm": b""},
    }


def state_of(row):
    return next(state for state in STATES if state in row.states)


@pytest.mark.parametrize("name", [row.name for row in FROM_NET
                                  if set(STATES) & set(row.states)])
def test_a_malformed_message_ends_the_connection(hostile, alice, name):
    row = ROWS[name]
    probe = hostile.take()
    variants = list(bent_datagrams(row, values_for(probe, alice)[name]))
    probe.close()
    for _what, datagram in variants:
        child = bring_to(hostile.take(), state_of(row), alice)
        if len(datagram) > 180000:
            continue
        child.monitor.send_raw(datagram)
        hostile.wait_for_attack(child)
        child.close()


@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_descriptor_with_any_message_ends_the_connection(hostile, alice,
                                                           count):
    null = os.open("/dev/null", os.O_RDONLY)
    for row in FROM_NET:
        if not set(STATES) & set(row.states):
            continue
        child = bring_to(hostile.take(), state_of(row), alice)
        child.monitor.send(row.name, [null] * count,
                           **values_for(child, alice)[row.name])
        hostile.wait_for_attack(child)
        child.close()
    os.close(null)


def test_an_empty_datagram_is_not_a_message(child):
    child.monitor.sock.send(b"")
    said = child.monitor.wait_for_end()
    assert said == []


@pytest.mark.parametrize("level", [0, 8, 200, 255])
def test_a_log_line_of_no_level_ends_the_connection(hostile, child, level):
    child.monitor.send("NET_LOG", level=level, line=b"x")
    hostile.wait_for_attack(child)


def test_a_log_line_can_not_forge_another(hostile, child):
    mark = child.client.getsockname()[1]
    child.monitor.send("NET_LOG", level=3, line=f"{mark}\nFORGED\r\n"
                       "FORGED\0\x1b[0m%s%n".encode())
    line = hostile.wait_for_log(f"{mark}\\")
    assert line.endswith("[preauth]") and "\x1b" not in line
    assert not any(one.startswith("FORGED")
                   for one in hostile.log().splitlines())


@pytest.mark.parametrize("letter", ["x", "\n"])
def test_a_log_line_can_not_be_too_long_for_its_mark(hostile, child, letter):
    """Without it, it would look as if it were the monitor's."""
    start = f"{child.client.getsockname()[1]} for root from 192.0.2.1 "
    child.monitor.send("NET_LOG", level=3,
                       line=start.encode().ljust(1024, letter.encode()))
    assert hostile.wait_for_log(start).endswith(" [preauth]")


# ---- order and number -----------------------------------------------------

def test_a_session_is_begun_once(hostile, child):
    child.start()
    child.monitor.send("KEX_SIGN", **child.kex_fields())
    hostile.wait_for_attack(child)


def test_a_user_is_named_once(hostile, child):
    child.start().name()
    child.monitor.send("USER", user=b"bob", service=b"ssh-connection")
    hostile.wait_for_attack(child)


def test_nothing_can_be_tried_beyond_the_limit_of_attempts(hostile, child):
    child.start().name()
    stranger = UserKey.generate()
    results = [child.prove(stranger)[0]["result"] for _ in range(6)]
    assert results == [AUTH_FAILURE] * 5 + [AUTH_TOO_MANY]
    child.monitor.send("AUTH_PUBKEY", algorithm=b"ssh-ed25519",
                       key=stranger.blob, signature=child.sign(stranger))
    hostile.wait_for_attack(child)


def test_a_valid_signature_beyond_the_limit_does_not_log_in(hostile, child,
                                                            alice):
    child.start().name()
    for _ in range(6):
        child.prove(UserKey.generate())
    child.monitor.send("AUTH_PUBKEY", algorithm=b"ssh-ed25519",
                       key=alice.blob, signature=child.sign(alice))
    assert_no_login(child.monitor.wait_for_end())
    hostile.wait_for_attack(child)


def test_none_requests_do_not_come_for_free(hostile, child):
    child.start().name()
    results = []
    for _ in range(8):
        child.monitor.send("AUTH_NONE")
        reply = child.monitor.recv("AUTH_REPLY")[0]
        results.append(reply["result"])
        if results[-1] != AUTH_FAILURE:
            break
    assert results[-1] == AUTH_TOO_MANY


def test_authentication_after_login_ends_the_connection(hostile, child,
                                                        alice):
    child.login(alice)
    child.monitor.send("AUTH_PUBKEY", algorithm=b"ssh-ed25519",
                       key=alice.blob, signature=child.sign(alice))
    hostile.wait_for_attack(child)


def test_groups_are_asked_for_one_at_a_time(hostile, child):
    child.monitor.ask("GEX_GROUP", "GEX_GROUP_REPLY", min=2048, n=2048,
                      max=8192)
    child.monitor.send("GEX_GROUP", min=2048, n=2048, max=8192)
    hostile.wait_for_attack(child)


# ---- what is signed -------------------------------------------------------

@pytest.mark.parametrize("changes", [
    {"kex_name": b""}, {"kex_name": b"none"},
    {"kex_name": b"diffie-hellman-group1-sha1"},
    {"kex_name": b"diffie-hellman-group14-sha256"},     # not offered
    {"kex_name": b"curve25519-sha256\0"},
    {"host_key_algorithm": b""}, {"host_key_algorithm": b"ssh-dss"},
    {"host_key_algorithm": b"ssh-rsa"},
    {"host_key_algorithm": b"ssh-ed25519\0"},
    {"client_kexinit": b""}, {"client_kexinit": b"\x32" + bytes(50)},
    {"server_kexinit": b""}, {"server_kexinit": b"\x32" + bytes(50)},
    {"gex_request": bytes(12)}, {"gex_p": b"\1"}, {"gex_g": b"\2"}],
    ids=lambda changes: "-".join(f"{k}-{v[:20]!r}"
                                 for k, v in changes.items()))
def test_what_is_no_exchange_of_ours_is_not_signed(hostile, child, changes):
    child.monitor.send("KEX_SIGN", **child.kex_fields(**changes))
    assert child.monitor.wait_for_end() == []
    hostile.wait_for_attack(child)


@pytest.mark.parametrize("field", ["client_version", "client_kexinit",
                                   "server_kexinit", "client_public",
                                   "server_public", "shared_secret"])
def test_the_signature_is_over_the_hash_of_the_monitors_making(hostile,
                                                               field):
    """exchange() verifies with the monitor's own version and host key."""
    child = hostile.take()
    chosen = {"client_kexinit": b"\x14chosen", "server_kexinit": b"\x14x",
              "shared_secret": mpint(5)}.get(field, b"chosen" * 5)
    signature = child.exchange(**{field: chosen})
    for data in (chosen, child.hash + b"\0", bytes(32)):
        with pytest.raises(Exception):
            verify_ed25519(child.host_keys()["ssh-ed25519"], signature, data)
    child.close()


def test_each_host_key_signs_with_its_own_algorithm_only(hostile):
    for algorithm in hostile.take().host_keys():
        child = hostile.take()
        reply = child.monitor.ask(
            "KEX_SIGN", "KEX_SIGNED", **child.kex_fields(
                host_key_algorithm=algorithm.encode()))
        assert reply["signature"].startswith(string(algorithm))
        child.close()


def test_a_rekey_does_not_change_the_session(hostile, child, alice):
    child.login(alice)
    first = child.session_id
    child.exchange(client_public=b"\x07" * 32)
    assert child.hash != first
    blob = child.host_keys()["ssh-ed25519"]
    reply = child.monitor.ask("HOSTKEY_PROOF", "HOSTKEY_PROOF_REPLY",
                              key=blob)
    verify_ed25519(blob, reply["signature"],
                   string("hostkeys-prove-00@openssh.com") + string(first) +
                   string(blob))


@pytest.mark.parametrize("what", ["empty", "user_key", "chosen", "longer",
                                  "huge"])
def test_only_a_host_key_is_proved(hostile, child, alice, what):
    child.login(alice)
    ours = child.host_keys()["ssh-ed25519"]
    blob = {"empty": b"", "user_key": alice.blob, "longer": ours + b"\0",
            "chosen": string("ssh-ed25519") + string(bytes(32)),
            "huge": b"A" * 65536}[what]
    reply = child.monitor.ask("HOSTKEY_PROOF", "HOSTKEY_PROOF_REPLY",
                              key=blob)
    assert reply["signature"] == b""


def test_a_host_key_is_proved_once(hostile, child, alice):
    child.login(alice)
    blob = child.host_keys()["ssh-ed25519"]
    child.monitor.ask("HOSTKEY_PROOF", "HOSTKEY_PROOF_REPLY", key=blob)
    child.monitor.send("HOSTKEY_PROOF", key=blob)
    hostile.wait_for_attack(child)


@pytest.mark.parametrize("algorithm", [b"ssh-rsa", b"", b"ssh-ed25519",
                                       b"rsa-sha2-512\0"])
def test_an_rsa_key_is_proved_with_an_rsa_algorithm_that_is_safe(
        hostile, child, alice, algorithm):
    child.login(alice)
    blob = child.host_keys()["rsa-sha2-512"]
    child.monitor.send("HOSTKEY_PROOF", key=blob, rsa_algorithm=algorithm)
    said = child.monitor.wait_for_end()
    assert all(not values.get("signature") for _, values in said)
    hostile.wait_for_attack(child)


# ---- who exists -----------------------------------------------------------

USERS = ["alice", "nobody-here", "noshell", "locked", "root", "sshd", "\n",
         "a" * 1000, "alice:style"]


def replies(hostile, user, key):
    """Everything that the monitor says about a user, byte for byte."""
    child = hostile.take().start()
    said = [child.name(user)]
    for message, values in (
            ("AUTH_NONE", {}),
            ("AUTH_UNKNOWN", {"method": b"password"}),
            ("AUTH_PUBKEY_QUERY", {"algorithm": b"ssh-ed25519",
                                   "key": key.blob}),
            ("AUTH_PUBKEY", {"algorithm": b"ssh-ed25519", "key": key.blob,
                             "signature": child.sign(key)}),
            ("AUTH_PUBKEY", {"algorithm": b"ssh-ed25519", "key": key.blob,
                             "signature": b"x"}),
            ("AUTH_PUBKEY", {"algorithm": b"ssh-ed25519", "key": b"x",
                             "signature": b"x"})):
        child.monitor.send(message, **values)
        said.append(child.monitor.recv_raw()[0])
    child.close()
    return said


def test_no_reply_tells_whether_a_user_exists(hostile):
    key = UserKey.generate()
    expected = replies(hostile, "alice", key)
    for user in USERS:
        assert replies(hostile, user, key) == expected, user


def test_no_reply_tells_that_a_key_is_authorised_for_a_closed_account(
        hostile, alice):
    """alice's key is authorised for noshell and locked, too."""
    expected = replies(hostile, "nobody-here", alice)
    for user in ("noshell", "locked"):
        assert replies(hostile, user, alice) == expected, user


# ---- who logs in ----------------------------------------------------------

@pytest.mark.parametrize("defect", [
    "empty", "other_key", "other_session", "empty_session", "other_user",
    "other_service", "other_method", "query_form", "not_signed", "raw",
    "other_algorithm"])
def test_no_login_without_a_valid_signature(hostile, child, alice, defect):
    child.start().name()
    signature = {
        "empty": string(""), "not_signed": b"x" * 83,
        "other_key": child.sign(UserKey.generate()),
        "other_session": child.sign(alice, session_id=bytes(32)),
        "empty_session": child.sign(alice, session_id=b""),
        "other_user": child.sign(alice, user="bob"),
        "other_service": child.sign(alice, service="x"),
        "other_method": child.sign(alice, method="hostbased"),
        "query_form": alice.sign(string(child.session_id)),
        "raw": child.sign(alice)[4 + 11 + 4:],
        "other_algorithm": child.sign(alice, algorithm=b"ssh-rsa"),
    }[defect]
    reply, fds = child.prove(alice, signature)
    assert (reply["result"], fds) == (AUTH_FAILURE, [])


@pytest.mark.parametrize("hostbound", [0, 1, 2, 255])
def test_the_hostbound_flag_chooses_what_is_verified(hostile, child, alice,
                                                     hostbound):
    """A plain signature is not a bound one."""
    child.start().name()
    child.monitor.send("AUTH_PUBKEY", algorithm=b"ssh-ed25519",
                       key=alice.blob, signature=child.sign(alice),
                       hostbound=hostbound)
    try:
        result = child.monitor.recv("AUTH_REPLY")[0]["result"]
    except Ended:
        result = None
    assert (result == AUTH_SUCCESS) == (hostbound == 0)


def test_the_signature_of_a_host_key_logs_nobody_in(hostile, child, alice):
    """The monitor's own signature is not over a user's request."""
    signature = child.exchange()
    child.session_id = child.hash
    child.name()
    blob = child.host_keys()["ssh-ed25519"]
    reply, fds = child.prove(alice, signature, key=blob)
    assert (reply["result"], fds) == (AUTH_FAILURE, [])


@pytest.mark.parametrize("service", ["", "ssh-userauth", "ssh-connection\0",
                                     "x" * 64])
def test_no_login_to_another_service(hostile, child, alice, service):
    child.start().name("alice", service)
    for signed in (service, "ssh-connection"):
        reply, fds = child.prove(alice, child.sign(alice, service=signed))
        assert (reply["result"], fds) == (AUTH_FAILURE, [])


@pytest.mark.parametrize("user", ["alice\0", "alice\0x", "\0alice", "Alice",
                                  "alice/", "", ":alice", "2001"])
def test_another_name_is_not_alice(hostile, child, alice, user):
    child.start().name(user)
    for signed in (user, "alice"):
        reply, fds = child.prove(alice, child.sign(alice, user=signed))
        assert (reply["result"], fds) == (AUTH_FAILURE, [])


def test_a_good_query_is_no_login(hostile, child, alice):
    child.start().name()
    reply = child.monitor.ask("AUTH_PUBKEY_QUERY", "AUTH_REPLY",
                              algorithm=b"ssh-ed25519", key=alice.blob)
    assert reply["result"] == AUTH_KEY_OK
    child.monitor.send("HOSTKEY_PROOF", key=b"x")
    hostile.wait_for_attack(child)


def test_the_accepted_algorithms_are_the_monitors(hostile, child, alice):
    child.start().name()
    for algorithm in (b"ssh-rsa", b"rsa-sha2-256", b"ecdsa-sha2-nistp256",
                      b"ssh-ed25519-cert-v01@openssh.com"):
        reply, fds = child.prove(alice, child.sign(
            alice, algorithm=algorithm), algorithm=algorithm)
        assert (reply["result"], fds) == (AUTH_FAILURE, [])


# ---- ends -----------------------------------------------------------------

@pytest.mark.parametrize("state", STATES)
def test_a_child_that_dies_leaves_nothing(hostile, alice, state):
    child = bring_to(hostile.take(), state, alice)
    wanted = 3 if state == "MON_AUTHED" else 2
    wait_until(lambda: len(family(child.monitor_pid)) == wanted,
               what=f"{wanted} processes")
    pids = family(child.monitor_pid)
    child.control.close()           # the process exits
    child.monitor.wait_for_end()
    hostile.wait_until_gone(*pids)
    child.close()


@pytest.mark.parametrize("state", STATES)
def test_a_crash_of_the_child_is_logged_and_leaves_nothing(
        tmp_path, host_keys, keys, alice, state):
    with HostileServer(str(tmp_path), [host_keys["ed25519"]]) as server:
        child = bring_to(server.take(), state, alice)
        pids = family(child.monitor_pid)
        child.control.send(b"a")    # abort()
        child.monitor.wait_for_end()
        server.wait_until_gone(*pids)
        server.wait_for_log("net process of the connection from 127.0.0.1 "
                            f"port {child.client.getsockname()[1]} killed "
                            "by signal 6")
        child.close()
        server.take().close()       # it still serves


def test_a_child_that_is_silent_is_ended_by_the_grace_time(
        tmp_path, host_keys, keys):
    with HostileServer(str(tmp_path), [host_keys["ed25519"]],
                       "LoginGraceTime 3\n") as server:
        child = server.take()
        child.start().name()
        assert_no_login(child.monitor.wait_for_end())
        server.wait_for_log("Timeout before authentication")
        child.close()
