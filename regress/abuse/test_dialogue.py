# SPDX-License-Identifier: ISC
"""Around keyboard-interactive: hostile clients, and hijacked net processes.

The module behind it wants "odd"; one that is optional stands beside it, so
that a dialogue which is broken off is all that keeps anybody out.
"""

import pytest

from hostile_net import (
    AUTH_FAILURE, AUTH_SUCCESS, AUTH_TOO_MANY, HostileServer)
from pam_stacks import ODD, kept, odd, stack
from patient import CONFIG, Patient
from peer import Closed, Peer
from wire import (
    Reader, USERAUTH_60, USERAUTH_FAILURE, USERAUTH_REQUEST,
    USERAUTH_SUCCESS, string, u8, u32)

pytestmark = pytest.mark.postern_only

RESPONSE = 61
CONFIGURED = "UsePAM yes\nMaxAuthTries 6\n"


@pytest.fixture(autouse=True, scope="module")
def modules(syslog):
    with kept():
        odd(ask="auth:odd")
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("server"))
    with Patient(directory, list(host_keys.values()),
                 CONFIGURED + CONFIG) as patient:
        yield patient
        patient.assert_well()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("hostile"))
    with HostileServer(directory, list(host_keys.values()),
                       CONFIGURED) as server:
        yield server
        server.assert_well()


# ---- clients --------------------------------------------------------------

@pytest.fixture
def asked(server):
    """A peer to whom the question was put."""
    with Peer(server.port) as peer:
        peer.keyed().service()
        yield begin(peer)
    server.assert_no_crash()


def request(method, fields=b"", user="alice"):
    return u8(USERAUTH_REQUEST) + string(user) + string("ssh-connection") + \
        string(method) + fields


def begin(peer, user="alice"):
    peer.send(request("keyboard-interactive", string("") + string(""), user))
    question = Reader(peer.expect(USERAUTH_60)[1:])
    assert [question.string() for _ in range(3)] == [b"", b"", b""]
    assert question.u32() == 1 and question.string() == b"Odd password: "
    return peer


def respond(peer, *answers, count=None):
    peer.send(u8(RESPONSE) + u32(len(answers) if count is None else count) +
              b"".join(string(answer) for answer in answers))
    return peer.expect(USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_60)[0]


def test_an_honest_answer_logs_in(asked):
    assert respond(asked, "odd") == USERAUTH_SUCCESS


@pytest.mark.parametrize("answers", [(), ("odd", ""), ("odd", "odd"),
                                     ("odd",) * 100])
def test_a_wrong_number_of_answers_is_a_failure(asked, answers):
    assert respond(asked, *answers) == USERAUTH_FAILURE


@pytest.mark.parametrize("count", [0, 2, 100, 101, 2 ** 31, 2 ** 32 - 1])
def test_a_number_that_lies_ends_the_connection(asked, count):
    with pytest.raises(Closed):
        respond(asked, "odd", count=count)


def test_an_answer_without_a_question_ends_the_connection(server):
    for user in ("alice", "nobodyhere"):
        with Peer(server.port) as peer:
            peer.keyed().service().none(user)
            with pytest.raises(Closed):
                respond(peer, "odd")


def test_an_answer_counts_once(asked):
    assert respond(asked, "wrong") == USERAUTH_FAILURE
    with pytest.raises(Closed):
        respond(asked, "odd")


@pytest.mark.parametrize("user", ["bob", "nobodyhere", "root", "alice:x"])
def test_the_user_can_not_change_amid_a_dialogue(asked, user):
    asked.send(request("none", user=user))
    assert b"Change of username" in asked.ending().text


def test_another_method_ends_the_dialogue(asked, alice):
    assert asked.none("alice")[0] == USERAUTH_FAILURE
    with pytest.raises(Closed):
        respond(asked, "odd")


def test_a_key_logs_in_amid_a_dialogue(asked, alice):
    assert asked.try_login(asked.signed_request("alice", alice))


def test_hopping_between_dialogues_is_not_for_free(server):
    with Peer(server.port) as peer:
        peer.keyed().service()
        results = []
        with pytest.raises(Closed) as end:
            for _ in range(20):
                begin(peer)
                results.append(respond(peer, "wrong"))
        assert len(results) == 5
        assert b"Too many authentication failures" in end.value.text


