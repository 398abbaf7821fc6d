# SPDX-License-Identifier: ISC
"""Malformed packets and messages: lengths, padding, MACs, lists, truncation.

The server ends the connection with a reason, or answers "no"; it lives on.
"""

import pytest

from peer import Closed, Peer, pubkey_request
from protection import KEY_LENGTHS
from wire import (
    CHANNEL_DATA, CHANNEL_OPEN_FAILURE, CHANNEL_REQUEST,
    GLOBAL_REQUEST, IGNORE, KEX_30, REASON_KEX_FAILED,
    REASON_PROTOCOL_ERROR, SERVICE_REQUEST, USERAUTH_FAILURE, string, u32,
    u8)

pytestmark = pytest.mark.postern_only

# ---- packet lengths and padding ------------------------------------------

@pytest.mark.parametrize("length", [0, 1, 4, 5, 11, 13, 65792 + 8, 262144,
                                    262145, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 4,
                                    2 ** 32 - 1])
def test_a_bad_length_ends_an_unprotected_connection(peer, length):
    one = peer().start()
    one.read_kexinit()
    one.send_raw(u32(length) + bytes(60))
    end = one.ending()
    assert (end.reason, end.text) == (REASON_PROTOCOL_ERROR,
                                      b"Packet corrupt")


@pytest.mark.parametrize("length", [0, 1, 4, 17, 65792 + 16, 262144 + 16,
                                    2 ** 32 - 1])
