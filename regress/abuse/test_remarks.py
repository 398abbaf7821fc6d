# SPDX-License-Identifier: ISC
"""What a client is told by SSH_MSG_DEBUG when something is refused.

The texts are those of Debian's sshd: POSTERN_SSHD=/usr/sbin/sshd passes too.
"""

import pytest

from peer import CHANNEL_OPEN_CONFIRMATION, DEBUG, Peer, UserKey
from server import authorize
from wire import Reader, string, u32, u8

REQUEST_SUCCESS, REQUEST_FAILURE, OPEN_FAILURE = 81, 82, 92
CHANNEL_SUCCESS, CHANNEL_FAILURE = 99, 100
ANSWERS = (REQUEST_SUCCESS, REQUEST_FAILURE, OPEN_FAILURE,
           CHANNEL_OPEN_CONFIRMATION, CHANNEL_SUCCESS, CHANNEL_FAILURE)
NO = (REQUEST_FAILURE, OPEN_FAILURE, CHANNEL_FAILURE)

BY_KEY = b"X11 forwarding disabled by key options."
NO_XAUTH = b"No xauth program; cannot forward X11."
TUN_MODE = b"Unsupported tunnel device mode."
NO_TUN = b"Server has rejected tunnel device forwarding"
TUN_FAILED = b"Failed to open the tunnel device."
NO_PORTS = b"Server has disabled port forwarding."
NOT_THIS = b"port forwarding refused"
NO_SOCKETS = b"Server has disabled streamlocal forwarding."


def answer(peer):
    """(texts of DEBUG, number of the message) up to an answer."""
    texts = []
    while True:
        payload = peer.recv()
        if payload[0] in ANSWERS:
            return texts, payload[0]
        if payload[0] == DEBUG:
            r = Reader(payload[1:])
            assert r.u8() == 0
            texts.append(r.string())
            assert (r.string(), r.rest()) == (b"", b"")


def x11(peer):
    peer.send(peer.open_payload())
    assert answer(peer)[1] == CHANNEL_OPEN_CONFIRMATION
    peer.send(peer.request_payload(
        0, "x11-req", u8(0) + string("MIT-MAGIC-COOKIE-1") +
        string("00" * 16) + u32(0)))
    return answer(peer)


def tun(peer, mode=1):
    peer.send(peer.open_payload("tun@openssh.com",
                                extra=u32(mode) + u32(99)))
    return answer(peer)


def no_mode(peer):
    return tun(peer, 3)


def global_request(peer, name, body):
    peer.send(u8(80) + string(name) + u8(1) + body)
    return answer(peer)


def listen(peer):
    return global_request(peer, "tcpip-forward",
                          string("127.0.0.1") + u32(3333))


def listen_at_path(peer):
    return global_request(peer, "streamlocal-forward@openssh.com",
                          string("/home/alice/refused"))


def refusal(server, key, ask, **kwargs):
    with Peer(server.port, **kwargs) as peer:
        peer.login("alice", key)
        texts, number = ask(peer)
    assert number in NO
    # sshd tells the options of the key at the login
    return [text for text in texts if b": key options:" not in text]


@pytest.mark.parametrize("options, config, ask, texts", [
    ("", "X11Forwarding no\n", x11, []),
    ("restrict", "X11Forwarding yes\n", x11, [BY_KEY]),
    ("no-x11-forwarding", "X11Forwarding no\n", x11, [BY_KEY]),
    ("", "X11Forwarding yes\nXAuthLocation /nonexistent\n", x11, [NO_XAUTH]),
    ("", "PermitTunnel no\n", tun, [NO_TUN]),
    ("", "PermitTunnel ethernet\n", tun, [NO_TUN]),
    ("", "PermitTunnel yes\n", tun, [TUN_FAILED]),
    ("", "PermitTunnel yes\n", no_mode, [TUN_MODE]),
    ("", "AllowTcpForwarding no\n", listen, [NO_PORTS]),
    ("restrict", "", listen, [NO_PORTS]),
    ("", "PermitListen 1\n", listen, [NOT_THIS]),
    ('permitlisten="1"', "", listen, [NOT_THIS]),
    ("", "AllowStreamLocalForwarding no\n", listen_at_path, [NO_SOCKETS]),
])
def test_a_refusal_says_why(make_server, tmp_path, options, config, ask,
                            texts):
    key = UserKey.generate()
    path = tmp_path / "key.pub"
    path.write_text(key.public_line())
    authorize("alice", str(path), options)
    assert refusal(make_server(config), key, ask) == texts


@pytest.mark.parametrize("version, texts", [
    (b"OpenSSH_9.2", [NO_TUN]), (b"PuTTY_Release_0.78", [NO_TUN]),
    (b"Twisted_22.4.0", [NO_TUN]), (b"Twisted", []), (b"TwistedConch_1", []),
    (b"3.0.1 SSH Secure Shell", []), (b"3.1.0 SSH Secure Shell", [NO_TUN]),
])
def test_clients_that_fall_over_it_are_told_nothing(server, alice, version,
                                                    texts):
    assert refusal(server, alice, tun, version=b"SSH-2.0-" + version) == texts


@pytest.mark.postern_only
def test_a_flood_of_refusals_is_answered(server, alice):
    """Remarks may get lost, answers do not."""
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        peer.send_many([peer.open_payload("tun@openssh.com",
                                          extra=u32(1) + u32(9))
                        for _ in range(1000)])
        for _ in range(1000):
            texts, number = answer(peer)
            assert (texts, number) in (([NO_TUN], OPEN_FAILURE),
                                       ([], OPEN_FAILURE))