def test_existing_and_missing_users_are_asked_alike(server):
    """Byte for byte, to the end."""
    seen = []
    for user in ("alice", "nobodyhere", "root", "locked"):
        with Peer(server.port) as peer:
            peer.keyed().service()
            begin(peer, user)
            peer.send(u8(RESPONSE) + u32(1) + string("wrong"))
            seen.append(peer.expect(USERAUTH_FAILURE))
    assert len(set(seen)) == 1


# ---- a hijacked net -------------------------------------------------------

@pytest.fixture
def child(hostile):
    one = hostile.take()
    one.start().name()
    yield one
    one.close()
    hostile.assert_no_crash()


def ask(child):
    child.monitor.send("AUTH_KBDINT", devices=b"")
    return child.monitor.recv("KBDINT_QUESTION")[0]


def test_an_honest_net_logs_in(child):
    question = ask(child)
    assert question["prompts"] == string("Odd password: ")
    assert question["echo"] == 0
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("odd"))
    assert child.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_SUCCESS


@pytest.mark.parametrize("answers", [
    b"", string("odd") * 2, string("odd") + b"\0", string("odd")[:-1],
    u32(2 ** 31), u32(2 ** 32 - 1) + b"odd", b"\0\0\0"])
def test_answers_that_do_not_fit_are_an_attack(hostile, child, answers):
    ask(child)
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=answers)
    hostile.wait_for_attack(child)


def test_an_answer_to_nothing_is_an_attack(hostile, child):
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("odd"))
    hostile.wait_for_attack(child)


@pytest.mark.parametrize("message,fields", [
    ("USER", {"user": b"bob", "service": b"ssh-connection"}),
    ("NET_READY", {}), ("GEX_GROUP", {"min": 1, "n": 2, "max": 3}),
    ("HOSTKEY_PROOF", {"key": b"x", "rsa_algorithm": b""})])
def test_what_is_not_legal_before_login_is_not_in_a_dialogue(
        hostile, child, message, fields):
    ask(child)
    child.monitor.send(message, **fields)
    hostile.wait_for_attack(child)


def test_a_second_dialogue_ends_the_first(child):
    ask(child)
    ask(child)
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("odd"))
    assert child.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_SUCCESS


def test_an_answer_after_the_end_of_the_dialogue_is_an_attack(hostile,
                                                              child):
    ask(child)
    child.monitor.send("AUTH_NONE")
    assert child.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_FAILURE
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("odd"))
    hostile.wait_for_attack(child)


def test_log_lines_pass_amid_a_dialogue(hostile, child):
    ask(child)
    child.monitor.send("NET_LOG", level=3, line=b"amid the dialogue")
    hostile.wait_for_log("amid the dialogue [preauth]")
    child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("wrong"))
    assert child.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_FAILURE


def test_a_net_that_goes_amid_a_dialogue_leaves_nobody(hostile, child):
    ask(child)
    child.monitor.sock.shutdown(2)
    assert child.killed()


def test_what_is_broken_off_does_not_log_in(hostile):
    """Though the stack says yes without the module that asked."""
    stack(auth=f"optional {ODD} ask=auth:odd\nrequired pam_permit.so")
    try:
        child = hostile.take()
        child.start().name()
        ask(child)
        child.monitor.send("AUTH_NONE")
        assert child.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_FAILURE
        child.close()
    finally:
        odd(ask="auth:odd")


def test_answering_and_leaving_is_counted(hostile, child):
    """Two questions: what the first one's answer was worth shows in time."""
    odd(rounds="auth")
    try:
        one = hostile.take()
        one.start().name()
        for _ in range(6):
            ask(one)
            one.monitor.send("AUTH_KBDINT_ANSWER", answers=string("Rex"))
            one.monitor.recv("KBDINT_QUESTION")
        one.monitor.send("AUTH_KBDINT", devices=b"")
        assert one.monitor.recv("AUTH_REPLY")[0]["result"] == AUTH_TOO_MANY
        one.close()
    finally:
        odd(ask="auth:odd")


def test_a_right_answer_does_not_help_who_must_not_log_in(hostile):
    for user in ("nobodyhere", "root", "locked"):
        child = hostile.take()
        child.start().name(user)
        ask(child)
        child.monitor.send("AUTH_KBDINT_ANSWER", answers=string("odd"))
        result = child.monitor.recv("AUTH_REPLY")[0]["result"]
        assert result == (AUTH_SUCCESS if user == "locked" else AUTH_FAILURE)
        child.close()
