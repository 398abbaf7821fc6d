# SPDX-License-Identifier: ISC
"""Peers that are silent, and peers that are gone."""

import re
import signal
import subprocess

from server import wait_until


def _stopped_client(server, keys):
    process = server.popen("alice", keys["ed25519"], "echo up; cat")
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGSTOP)
    return process


def _end(process):
    process.kill()
    process.communicate()


def test_a_client_that_answers_nothing_is_dropped(make_server, keys):
    server = make_server("ClientAliveInterval 1\nClientAliveCountMax 2\n")
    process = _stopped_client(server, keys)
    try:
        server.wait_for_log("Timeout, client not responding from user alice "
                            "127.0.0.1 port")
    finally:
        _end(process)


def test_a_silent_client_that_answers_probes_stays(make_server, keys):
    server = make_server("ClientAliveInterval 1\nClientAliveCountMax 3\n")
    with server.popen("alice", keys["ed25519"], "echo up; cat", options=[
            "-o", "LogLevel=DEBUG2"]) as process:
        assert process.stdout.readline() == b"up\n"
        probes = 0
        while probes < 4:
            probes += b"keepalive@openssh.com" in process.stderr.readline()
        process.stdin.write(b"still there\n")
        process.stdin.close()
        assert process.stdout.read() == b"still there\n"
        process.stderr.close()
        process.kill()


def test_without_an_answer_limit_a_stopped_client_stays(make_server, keys):
    server = make_server("ClientAliveInterval 1\nClientAliveCountMax 0\n")
    process = _stopped_client(server, keys)
    # another connection's log shows that the server is alive meanwhile
    patient = server.popen("bob", keys["ed25519"], "sleep 3; echo done")
    assert patient.communicate()[0] == b"done\n"
    process.send_signal(signal.SIGCONT)
    assert process.communicate(b"back\n")[0] == b"back\n"
    assert "Timeout" not in server.log()


def _timers(server):
    shown = subprocess.run(
        ["ss", "-tnoH", "state", "established",
         f"( sport = :{server.port} )"], capture_output=True, text=True,
        check=True).stdout
    return shown


def test_the_socket_has_keepalive_unless_switched_off(make_server, keys):
    for value, expected in (("yes", True), ("no", False)):
        server = make_server(f"TCPKeepAlive {value}\n")
        process = server.popen("alice", keys["ed25519"], "echo up; cat")
        assert process.stdout.readline() == b"up\n"
        try:
            wait_until(lambda: ("timer:(keepalive" in _timers(server))
                       == expected, what=f"TCPKeepAlive {value}")
        finally:
            _end(process)


def test_a_client_killed_in_the_middle_is_logged(server, keys):
    process = server.popen("bob", keys["ed25519"], "echo $SSH_CLIENT; cat")
    port = process.stdout.readline().split()[1].decode()
    _end(process)
    wait_until(lambda: re.search(
        rf"(Connection closed by|Connection reset by) .*port {port}\r?$",
        server.log(), re.MULTILINE), what="the line of its end")
