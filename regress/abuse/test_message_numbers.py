# SPDX-License-Identifier: ISC
"""Every message number in every state of a connection.

RFC 4253 section 11.4: what is not recognised is answered by UNIMPLEMENTED;
section 7.1: nothing but what belongs to it comes in a key exchange. What is
known but not legal in a state ends the connection with a reason.
"""

import pytest

from peer import Closed, Peer
from wire import (
    DEBUG, DISCONNECT, EXT_INFO, GLOBAL_REQUEST, IGNORE, KEX_30, NEWKEYS,
    PING, REASON_PROTOCOL_ERROR, SERVICE_REQUEST, UNIMPLEMENTED, USERAUTH_61,
    USERAUTH_REQUEST, string, u32, u8)

pytestmark = pytest.mark.postern_only

# RFC 4250 4.1.2 and the extensions that we have
KNOWN = {1, 2, 3, 4, 5, 7, 20, 21, 30, 32, 34, 50, 61, *range(80, 83),
         *range(90, 101), PING}
BODIES = {"empty": b"", "ones": b"\xff" * 40,
          "strings": string("alice") * 4}
# a body that is right for the message
PROPER = {IGNORE: string("x"), UNIMPLEMENTED: u32(0),
          DEBUG: u8(1) + string("x") + string(""), PING: string("x")}


def after_version(peer):
    peer.start()
    peer.read_kexinit()


def after_kexinit(peer):
    peer.start().start_kex()


def before_newkeys(peer):
    after_kexinit(peer)
    peer.send_public()
    peer.read_reply()
    peer.read_newkeys()


def before_service(peer):
    peer.keyed()


def before_user(peer):
    peer.keyed().service()


def during_authentication(peer):
    before_user(peer)
    peer.none("alice")


def after_login(peer):
    peer.login("alice", peer.user_key)


def with_a_channel(peer):
    after_login(peer)
    peer.open_session()


def during_rekey(peer):
    after_login(peer)
    peer.start_kex()


def before_newkeys_of_a_rekey(peer):
    during_rekey(peer)
    peer.send_public()
    peer.read_reply()
    peer.read_newkeys()


# state: (how to get there, numbers after which the connection may go on)
HARMLESS = {IGNORE, UNIMPLEMENTED, DEBUG}
STATES = {
    "after_the_version": (after_version, HARMLESS),
    "after_kexinit": (after_kexinit, HARMLESS),
    "before_newkeys": (before_newkeys, HARMLESS | {NEWKEYS}),
    "before_the_service_request": (before_service,
                                   HARMLESS | {EXT_INFO, PING}),
    "before_the_user_is_named": (before_user, HARMLESS | {
        PING, USERAUTH_REQUEST}),
    "during_authentication": (during_authentication, HARMLESS | {PING}),
    "after_login": (after_login, HARMLESS | {
        PING, USERAUTH_REQUEST, *range(80, 101)}),
    "with_a_channel": (with_a_channel, HARMLESS | {
        PING, USERAUTH_REQUEST, *range(80, 101)}),
    "during_a_rekey": (during_rekey, HARMLESS),
    "before_newkeys_of_a_rekey": (before_newkeys_of_a_rekey,
                                  HARMLESS | {NEWKEYS}),
}
# what belongs to the dialogue before login is of no use later, or harm
LATE = {"before_the_user_is_named": {EXT_INFO},
        "during_authentication": {EXT_INFO},
        "after_login": {SERVICE_REQUEST, EXT_INFO, USERAUTH_61},
        "with_a_channel": {SERVICE_REQUEST, EXT_INFO, USERAUTH_61}}
IN_KEX = ("after_the_version", "after_kexinit", "before_newkeys",
          "during_a_rekey", "before_newkeys_of_a_rekey")
STRICT_STATES = ("after_kexinit", "before_newkeys")


def make_peer(server, alice, strict):
    peer = Peer(server.port, strict=strict)
    peer.user_key = alice
    return peer


def answer_to(peer, payload):
    """What comes back: the number of a message, "end", or "alive"."""
    seqnr = peer.out_seq
    try:
        peer.send(payload)
        # an unassigned number draws UNIMPLEMENTED: the fence of the case
        fence = peer.out_seq
        peer.send(u8(8))
        while True:
            reply = peer.recv()
            if reply == u8(UNIMPLEMENTED) + u32(seqnr):
                return UNIMPLEMENTED
            if reply == u8(UNIMPLEMENTED) + u32(fence):
                return "alive"
    except Closed as closed:
        return closed
    except ConnectionError:
        return peer.ending()


