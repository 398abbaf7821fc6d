# SPDX-License-Identifier: ISC
"""Channels: numbers, windows, order, and requests at the wrong time."""

import hashlib

import pytest

from peer import Closed, Peer
from wire import (
    CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_EXTENDED_DATA,
    CHANNEL_FAILURE, CHANNEL_OPEN_CONFIRMATION, CHANNEL_OPEN_FAILURE,
    CHANNEL_REQUEST, CHANNEL_SUCCESS, CHANNEL_WINDOW_ADJUST, GLOBAL_REQUEST,
    REASON_PROTOCOL_ERROR, REQUEST_FAILURE, REQUEST_SUCCESS, Reader, string,
    u32, u8)

pytestmark = pytest.mark.postern_only


@pytest.fixture
def one(server, alice):
    """A peer that is logged in."""
    with Peer(server.port) as peer:
        yield peer.login("alice", alice)
    server.assert_well()


def messages(number):
    """One of each message that names a channel."""
    peer = Peer(0)
    return {
        "confirmation": u8(CHANNEL_OPEN_CONFIRMATION) + u32(number) * 2 +
        u32(1000) + u32(1000),
        "failure": u8(CHANNEL_OPEN_FAILURE) + u32(number) + u32(1) +
        string("x") + string(""),
        "adjust": u8(CHANNEL_WINDOW_ADJUST) + u32(number) + u32(1),
        "data": u8(CHANNEL_DATA) + u32(number) + string("x"),
        "empty_data": u8(CHANNEL_DATA) + u32(number) + string(""),
        "extended_data": u8(CHANNEL_EXTENDED_DATA) + u32(number) + u32(1) +
        string("x"),
        "eof": u8(CHANNEL_EOF) + u32(number),
        "close": u8(CHANNEL_CLOSE) + u32(number),
        "request": peer.request_payload(number, "exec", string("true")),
        "success": u8(CHANNEL_SUCCESS) + u32(number),
        "request_failed": u8(CHANNEL_FAILURE) + u32(number),
    }


def start(peer, channel, command):
    """Runs a command; the window that the server opened."""
    peer.send(peer.request_payload(channel, "exec", string(command)))
    peer.expect(CHANNEL_SUCCESS)
    return Reader(peer.expect(CHANNEL_WINDOW_ADJUST)[5:]).u32()


# clients send these late: what they speak of may be over by then
HARMLESS = ("adjust", "success", "request_failed")
FATAL = [name for name in messages(0) if name not in HARMLESS]


def assert_lives_on(peer):
    peer.send(u8(GLOBAL_REQUEST) + string("fence") + u8(1))
    peer.expect(REQUEST_FAILURE)


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("number", [0, 1, 16384, 2 ** 32 - 1])
def test_a_late_answer_for_an_unknown_channel_is_passed_over(one, name,
                                                             number):
    if number != 0:
        one.open_session()
    one.send(messages(number)[name])
    assert_lives_on(one)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_late_answer_for_a_closed_channel_is_passed_over(one, name):
    channel = one.open_session()
    one.send(u8(CHANNEL_CLOSE) + u32(channel))
    one.expect(CHANNEL_CLOSE)
    one.send(messages(channel)[name])
    assert_lives_on(one)


@pytest.mark.parametrize("name", FATAL)
@pytest.mark.parametrize("number", [0, 1, 5, 16384, 2 ** 31, 2 ** 32 - 1])
def test_a_message_for_an_unknown_channel_ends_the_connection(one, name,
                                                              number):
    if number not in (0, 5):
        one.open_session()
    one.send(messages(number)[name])
    assert one.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("name", FATAL)
def test_a_message_for_a_closed_channel_ends_the_connection(one, name):
    channel = one.open_session()
    one.send(u8(CHANNEL_CLOSE) + u32(channel))
    one.expect(CHANNEL_CLOSE)
    one.send(messages(channel)[name])
    assert one.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("name", ["confirmation", "failure", "data"])
def test_a_message_that_answers_nothing_ends_the_connection(one, name):
    """data: the window of a session is 0 until a program runs."""
    channel = one.open_session()
    one.send(messages(channel)[name])
    assert one.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("name", ["success", "request_failed"])
def test_a_reply_to_no_request_is_passed_over(one, name):
    channel = one.open_session()
    one.send(messages(channel)[name])
    assert_lives_on(one)


@pytest.mark.parametrize("reply", [REQUEST_SUCCESS, REQUEST_FAILURE])
def test_a_reply_to_no_global_request_is_passed_over(one, reply):
    one.send(u8(reply))
    assert_lives_on(one)


