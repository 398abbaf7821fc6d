# SPDX-License-Identifier: ISC
"""Connections that do not log in: how long, how many."""

import re
import socket
import threading

import pytest

from server import IS_POSTERN, wait_until


# A busy machine may need longer for what comes first.
PATIENCE_S = (1, 4, 16)


def _connect(server):
    s = socket.create_connection(("127.0.0.1", server.port), 60)
    s.settimeout(60)
    return s


def _banner(s):
    with s.makefile("rb") as stream:
        return stream.readline()


def test_a_client_that_does_not_log_in_is_dropped_after_the_grace_time(
        make_server):
    for seconds in PATIENCE_S:
        server = make_server(f"LoginGraceTime {seconds}\n")
        with _connect(server) as s:
            if not _banner(s).startswith(b"SSH-2.0-"):
                continue
            s.sendall(b"SSH-2.0-Silent\r\n")
            while s.recv(65536):
                pass
            break
    if IS_POSTERN:
        line = server.wait_for_log("Timeout before authentication for")
        assert re.search(r"for connection from 127\.0\.0\.1 to 127\.0\.0\.1, "
                         r"pid = \d+$", line)


def test_a_client_that_never_says_a_word_is_dropped_too(make_server):
    server = make_server("LoginGraceTime 2\n")
    with _connect(server) as s:
        while s.recv(65536):
            pass


def test_the_grace_time_ends_with_the_login(make_server, keys):
    for seconds in PATIENCE_S:
        server = make_server(f"LoginGraceTime {seconds}\n")
        with _connect(server) as idle, server.popen(
                "alice", keys["ed25519"], "echo up; cat") as process:
            if process.stdout.readline() != b"up\n":
                continue
            while idle.recv(65536):
                pass
            assert process.communicate(b"alive\n")[0] == b"alive\n"
            return
    pytest.fail(f"no login within {seconds} s")


def test_connections_over_the_limit_are_dropped_with_a_word(make_server,
                                                            keys):
    server = make_server("MaxStartups 3\nLogLevel INFO\n")
    held = [_connect(server) for _ in range(3)]
    try:
        for s in held:
            assert _banner(s).startswith(b"SSH-2.0-")
        with _connect(server) as s:
            port = s.getsockname()[1]
            said = b""
            while block := s.recv(4096):
                said += block
        if IS_POSTERN:
            assert said == b"Not allowed at this time\r\n"
        else:
            assert said == b"Exceeded MaxStartups\r\n"
        line = server.wait_for_log("drop connection #3 from "
                                   f"[127.0.0.1]:{port} on "
                                   f"[127.0.0.1]:{server.port}")
        assert line.lower().rstrip().endswith("maxstartups")
    finally:
        for s in held:
            s.close()
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 0,
               what="a free place")


def test_logged_in_connections_do_not_count(make_server, keys):
    server = make_server("MaxStartups 2\n")
    running = []
    for _ in range(5):
        process = server.popen("alice", keys["ed25519"], "echo up; cat")
        assert process.stdout.readline() == b"up\n"
        running.append(process)
    for process in running:
        assert process.communicate(b"on\n")[0] == b"on\n"


def test_many_clients_at_once_are_all_served(make_server, keys):
    server = make_server("MaxStartups 100\n")
    results = []
    threads = [threading.Thread(target=lambda: results.append(
        server.ssh("alice", keys["ed25519"], "echo in").stdout))
        for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [b"in\n"] * 30


@pytest.mark.parametrize("said, answer, logged", [
    (b"GET / HTTP/1.0\r\n", b"Invalid SSH identification string.",
     "client sent invalid protocol identifier \"GET / HTTP/1.0\""),
    (b"SSH-1.5-Old\r\n", b"Protocol major versions differ.",
     "Protocol major versions differ"),
])
def test_another_protocol_is_answered_in_words(make_server, said, answer,
                                               logged):
    server = make_server("LogLevel DEBUG1\n")
    with _connect(server) as s:
        s.sendall(said)
        received = b""
        while block := s.recv(65536):
            received += block
    assert answer in received
    server.wait_for_log(logged)


def test_a_port_scan_leaves_one_line_with_its_address(make_server):
    server = make_server("LogLevel INFO\n")
    with _connect(server) as s:
        port = s.getsockname()[1]
        assert _banner(s)
    line = server.wait_for_log(f"127.0.0.1 port {port}")
    assert "Connection closed by 127.0.0.1 port" in line or \
        "Connection reset by 127.0.0.1 port" in line