def check(name, number, answer, harmless):
    if number in LATE.get(name, ()) or (
            number not in KNOWN and not (name in IN_KEX and number >= 50)):
        assert answer == UNIMPLEMENTED, (number, answer)
    elif number == DISCONNECT:
        assert isinstance(answer, Closed)
    elif number not in harmless:
        assert isinstance(answer, Closed), (number, answer)
        assert answer.reason is not None, "ended without a word"


def sweep(server, alice, name, body, strict=False):
    """Each number on a connection that has seen nothing wrong before."""
    prepare, harmless = STATES[name]
    peer = None
    for number in range(256):
        if peer is None:
            peer = make_peer(server, alice, strict)
            prepare(peer)
        answer = answer_to(peer, u8(number) + body)
        check(name, number, answer, harmless)
        if answer != UNIMPLEMENTED:
            peer.close()
            peer = None
    if peer:
        peer.close()
    server.assert_well()


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("state", STATES)
def test_every_number_is_answered_as_the_rfcs_say(server, alice, state, body):
    sweep(server, alice, state, BODIES[body])


@pytest.mark.parametrize("number", sorted(PROPER))
@pytest.mark.parametrize("state", ["before_the_service_request",
                                   "before_the_user_is_named",
                                   "during_authentication", "after_login"])
def test_well_formed_chatter_does_no_harm(server, alice, state, number):
    with make_peer(server, alice, True) as peer:
        STATES[state][0](peer)
        assert answer_to(peer, u8(number) + PROPER[number]) == "alive"


@pytest.mark.parametrize("state", STRICT_STATES)
def test_strict_key_exchange_takes_only_the_expected_message(server, alice,
                                                             state):
    expected = {"after_kexinit": KEX_30, "before_newkeys": NEWKEYS}[state]
    for number in range(256):
        if number in (expected, DISCONNECT):
            continue
        with make_peer(server, alice, True) as peer:
            STATES[state][0](peer)
            peer.send(u8(number) + PROPER.get(number, b""))
            end = peer.ending()
            assert end.reason == REASON_PROTOCOL_ERROR
            assert end.text == (
                "strict KEX violation: unexpected packet type "
                f"{number} (seqnr {peer.out_seq - 1})").encode()
    server.assert_well()


@pytest.mark.parametrize("number", range(256))
def test_a_packet_in_place_of_the_version_is_refused(server, number):
    with Peer(server.port).connect() as peer:
        peer.read_version()
        peer.read_kexinit()
        peer.send_frame(peer.frame(u8(number) + bytes(20)))
        assert peer.read_all() == b"Invalid SSH identification string.\r\n"


@pytest.mark.parametrize("state", ["before_the_service_request",
                                   "before_the_user_is_named",
                                   "during_authentication"])
def test_a_connection_message_before_login_ends_the_connection(
        server, alice, state):
    for payload in (
            Peer(0).open_payload(),
            u8(GLOBAL_REQUEST) + string("keepalive@openssh.com") + u8(1),
            Peer(0).request_payload(0, "exec", string("id"))):
        with make_peer(server, alice, True) as peer:
            STATES[state][0](peer)
            peer.send(payload)
            end = peer.ending()
            assert end.reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("before", [u8(IGNORE) + string("x"),
                                    u8(EXT_INFO) + u32(0)])
def test_ext_info_that_is_not_next_to_newkeys_does_no_harm(
        server, alice, before):
    with make_peer(server, alice, True) as peer:
        peer.keyed()
        peer.send(before)
        seqnr = peer.out_seq
        peer.send(u8(EXT_INFO) + u32(0))
        assert peer.expect(UNIMPLEMENTED) == u8(UNIMPLEMENTED) + u32(seqnr)
        peer.service()
        assert peer.try_login(peer.signed_request("alice", alice))


def test_an_empty_packet_ends_the_connection_in_every_state(server, alice):
    for prepare, _ in STATES.values():
        with make_peer(server, alice, False) as peer:
            prepare(peer)
            peer.send(b"")
            assert peer.ending().reason is not None
