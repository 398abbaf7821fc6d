# SPDX-License-Identifier: ISC
"""Prefix truncation (CVE-2023-48795) against strict key exchange.

A man in the middle inserts packets before NEWKEYS, so that he can take as
many away behind it. With strict key exchange every insertion ends the
connection, and counters begin again at zero.
"""

import pytest

from peer import STRICT, Peer
from wire import (
    DEBUG, EXT_INFO, IGNORE, KEXINIT, PING, REASON_PROTOCOL_ERROR,
    UNIMPLEMENTED, Reader, string, u32, u8)

pytestmark = pytest.mark.postern_only

INSERTED = {"ignore": u8(IGNORE) + string("x"),
            "empty_ignore": u8(IGNORE) + string(""),
            "debug": u8(DEBUG) + u8(0) + string("x") + string(""),
            "unimplemented": u8(UNIMPLEMENTED) + u32(0),
            "ping": u8(PING) + string("x"),
            "ext_info": u8(EXT_INFO) + u32(0),
            "unassigned": u8(9)}


def test_both_sides_announce_strict_key_exchange_once(server, alice):
    with Peer(server.port) as peer:
        peer.start().start_kex()
        first = Reader(peer.server_init[17:]).string()
        assert b"kex-strict-s-v00@openssh.com" in first.split(b",")
        peer.finish_kex().service()
        assert peer.try_login(peer.signed_request("alice", alice))
        peer.rekey()
        second = Reader(peer.server_init[17:]).string()
        assert b"kex-strict" not in second and b"ext-info" not in second


@pytest.mark.parametrize("what", INSERTED)
def test_a_packet_before_kexinit_ends_the_connection(peer, what):
    one = peer().start()
    one.read_kexinit()
    one.send(INSERTED[what])
    one.send(one.kexinit())
    end = one.ending()
    # before the KEXINIT nobody knows that the client is strict
    assert end.reason == REASON_PROTOCOL_ERROR
    if what not in ("ping", "ext_info"):
        assert end.text == \
            b"strict KEX violation: KEXINIT was not the first packet"


@pytest.mark.parametrize("what", INSERTED)
def test_a_packet_between_kexinit_and_the_public_value_ends_it(peer, what):
    one = peer().start().start_kex()
    one.send(INSERTED[what])
    one.send_public()
    end = one.ending()
    assert end.reason == REASON_PROTOCOL_ERROR
    assert end.text.startswith(b"strict KEX violation: unexpected packet")


@pytest.mark.parametrize("what", INSERTED)
def test_a_packet_before_newkeys_ends_the_connection(peer, what):
    one = peer().start().start_kex()
    one.send_public()
    one.read_reply()
    one.send(INSERTED[what])
    one.send_newkeys()
    one.read_newkeys()
    end = one.ending()
    assert end.text.startswith(b"strict KEX violation: unexpected packet")


@pytest.mark.parametrize("strict", [True, False])
def test_truncation_behind_an_inserted_packet_fails_when_strict(server,
                                                                strict):
    """Without strictness it works: so this test would see it."""
    with Peer(server.port, strict=strict,
              cipher="chacha20-poly1305@openssh.com") as peer:
        peer.start().start_kex()
        number = peer.out_seq
        peer.send(INSERTED["ignore"])
        peer.out_seq = number       # the client did not send that one
        peer.send_public()
        if strict:
            assert peer.ending().text.startswith(b"strict KEX violation")
            return
        peer.read_reply()
        peer.send_newkeys()
        peer.read_newkeys()
        peer.out_seq += 1           # the client's EXT_INFO, taken away
        peer.service()


def test_counters_begin_again_behind_each_newkeys(server, alice):
    """ChaCha20's nonce is the counter: a wrong one can't be read."""
    with Peer(server.port, cipher="chacha20-poly1305@openssh.com") as peer:
        peer.login("alice", alice)
        for _ in range(2):
            peer.rekey()
            # what came with the NEWKEYS is counted from zero on both sides
            peer.send(u8(9))
            assert peer.expect(3) == u8(3) + u32(0)
            peer.send(u8(9))
            assert peer.expect(3) == u8(3) + u32(1)
            assert peer.in_seq == 2


def test_counters_go_on_without_strictness(server, alice):
    with Peer(server.port, strict=False,
              cipher="chacha20-poly1305@openssh.com") as peer:
        peer.login("alice", alice)
        peer.rekey()
        number = peer.out_seq
        assert number > 5
        peer.send(u8(9))
        assert peer.expect(3) == u8(3) + u32(number)


@pytest.mark.parametrize("what", ["ignore", "debug", "unimplemented"])
def test_a_client_that_is_not_strict_may_chat_in_a_key_exchange(server, alice,
                                                                what):
    with Peer(server.port, strict=False,
              cipher="chacha20-poly1305@openssh.com") as peer:
        peer.start()
        peer.send(INSERTED[what])
        peer.start_kex()
        peer.send(INSERTED[what])
        peer.send_public()
        peer.read_reply()
        peer.send(INSERTED[what])
        peer.send_newkeys()
        peer.read_newkeys()
        peer.service()
        assert peer.try_login(peer.signed_request("alice", alice))


def test_strictness_announced_in_a_rekey_changes_nothing(server, alice):
    with Peer(server.port, strict=False,
              cipher="chacha20-poly1305@openssh.com") as peer:
        peer.login("alice", alice)
        peer.send_kexinit(peer.kexinit(kex=f"{peer.kex},{STRICT}"))
        peer.read_kexinit()
        peer.finish_kex()
        assert peer.run("echo in") == (b"in\n", 0)


def test_a_strict_client_may_chat_in_a_rekey(server, alice):
    """Only the first exchange is bound: the rest is authenticated."""
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.send_kexinit()
        peer.send(INSERTED["ignore"])
        peer.read_kexinit()
        peer.finish_kex()
        assert peer.run("echo in") == (b"in\n", 0)


def test_newkeys_without_an_exchange_ends_the_connection(server):
    for strict in (True, False):
        with Peer(server.port, strict=strict) as peer:
            peer.start().start_kex()
            peer.send(u8(21))
            assert peer.ending().reason == REASON_PROTOCOL_ERROR


def test_newkeys_with_a_body_ends_the_connection(peer):
    one = peer().start().start_kex()
    one.send_public()
    one.read_reply()
    one.read_newkeys()
    one.send(u8(21) + b"\0")
    assert one.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("guess, dropped", [("curve25519-sha256", False),
                                            ("ecdh-sha2-nistp521", True)])
def test_a_guessed_packet_is_dropped_only_when_it_was_wrong(server, guess,
                                                            dropped):
    with Peer(server.port, kex="curve25519-sha256") as peer:
        peer.start()
        peer.read_kexinit()
        ours = Reader(peer.server_init[17:]).string().split(b",")[0].decode()
        names = ours if not dropped else f"{guess},{ours}"
        peer.own_init = peer.kexinit(follows=True, kex=f"{names},{STRICT}")
        peer.send(peer.own_init)
        assert peer.own_init[0] == KEXINIT
        # a value of no use in any exchange
        peer.send(u8(30) + string("x"))
        if dropped:
            peer.send(u8(30) + string("y"))
        end = peer.ending()
        assert end.text == b"key exchange failed", end