def test_extended_data_after_the_end_of_data_ends_the_connection(one):
    channel = one.open_session()
    start(one, channel, "sleep 100")
    one.send(u8(CHANNEL_EOF) + u32(channel))
    one.send(messages(channel)["extended_data"])
    with pytest.raises(Closed) as closed:
        while True:
            one.recv()
    assert closed.value.reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("name", ["data", "empty_data", "eof"])
def test_what_follows_the_end_of_data_reaches_nobody(one, name):
    """Go's x/crypto/ssh sends a second EOF when it hears ours."""
    channel = one.open_session()
    start(one, channel, "cat; read line || echo over")
    one.send(messages(channel)["data"])
    one.send(u8(CHANNEL_EOF) + u32(channel))
    one.send(messages(channel)[name])
    output = b""
    while (payload := one.expect(CHANNEL_DATA, CHANNEL_CLOSE,
                                 CHANNEL_EOF, CHANNEL_REQUEST,
                                 CHANNEL_WINDOW_ADJUST))[0] != CHANNEL_CLOSE:
        if payload[0] == CHANNEL_DATA:
            output += Reader(payload[5:]).string()
    assert output == b"xover\n"
    assert_lives_on(one)


def assert_window_is_kept(peer, channel, window):
    """Data beyond it ends the connection."""
    sent = 0
    with pytest.raises((Closed, ConnectionError)):
        while sent <= 2 * window + 200000:
            peer.send(u8(CHANNEL_DATA) + u32(channel) + string(bytes(32768)))
            sent += 32768
        while True:
            peer.recv()
    assert sent >= window


def test_data_after_the_end_of_data_is_held_to_the_window(one):
    channel = one.open_session()
    window = start(one, channel, "sleep 100")
    one.send(u8(CHANNEL_EOF) + u32(channel))
    assert_window_is_kept(one, channel, window)


def test_a_window_beyond_32_bits_ends_the_connection(one):
    channel = one.open_session(window=2 ** 32 - 1)
    one.send(u8(CHANNEL_WINDOW_ADJUST) + u32(channel) + u32(1))
    assert one.ending().reason == REASON_PROTOCOL_ERROR


def test_data_beyond_the_window_ends_the_connection(one):
    channel = one.open_session()
    window = start(one, channel, "sleep 100")
    assert_window_is_kept(one, channel, window)


def test_data_in_packets_larger_than_allowed_is_not_lost_or_ends_it(one):
    channel = one.open_session()
    start(one, channel, "head -c 200000 | md5sum")
    one.send(u8(CHANNEL_DATA) + u32(channel) + string(bytes(200000)))
    try:
        payload = one.expect(CHANNEL_DATA, CHANNEL_WINDOW_ADJUST)
        while payload[0] != CHANNEL_DATA:
            payload = one.recv()
        assert hashlib.md5(bytes(200000)).hexdigest().encode() in payload
    except Closed as closed:
        assert closed.reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("window, packet", [(0, 1), (1, 1), (5, 1),
                                            (2 ** 31, 4),
                                            (2 ** 32 - 1, 2 ** 32 - 1)])
def test_windows_and_packet_sizes_of_the_peer_are_obeyed(one, window,
                                                         packet):
    channel = one.open_session(window=window, packet=packet)
    start(one, channel, "head -c 20000 /dev/zero")
    received = 0
    # a window that is used up: the fence comes back, no more data does
    one.send(u8(GLOBAL_REQUEST) + string("fence") + u8(1))
    while True:
        payload = one.recv()
        if payload[0] == CHANNEL_DATA:
            data = Reader(payload[5:]).string()
            assert 0 < len(data) <= packet
            received += len(data)
            assert received <= window
        elif payload[0] == CHANNEL_CLOSE:
            assert received == 20000
            break
        elif payload[0] == REQUEST_FAILURE and window < 20000:
            break


def test_a_channel_whose_packets_hold_nothing_is_not_opened(one):
    one.send(one.open_payload(packet=0))
    try:
        assert one.expect(CHANNEL_OPEN_FAILURE)
    except Closed as closed:
        assert closed.reason == REASON_PROTOCOL_ERROR


def test_a_peer_that_gives_its_window_byte_by_byte_gets_all(one):
    channel = one.open_session(window=1)
    one.send(one.request_payload(channel, "exec", string("echo hello")))
    received = b""
    while received != b"hello\n":
        payload = one.recv()
        if payload[0] == CHANNEL_DATA:
            received += Reader(payload[5:]).string()
            one.send(u8(CHANNEL_WINDOW_ADJUST) + u32(channel) + u32(1))


