# SPDX-License-Identifier: ISC
"""zlib@openssh.com: what a small packet inflates to is bounded."""

import os
import zlib

import pytest

from patient import unshared_kib
from peer import Closed, Peer
from wire import IGNORE, REASON_PROTOCOL_ERROR, string, u8

pytestmark = pytest.mark.postern_only


@pytest.fixture
def packed(server, alice):
    """A peer whose packets are compressed."""
    with Peer(server.port, compression="zlib@openssh.com") as peer:
        yield peer.login("alice", alice)
    server.assert_well()


def deflate(peer, payload):
    """The body of a packet, whatever is inside."""
    return peer.deflater.compress(payload) + \
        peer.deflater.flush(zlib.Z_SYNC_FLUSH)


def send_body(peer, body):
    peer.send_frame(peer.frame(body))


def test_a_payload_up_to_the_limit_is_taken(packed):
    packed.send(u8(IGNORE) + string(bytes(262144 - 5)))
    assert packed.run("echo in") == (b"in\n", 0)


def test_a_payload_beyond_the_limit_ends_the_connection(packed):
    packed.send(u8(IGNORE) + string(bytes(262144 - 4)))
    assert packed.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("megabytes", [1, 10])
def test_a_bomb_ends_the_connection(packed, megabytes):
    body = deflate(packed, u8(IGNORE) + string(bytes(megabytes << 20)))
    assert len(body) < 1100 * megabytes
    send_body(packed, body)
    assert packed.ending().reason == REASON_PROTOCOL_ERROR


def test_payloads_at_the_limit_do_not_add_up(packed, server):
    net, _ = server.connection_pids(packed)
    for _ in range(200):
        packed.send(u8(IGNORE) + string(bytes(262144 - 5)))
    assert unshared_kib(net) < 4096
    assert packed.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("body", [
    b"", b"\x00", b"\xff" * 64, os.urandom(64),
    zlib.compress(u8(IGNORE) + string("x")),    # a stream of its own
    b"\x78\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_compressed_data_ends_the_connection(packed, body):
    send_body(packed, body)
    try:
        # an empty inflation is an empty packet, or needs more to be one
        packed.send(u8(9))
        assert packed.ending().reason == REASON_PROTOCOL_ERROR
    except (ConnectionError, Closed):
        pass


def test_a_stream_that_ends_ends_the_connection(packed):
    body = packed.deflater.compress(u8(IGNORE) + string("x")) + \
        packed.deflater.flush(zlib.Z_FINISH)
    send_body(packed, body)
    packed.deflater = None
    try:
        send_body(packed, b"\0" * 20)
        assert packed.ending().reason == REASON_PROTOCOL_ERROR
    except ConnectionError:
        pass


def test_nothing_is_inflated_before_login(server):
    """Compression is of the delayed kind: the bytes are a bad message."""
    with Peer(server.port, compression="zlib@openssh.com") as peer:
        peer.keyed()
        peer.send(zlib.compress(u8(IGNORE) + string(bytes(10 << 20))))
        # 0x78 is no message number before login: unimplemented
        assert peer.expect(3)