@pytest.mark.parametrize("cipher, mac", [
    ("aes128-gcm@openssh.com", ""),
    ("chacha20-poly1305@openssh.com", ""),
    ("aes128-ctr", "hmac-sha2-256"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com")])
def test_a_bad_length_ends_a_protected_connection(peer, length, cipher, mac):
    one = peer(cipher=cipher, mac=mac or "hmac-sha2-256").keyed()
    one.send(u8(IGNORE) + string(bytes(50)), length=length)
    end = one.ending()
    assert (end.reason, end.text) == (REASON_PROTOCOL_ERROR,
                                      b"Packet corrupt")


@pytest.mark.parametrize("padding", [0, 1, 3, 60, 200, 255])
@pytest.mark.parametrize("cipher", [None, *KEY_LENGTHS])
def test_a_padding_length_that_lies_ends_the_connection(peer, padding,
                                                        cipher):
    one = peer(cipher=cipher or "aes128-ctr")
    if cipher:
        one.keyed()
    else:
        one.start()
        one.read_kexinit()
    one.send(u8(IGNORE) + string(b"x" * 24), padding=padding)
    assert one.ending().reason == REASON_PROTOCOL_ERROR


def test_all_of_a_packet_may_be_padding_but_its_number(peer, alice):
    one = peer().login("alice", alice)
    payload = u8(IGNORE) + string(b"x" * 200)
    # the string is called padding: an IGNORE without its data is left
    one.send(payload, padding=len(payload) + 10)
    try:
        assert one.run("echo in") == (b"in\n", 0)
    except (Closed, ConnectionError):
        pass        # as good an answer: the padding was no padding


@pytest.mark.parametrize("byte", [0, 3, 4, 5, 20, -16, -1])
@pytest.mark.parametrize("cipher, mac", [
    ("aes128-gcm@openssh.com", ""), ("aes256-gcm@openssh.com", ""),
    ("chacha20-poly1305@openssh.com", ""),
    ("aes256-ctr", "hmac-sha2-512"), ("aes192-ctr", "hmac-sha1"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com")])
def test_one_flipped_bit_ends_the_connection(server, alice, cipher, mac,
                                             byte):
    with Peer(server.port, cipher=cipher,
              mac=mac or "hmac-sha2-256") as one:
        one.login("alice", alice)
        packet = one.frame(u8(IGNORE) + string(b"x" * 40))
        one.send_frame(packet, flip=byte)
        # a length that grew waits for more: give it that
        one.send_raw(bytes(300000))
        assert one.ending().reason in (REASON_PROTOCOL_ERROR, 5)


def test_a_packet_of_another_connection_is_refused(peer, alice):
    first, second = (peer().login("alice", alice) for _ in range(2))
    sealed = first.out.seal(first.out_seq,
                            first.frame(u8(IGNORE) + string("x")))
    second.send_raw(sealed)
    assert second.ending().reason == 5


def test_a_packet_sent_twice_is_refused(peer, alice):
    one = peer().login("alice", alice)
    sealed = one.out.seal(one.out_seq, one.frame(u8(IGNORE) + string("x")))
    one.send_raw(sealed + sealed)
    assert one.ending().reason == 5


# ---- KEXINIT --------------------------------------------------------------

def kexinit_end(one, payload):
    one.start().read_kexinit()
    try:
        one.send(payload)
        # never legal in a key exchange: the fence
        one.send(u8(50))
    except ConnectionError:
        pass
    return one.ending()


MANY = ",".join(f"a{i}" for i in range(100_000))
HOSTILE_LISTS = {
    "empty": "", "comma": ",", "commas": ",,,,", "space": "a b",
    "nul": b"curve25519-sha256\0", "nul_first": b"\0curve25519-sha256",
    "not_ascii": "caf\u00e9", "newline": "a\nb", "long_name": "a" * 65,
    "over_the_list": "a" * 32769, "many": MANY[:32000], "too_many": MANY,
    "percent": "%s%n%s%n", "trailing_comma": "curve25519-sha256,",
}


@pytest.mark.parametrize("names", HOSTILE_LISTS.values(),
                         ids=HOSTILE_LISTS.keys())
@pytest.mark.parametrize("which", ["kex", "host_key", "cipher_out",
                                   "cipher_in", "mac_in",
                                   "compression_out", "language_in"])
def test_a_hostile_list_ends_in_a_reason(peer, which, names):
    one = peer()
    payload = one.kexinit(**{which: names})
    end = kexinit_end(one, payload)
    assert end.reason in (REASON_PROTOCOL_ERROR, REASON_KEX_FAILED)


@pytest.mark.parametrize("which, name", [
    ("kex", b"curve25519-sha256"), ("host_key", b"ssh-ed25519"),
    ("cipher_out", b"aes128-ctr"), ("cipher_in", b"aes128-ctr"),
    ("compression_out", b"none")])
def test_a_name_with_a_nul_matches_nothing(peer, which, name):
    for bad in (name + b"\0", name + b"\0x", b"\0" + name):
        one = peer()
        end = kexinit_end(one, one.kexinit(**{which: bad}))
        assert end.reason in (REASON_KEX_FAILED, REASON_PROTOCOL_ERROR)
        assert end.text not in (b"message", b"") and b"strict" not in end.text


def test_every_truncation_of_kexinit_ends_the_connection(server):
    payload = Peer(0).kexinit()
    for length in range(1, len(payload)):
        with Peer(server.port) as one:
            one.start().read_kexinit()
            one.send(payload[:length])
            end = one.ending()
            assert end.reason == REASON_PROTOCOL_ERROR, length
            assert b"strict" not in end.text
    server.assert_well()


def test_a_byte_behind_kexinit_ends_the_connection(peer):
    one = peer()
    end = kexinit_end(one, one.kexinit() + b"\0")
    assert end.reason == REASON_PROTOCOL_ERROR
    assert end.text not in (b"message", b"") and b"strict" not in end.text


@pytest.mark.parametrize("length", range(36))
def test_every_truncation_of_ecdh_init_ends_the_connection(peer, length):
    one = peer().start().start_kex()
    one.send((u8(KEX_30) + string(bytes(range(32))))[:length + 1])
    end = one.ending()
    assert end.reason in (REASON_PROTOCOL_ERROR, REASON_KEX_FAILED)


def test_two_kexinits_end_the_connection(server):
    with Peer(server.port, strict=False) as one:
        one.start().start_kex()
        one.send(one.kexinit())
        assert one.ending().reason == REASON_PROTOCOL_ERROR


# ---- messages after the key exchange --------------------------------------

def test_every_truncation_of_a_service_request_ends_the_connection(server):
    payload = u8(SERVICE_REQUEST) + string("ssh-userauth")
    for length in range(1, len(payload)):
        with Peer(server.port) as one:
            one.keyed()
            one.send(payload[:length])
            assert one.ending().reason == REASON_PROTOCOL_ERROR
    server.assert_well()


def test_every_truncation_of_a_publickey_request_fails(server, alice):
    for signature in (None, b"\0" * 83):
        payload = pubkey_request("alice", "ssh-connection", "publickey",
                                 alice.algorithm, alice.blob, signature)
        for length in range(1, len(payload)):
            with Peer(server.port) as one:
                one.keyed().service()
                one.send(payload[:length])
                assert one.ending().reason == REASON_PROTOCOL_ERROR
    server.assert_well()


def requests(channel):
    """Each message after login, whole."""
    one = Peer(0)
    size = u32(80) + u32(24) + u32(0) + u32(0)
    forward = string("127.0.0.1") + u32(2222)
    named = {
        "pty-req": string("xterm") + size + string(b"\x35\0\0\0\1\0"),
        "exec": string("true"), "shell": b"",
        "env": string("LANG") + string("C"),
        "subsystem": string("sftp"), "window-change": size,
        "signal": string("TERM"), "break": u32(500),
    }
    for name, body in named.items():
        yield name, one.request_payload(channel, name, body)
    yield "channel-open", one.open_payload(number=7)
    yield "direct-tcpip", one.open_payload(
        "direct-tcpip", number=7, extra=string("127.0.0.1") + u32(1) +
        string("127.0.0.1") + u32(1))
    yield "direct-streamlocal", one.open_payload(
        "direct-streamlocal@openssh.com", number=7,
        extra=string("/none") + string("") + u32(0))
    for name, body in (("tcpip-forward", forward),
                       ("cancel-tcpip-forward", forward),
                       ("streamlocal-forward@openssh.com", string("/x")),
                       ("hostkeys-prove-00@openssh.com", string("x"))):
        yield name, u8(GLOBAL_REQUEST) + string(name) + u8(1) + body
    yield "channel-data", u8(CHANNEL_DATA) + u32(channel) + string("data")


NAMES = [name for name, _ in requests(0)]


@pytest.mark.parametrize("name", NAMES)
def test_no_truncation_after_login_is_taken_for_the_whole(server, alice,
                                                          name):
    """Each ends the connection, or is refused, or is shorter but whole."""
    length = len(dict(requests(0))[name])
    for cut in range(1, length):
        with Peer(server.port) as one:
            one.login("alice", alice)
            payload = dict(requests(one.open_session()))[name]
            one.send(payload[:cut])
            one.send(u8(8))
            try:
                answer = one.expect(3, 81, 82, 91, 92, 94, 99, 100)
            except Closed as closed:
                assert closed.reason == REASON_PROTOCOL_ERROR
            else:
                assert answer[0] in (82, CHANNEL_OPEN_FAILURE, 100), \
                    (cut, answer)
    server.assert_well()


@pytest.mark.parametrize("name", NAMES)
def test_a_byte_behind_a_message_after_login_is_not_passed_over(
        server, alice, name):
    with Peer(server.port) as one:
        one.login("alice", alice)
        payload = dict(requests(one.open_session()))[name]
        one.send(payload + b"\0")
        one.send(u8(8))
        try:
            answer = one.expect(3, 81, 82, 91, 92, 94, 99, 100)
        except Closed as closed:
            assert closed.reason == REASON_PROTOCOL_ERROR
        else:
            assert answer[0] in (82, CHANNEL_OPEN_FAILURE, 100), answer
    server.assert_well()


# ---- 256 KiB in every string ----------------------------------------------

# 262144 bytes of packet, less what surrounds the string
HUGE = b"A" * (262144 - 300)


def huge_messages(channel):
    one = Peer(0)
    size = u32(80) + u32(24) + u32(0) + u32(0)
    request = u8(CHANNEL_REQUEST) + u32(channel)
    return {
        "request_name": request + string(HUGE) + u8(1),
        "term": one.request_payload(channel, "pty-req", string(HUGE) + size +
                                    string("")),
        "modes": one.request_payload(channel, "pty-req", string("x") + size +
                                     string(HUGE)),
        "exec": one.request_payload(channel, "exec", string(HUGE)),
        "env_name": one.request_payload(channel, "env", string(HUGE) +
                                        string("x")),
        "env_value": one.request_payload(channel, "env", string("LANG") +
                                         string(HUGE)),
        "subsystem": one.request_payload(channel, "subsystem", string(HUGE)),
        "signal": one.request_payload(channel, "signal", string(HUGE)),
        "channel_type": one.open_payload(HUGE, number=7),
        "host": one.open_payload("direct-tcpip", number=7, extra=string(
            HUGE) + u32(1) + string("h") + u32(1)),
        "originator": one.open_payload("direct-tcpip", number=7, extra=string(
            "h") + u32(1) + string(HUGE) + u32(1)),
        "path": one.open_payload("direct-streamlocal@openssh.com", number=7,
                                 extra=string(HUGE) + string("") + u32(0)),
        "global_name": u8(GLOBAL_REQUEST) + string(HUGE) + u8(1),
        "listen_host": u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) +
        string(HUGE) + u32(1),
        "listen_path": u8(GLOBAL_REQUEST) +
        string("streamlocal-forward@openssh.com") + u8(1) + string(HUGE),
        "prove": u8(GLOBAL_REQUEST) +
        string("hostkeys-prove-00@openssh.com") + u8(1) + string(HUGE),
        "ignore": u8(IGNORE) + string(HUGE),
        "ping": u8(192) + string(HUGE),
        "debug": u8(4) + u8(1) + string(HUGE) + string(""),
        "disconnect": u8(1) + u32(11) + string(HUGE) + string(""),
        "unknown": u8(199) + HUGE,
    }


@pytest.mark.parametrize("name", huge_messages(0))
def test_a_string_of_256_kib_is_refused_or_harmless(server, alice, name):
    with Peer(server.port) as one:
        one.login("alice", alice)
        one.send(huge_messages(one.open_session())[name])
        try:
            one.send(u8(8))
            answer = one.expect(3, 81, 82, 91, 92, 99, 100)
        except Closed as closed:
            assert closed.reason == REASON_PROTOCOL_ERROR or \
                name == "disconnect"
        else:
            assert answer[0] in (3, 82, 92, 100)
    server.assert_well()


# Before login the largest packet is 65792 bytes.
def huge_requests(key):
    huge = b"A" * 65000
    method = string("publickey") + u8(1)
    names = string("alice") + string("ssh-connection")
    return {
        "user": string(huge) + string("ssh-connection") + string("none"),
        "service": string("alice") + string(huge) + string("none"),
        "method": names + string(huge),
        "algorithm": names + method + string(huge) + string(key.blob) +
        string(""),
        "key": names + method + string(key.algorithm) + string(huge) +
        string(""),
        "signature": names + method + string(key.algorithm) +
        string(key.blob) + string(huge),
    }


@pytest.mark.parametrize("name", huge_requests(
    type("key", (), {"blob": b"", "algorithm": b""})))
def test_a_huge_string_of_an_authentication_request_fails(server, alice,
                                                          name):
    with Peer(server.port) as one:
        one.keyed().service()
        one.send(u8(50) + huge_requests(alice)[name])
        try:
            assert one.expect(USERAUTH_FAILURE)
        except Closed as closed:
            assert closed.reason == REASON_PROTOCOL_ERROR
    server.assert_well()
