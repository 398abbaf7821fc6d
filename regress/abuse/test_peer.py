# SPDX-License-Identifier: ISC
"""The peer is a correct client when nothing is left out or mutated.

These tests pass against any server, and so prove what the others use.
"""

import os

import pytest

import protection
from peer import CURVES, Peer
from wire import u8, string

CIPHERS = [(cipher, mac) for cipher in protection.KEY_LENGTHS
           for mac in (["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
                        "hmac-sha2-256-etm@openssh.com",
                        "hmac-sha2-512-etm@openssh.com"]
                       if cipher.endswith("ctr") else ["hmac-sha2-256"])]


@pytest.mark.parametrize("cipher, mac", CIPHERS,
                         ids=["+".join(pair) for pair in CIPHERS])
def test_a_command_runs_under_each_cipher_and_mac(server, alice, cipher, mac):
    with Peer(server.port, cipher=cipher, mac=mac) as peer:
        peer.login("alice", alice)
        assert peer.run("echo in; exit 3") == (b"in\n", 3)


@pytest.mark.parametrize("kex", ["curve25519-sha256", *CURVES])
def test_a_command_runs_under_each_key_exchange(server, alice, kex):
    with Peer(server.port, kex=kex) as peer:
        peer.login("alice", alice)
        assert peer.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("strict", [True, False])
def test_keys_can_be_exchanged_again(server, alice, strict):
    with Peer(server.port, strict=strict) as peer:
        peer.login("alice", alice)
        for _ in range(3):
            peer.rekey()
            assert peer.run("echo in") == (b"in\n", 0)


def test_compression_works(server, alice):
    with Peer(server.port, compression="zlib@openssh.com") as peer:
        peer.login("alice", alice)
        text = os.urandom(2000).hex()
        assert peer.run(f"echo {text}") == (text.encode() + b"\n", 0)


def test_a_key_that_is_not_authorised_does_not_log_in(server):
    from peer import UserKey
    with Peer(server.port) as peer:
        peer.keyed().service()
        assert not peer.try_login(peer.signed_request("alice",
                                                      UserKey.generate()))


def test_an_unassigned_message_is_answered_with_its_number(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        number = peer.out_seq
        peer.send(u8(9) + string("x"))
        assert peer.expect(3) == u8(3) + number.to_bytes(4, "big")