@pytest.mark.parametrize("host, port, originator, originator_port", [
    ("127.0.0.1", 65536, "127.0.0.1", 1), ("127.0.0.1", 2 ** 32 - 1, "h", 1),
    ("127.0.0.1", 65536 + 22, "h", 1), ("127.0.0.1", 0, "h", 1),
    ("127.0.0.1", 1, "h", 70000), ("127.0.0.1\0.example", 1, "h", 1),
    ("", 1, "h", 1), ("a" * 256, 1, "h", 1), ("127.0.0.1\n", 1, "h", 1)])
def test_a_forward_to_no_address_is_refused(one, host, port, originator,
                                            originator_port):
    one.send(one.open_payload("direct-tcpip", extra=string(host) + u32(port) +
                              string(originator) + u32(originator_port)))
    assert one.expect(CHANNEL_OPEN_FAILURE)
    assert one.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("path", ["", "\0", "\0abstract", "/x\0y", "relative",
                                  "/" + "a" * 107, "/" + "a" * 5000, "/"])
def test_a_forward_to_no_socket_is_refused(one, path):
    one.send(one.open_payload("direct-streamlocal@openssh.com", extra=string(
        path) + string("") + u32(0)))
    assert one.expect(CHANNEL_OPEN_FAILURE)
    one.send(u8(GLOBAL_REQUEST) + string("streamlocal-forward@openssh.com") +
             u8(1) + string(path))
    assert one.expect(REQUEST_FAILURE, REQUEST_SUCCESS)[0] == REQUEST_FAILURE
    assert one.run("echo in") == (b"in\n", 0)


@pytest.mark.parametrize("address, port", [
    ("127.0.0.1", 65536), ("127.0.0.1", 2 ** 32 - 1), ("127.0.0.1", 65558),
    ("127.0.0.1", 22), ("127.0.0.1", 1023), ("127.0.0.1\0", 2222),
    ("a" * 300, 2222)])
def test_a_listener_where_alice_may_not_listen_is_refused(one, address, port):
    one.send(u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) +
             string(address) + u32(port))
    assert one.expect(REQUEST_FAILURE, REQUEST_SUCCESS)[0] == REQUEST_FAILURE


@pytest.mark.parametrize("kind", [
    b"session\0", b"session\0x", b"", b"SESSION", b"forwarded-tcpip", b"x11",
    b"auth-agent@openssh.com", b"tun@openssh.com", b"%n"])
def test_a_channel_of_another_type_is_refused(one, kind):
    one.send(one.open_payload(kind))
    try:
        assert one.expect(CHANNEL_OPEN_FAILURE)
    except Closed as closed:
        assert closed.reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("name, body", [
    (b"exec\0", string("id")), (b"shell\0x", b""), (b"", b""),
    (b"subsystem\0", string("sftp")), (b"subsystem", string("sftp\0")),
    (b"subsystem", string("")), (b"subsystem", string("nothing")),
    (b"exit-status", u32(0)), (b"exit-signal", string("TERM")),
    (b"xon-xoff", u8(1)), (b"keepalive@openssh.com", b""),
    (b"signal", string("KILL\0")), (b"signal", string("SIGKILL")),
    (b"env", string("LANG\0") + string("C")),
    (b"env", string("LANG") + string("C\0D")),
    (b"env", string("LANG=") + string("C")), (b"env", string("") * 2),
    (b"env", string("PATH") + string("/tmp")),
    (b"env", string("LD_PRELOAD") + string("/tmp/x"))])
def test_a_request_that_means_nothing_is_refused(one, name, body):
    channel = one.open_session()
    one.send(one.request_payload(channel, name, body))
    assert one.expect(CHANNEL_FAILURE, CHANNEL_SUCCESS)[0] == CHANNEL_FAILURE


def test_an_exec_with_a_nul_is_refused(one):
    channel = one.open_session()
    one.send(one.request_payload(channel, "exec", string("id\0; id")))
    assert one.expect(CHANNEL_FAILURE, CHANNEL_SUCCESS)[0] == CHANNEL_FAILURE


def test_a_program_starts_once(one):
    channel = one.open_session()
    for _ in range(3):
        one.send(one.request_payload(channel, "exec", string("sleep 100")))
    answers = [one.expect(CHANNEL_FAILURE, CHANNEL_SUCCESS,
                          CHANNEL_WINDOW_ADJUST)[0] for _ in range(4)]
    assert answers.count(CHANNEL_SUCCESS) == 1
    assert answers.count(CHANNEL_FAILURE) == 2


def test_requests_in_one_write_are_answered_each(one):
    """More than the session process has time for."""
    channel = one.open_session()
    one.send_many(one.request_payload(channel, "signal", string("TERM"))
                  for _ in range(5000))
    for _ in range(5000):
        one.expect(CHANNEL_FAILURE)
    forward = u8(GLOBAL_REQUEST) + string("tcpip-forward") + u8(1) + \
        string("127.0.0.1") + u32(0)
    one.send_many(forward for _ in range(1500))
    for _ in range(1500):
        one.expect(REQUEST_SUCCESS, REQUEST_FAILURE)
    assert one.run("echo in") == (b"in\n", 0)


