# SPDX-License-Identifier: ISC
"""Re-keying: a peer that does not answer, or chats, or asks too often."""

import pytest

from peer import Closed, Peer
from wire import (
    IGNORE, KEXINIT, REASON_KEX_FAILED, REASON_PROTOCOL_ERROR, string, u8)

pytestmark = pytest.mark.postern_only


def nothing(_peer):
    """Our KEXINIT stays without an answer."""


def begin(peer):
    peer.start_kex()


def hold_newkeys_back(peer):
    peer.start_kex()
    peer.send_public()
    peer.read_reply()
    peer.read_newkeys()


@pytest.mark.parametrize("last_step", [nothing, begin, hold_newkeys_back])
def test_a_peer_that_goes_on_with_its_old_keys_is_disconnected(
        make_patient, alice, last_step):
    patient = make_patient("RekeyLimit 1M\n")
    with Peer(patient.port) as peer:
        peer.login("alice", alice)
        last_step(peer)
        sent = 0
        with pytest.raises((Closed, ConnectionError)):
            while sent < 256 << 20:
                peer.send_many([u8(IGNORE) + string(bytes(32768))] * 32)
                sent += 32 * 32768
        end = peer.ending()
        assert end.reason in (REASON_KEX_FAILED, None)
        patient.wait_for_log("rekeying was begun and not completed")
        # what was in flight is borne, and no more
        assert 1 << 20 <= sent < 160 << 20


def test_a_peer_that_reads_nothing_is_asked_to_rekey_once(make_patient,
                                                          alice):
    patient = make_patient("RekeyLimit 1M\n")
    with Peer(patient.port) as peer:
        peer.login("alice", alice)
        peer.send_many([u8(IGNORE) + string(bytes(32768))] * 64)
        peer.server_init = peer.expect(KEXINIT)
        peer.send_kexinit()
        peer.finish_kex()
        assert peer.run("echo in") == (b"in\n", 0)


def test_a_hundred_rekeys_in_a_row_are_borne(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        for _ in range(100):
            peer.rekey()
        assert peer.run("echo in") == (b"in\n", 0)


def test_a_peer_can_not_rekey_before_it_has_logged_in(server):
    for ask in (False, True):
        with Peer(server.port) as peer:
            peer.keyed()
            if ask:
                peer.service()
            peer.send_kexinit()
            assert peer.ending().reason == REASON_PROTOCOL_ERROR


def test_a_rekey_with_nothing_in_common_ends_the_connection(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.send_kexinit(peer.kexinit(cipher_out="none"))
        end = peer.ending()
        assert end.reason == REASON_KEX_FAILED


def test_a_bad_value_in_a_rekey_ends_the_connection(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.start_kex()
        peer.send_public(bytes(32))
        assert peer.ending().reason == REASON_KEX_FAILED


@pytest.mark.parametrize("number", [50, 80, 90, 94, 98, 100, 192])
def test_upper_layers_are_silent_between_kexinit_and_newkeys(server, alice,
                                                             number):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.open_session()
        peer.send_kexinit()
        peer.send(u8(number) + bytes(20))
        with pytest.raises(Closed) as closed:
            while True:
                peer.recv()
        assert closed.value.reason == REASON_PROTOCOL_ERROR


def test_a_cipher_can_change_in_a_rekey(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        for cipher in ("chacha20-poly1305@openssh.com", "aes256-ctr",
                       "aes128-gcm@openssh.com"):
            peer.cipher = cipher
            peer.rekey()
            assert peer.run("echo in") == (b"in\n", 0)