def test_a_signal_right_behind_the_start_reaches_the_program(one):
    for _ in range(50):
        channel = one.open_session(number=0)
        one.send_many([
            one.request_payload(channel, "exec", string("sleep 1000"), False),
            one.request_payload(channel, "signal", string("TERM"))])
        signal = u8(CHANNEL_REQUEST) + u32(0) + string("exit-signal")
        while not one.recv().startswith(signal):
            pass
        one.send(u8(CHANNEL_CLOSE) + u32(channel))
        while one.recv()[0] != CHANNEL_CLOSE:
            pass


def test_requests_before_the_confirmation_was_read_work(one):
    """They are sent in one write with the open: numbers can be guessed."""
    one.send_many([one.open_payload(number=0),
                   one.request_payload(0, "exec", string("echo in"))])
    received = b""
    while received != b"in\n":
        payload = one.recv()
        if payload[0] == CHANNEL_DATA:
            received += Reader(payload[5:]).string()


def test_a_request_for_a_channel_that_is_not_confirmed_ends_it(one):
    """A forward that waits for its connect has no number yet."""
    one.send_many([
        one.open_payload("direct-tcpip", extra=string("192.0.2.1") + u32(1) +
                         string("h") + u32(1)),
        u8(CHANNEL_DATA) + u32(0) + string("x")])
    assert one.ending().reason == REASON_PROTOCOL_ERROR


def test_a_second_pty_ends_the_connection(one):
    channel = one.open_session()
    body = string("xterm") + u32(80) + u32(24) + u32(0) * 2 + string(b"\0")
    one.send(one.request_payload(channel, "pty-req", body))
    one.expect(CHANNEL_SUCCESS)
    one.send(one.request_payload(channel, "pty-req", body))
    assert one.ending().reason == REASON_PROTOCOL_ERROR


@pytest.mark.parametrize("modes", [b"", b"\0", b"\xff" * 100, b"\1", b"\1\0\0",
                                   b"\xa0" + b"\xff" * 4,
                                   bytes(range(1, 101)) * 10])
@pytest.mark.parametrize("size", [0, 1, 65536, 2 ** 32 - 1])
def test_strange_terminals_do_no_harm(one, modes, size):
    channel = one.open_session()
    one.send(one.request_payload(channel, "pty-req", string("x\n\x1b[0m") +
                                 u32(size) * 4 + string(modes)))
    one.expect(CHANNEL_SUCCESS, CHANNEL_FAILURE)
    one.send(one.request_payload(channel, "window-change", u32(size) * 4))
    one.expect(CHANNEL_SUCCESS, CHANNEL_FAILURE)
    one.send(one.request_payload(channel, "exec", string("echo in")))
    one.expect(CHANNEL_SUCCESS)


def test_sessions_beyond_the_limit_are_refused(make_patient, alice):
    patient = make_patient("MaxSessions 2\n")
    with Peer(patient.port) as peer:
        peer.login("alice", alice)
        channels = [peer.open_session(), peer.open_session()]
        for _ in range(3):
            peer.send(peer.open_payload())
            assert peer.expect(CHANNEL_OPEN_CONFIRMATION,
                               CHANNEL_OPEN_FAILURE)[0] == \
                CHANNEL_OPEN_FAILURE
        peer.send(u8(CHANNEL_CLOSE) + u32(channels[0]))
        peer.expect(CHANNEL_CLOSE)
        peer.open_session()


def test_no_more_sessions_means_none(one):
    one.open_session()
    one.send(u8(GLOBAL_REQUEST) + string("no-more-sessions@openssh.com") +
             u8(1))
    one.expect(REQUEST_SUCCESS)
    one.send(one.open_payload())
    end = one.ending()
    assert b"after additional sessions disabled" in end.text


def test_a_want_reply_of_any_byte_but_zero_is_true(one):
    channel = one.open_session()
    one.send(u8(CHANNEL_REQUEST) + u32(channel) + string("nothing") + u8(7))
    assert one.expect(CHANNEL_FAILURE)


def test_a_host_key_is_proved_once(one):
    blob = one.first_host_key
    prove = u8(GLOBAL_REQUEST) + string("hostkeys-prove-00@openssh.com") + \
        u8(1) + string(blob)
    one.send(prove)
    one.expect(REQUEST_SUCCESS)
    one.send(prove)
    with pytest.raises(Closed):
        while True:
            one.recv()
