# SPDX-License-Identifier: ISC
"""Lines in the system log: ident, process id, priority, order."""

import os
import re
import signal
import socket
import struct

import paramiko
import pytest

from raw_sftp import MKDIR, attrs, over_ssh, string
from server import IS_POSTERN, descendants, program, title, wait_until
from sftp_clients import sftp

LINE = re.compile(r"<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d ([\w-]+)\[(\d+)\]: "
                  r"(.*)")
INFO, ERR = 6, 3
AUTH = 4 << 3


@pytest.fixture
def logged(syslog, make_server, keys):
    """A function: a login or try; its lines as (priority, ident, pid, text).
    """
    def run(config="", user="alice", until="Disconnected from user alice"):
        server = make_server(config, syslog=True)
        mark = syslog.mark()
        server.ssh(user, keys["ed25519"], "true")
        syslog.wait_for(until, mark)
        found = [LINE.fullmatch(line) for line in syslog.since(mark)
                 if "]: Server listening on " not in line]
        assert all(found), syslog.since(mark)
        return [(int(m[1]), m[2], int(m[3]), m[4]) for m in found]
    return run


@pytest.mark.postern_only
def test_one_ident_and_one_pid_stand_for_a_connection(logged):
    lines = logged("LogLevel VERBOSE\n")
    texts = [line[3] for line in lines]
    assert texts[0].startswith("Connection from 127.0.0.1 port")
    assert {line[1] for line in lines} == {"sshd"}
    assert len({line[2] for line in lines}) == 1, lines


def test_a_login_is_told_at_the_level_info(logged):
    lines = logged("LogLevel INFO\n")
    accepted = [line for line in lines if line[3].startswith("Accepted ")]
    assert len(accepted) == 1
    priority, ident, _pid, text = accepted[0]
    assert (priority, ident) == (AUTH | INFO, "sshd")
    assert re.fullmatch(r"Accepted publickey for alice from 127\.0\.0\.1 "
                        r"port \d+ ssh2: ED25519 SHA256:\S{43}", text)


def test_an_orderly_end_is_told_in_two_lines(logged):
    texts = [line[3] for line in logged("LogLevel INFO\n")]
    port = texts[0].split(" port ")[1].split()[0]
    assert f"Received disconnect from 127.0.0.1 port {port}:11: " \
        "disconnected by user" in texts
    assert f"Disconnected from user alice 127.0.0.1 port {port}" in texts


def test_the_facility_may_be_chosen(logged):
    lines = logged("SyslogFacility LOCAL3\n")
    assert {line[0] >> 3 for line in lines
            if line[3].startswith("Accepted")} == {19}


def test_lines_of_the_network_process_are_marked(logged):
    lines = logged("LogLevel INFO\n", user="nobody-here",
                   until="Connection closed by invalid user nobody-here")
    closed = [text for _p, _i, _pid, text in lines
              if text.startswith("Connection closed")]
    assert closed[0].endswith("[preauth]")
    invalid = [text for _p, _i, _pid, text in lines
               if text.startswith("Invalid user")]
    assert len(invalid) == 1 and "[preauth]" not in invalid[0]


@pytest.mark.postern_only
def test_a_line_that_is_cut_for_syslog_keeps_its_mark(syslog, make_server):
    mark = syslog.mark()
    server = make_server(syslog=True)
    offer = b",".join(b"method-%d" % i for i in range(100))
    payload = b"\x14" + bytes(16) + string(offer) + 9 * string(b"x") + \
        bytes(5)
    padding = 12 - (len(payload) + 1) % 8
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"SSH-2.0-test\r\n" + struct.pack(
            ">IB", len(payload) + padding + 1, padding) + payload +
            bytes(padding))
        line = syslog.wait_for("Their offer: method-0,", mark)
    assert "method-30" in line and "method-99" not in line
    assert line.endswith(" [preauth]")


def test_a_session_tells_its_beginning_when_asked(logged):
    texts = [line[3] for line in logged("LogLevel VERBOSE\n")]
    assert any(re.fullmatch(r"User child is on pid \d+", text)
               for text in texts)
    assert any(re.fullmatch(r"Starting session: command for alice from "
                            r"127\.0\.0\.1 port \d+ id 0", text)
               for text in texts)


@pytest.mark.postern_only
def test_a_session_tells_its_end_when_asked(logged):
    texts = [line[3] for line in logged("LogLevel VERBOSE\n",
                                        until="Close session: ")]
    assert any(re.fullmatch(r"Close session: user alice from 127\.0\.0\.1 "
                            r"port \d+ id 0", text) for text in texts), texts


def test_a_session_whose_client_vanishes_is_told_closed_and_is_no_error(
        make_server, keys):
    server = make_server()
    client = server.popen("alice", keys["ed25519"], "sleep", "600")
    server.wait_for_log("Starting session: command for alice")
    client.kill()
    client.wait()
    server.wait_for_log("Close session: user alice from 127.0.0.1 port ")
    assert "session for alice failed" not in server.log()


def test_errors_carry_their_prefix_and_priority(syslog, make_server, keys):
    server = make_server("MaxAuthTries 1\n", syslog=True)
    mark = syslog.mark()
    server.ssh("nobody-here", keys["rsa"], "true",
               options=["-i", keys["ecdsa"]])
    line = syslog.wait_for("maximum authentication attempts exceeded", mark)
    priority, ident, _pid, text = LINE.fullmatch(line).groups()
    assert (int(priority), ident) == (AUTH | ERR, "sshd")
    assert text.startswith("error: maximum authentication attempts exceeded "
                           "for invalid user nobody-here from 127.0.0.1 ")
    assert text.endswith(" ssh2 [preauth]")


def test_the_start_of_the_listener_is_logged(syslog, make_server):
    mark = syslog.mark()
    server = make_server(syslog=True)
    line = syslog.wait_for(f"Server listening on 127.0.0.1 port {server.port}"
                           ".", mark)
    assert int(LINE.fullmatch(line)[3]) == server.process.pid


@pytest.mark.postern_only
def test_who_resets_a_connection_before_it_is_served_is_named(make_server):
    """The socket has no address of its peer any more."""
    server = make_server()
    server.process.send_signal(signal.SIGSTOP)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        own = client.getsockname()[1]
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    server.process.send_signal(signal.SIGCONT)
    server.wait_for_log(f"Connection from 127.0.0.1 port {own} on 127.0.0.1 "
                        f"port {server.port} ")
    server.wait_for_log(f" by 127.0.0.1 port {own} [preauth]")
    assert "UNKNOWN" not in server.log()


@pytest.mark.postern_only
def test_control_characters_of_the_peer_are_escaped(make_server):
    server = make_server("LogLevel INFO\n")
    transport = paramiko.Transport(("127.0.0.1", server.port))
    try:
        transport.start_client(timeout=60)
        with pytest.raises(paramiko.SSHException):
            transport.auth_publickey("evil\nroot\x1b[2J",
                                     paramiko.ECDSAKey.generate())
    finally:
        transport.close()
    line = server.wait_for_log("Invalid user evil")
    assert "root" in line and "[2J" in line
    assert "\x1b" not in server.log()


# ---- a logger that is started anew ------------------------------------------


def restart_and_wait(syslog, change, text, ident="sshd"):
    """The line that a change makes, after the logger was started anew."""
    syslog.restart()
    mark = syslog.mark()
    change()
    line = syslog.wait_for(text, mark)
    assert LINE.fullmatch(line)[2] == ident, line


def test_the_listener_finds_a_new_logger(syslog, make_server):
    server = make_server(syslog=True)
    restart_and_wait(syslog,
                     lambda: server.process.send_signal(signal.SIGHUP),
                     "Received SIGHUP; restarting.")


@pytest.mark.postern_only
def test_the_signer_finds_a_new_logger(syslog, make_server):
    server = make_server(syslog=True)

    def fork():
        signer = next((pid for pid in descendants(server.process.pid)
                       if title(pid) == "sshd: [signer]"), None)
        return next(iter(descendants(signer)), None) if signer else None
    pid = wait_until(fork, what="a fork of the signer")
    restart_and_wait(syslog, lambda: os.kill(pid, signal.SIGABRT),
                     f"signer process {pid} killed by signal 6")


@pytest.mark.postern_only
def test_a_connection_that_waits_for_its_client_finds_a_new_logger(
        syslog, make_server, keys):
    """A process made before, and net, which speaks through it."""
    server = make_server("LogLevel VERBOSE\n", syslog=True)
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        assert peer.recv(8) == b"SSH-2.0-"
        restart_and_wait(syslog, lambda: peer.send(b"rubbish\r\n"),
                         "[preauth]")


def test_a_session_finds_a_new_logger(syslog, make_server, keys):
    server = make_server("LogLevel VERBOSE\n", syslog=True)
    client = server.popen("alice", keys["ed25519"], "echo in; exec cat")
    assert client.stdout.readline() == b"in\n"
    mark = syslog.mark()
    restart_and_wait(syslog, client.stdin.close,
                     "Disconnected from user alice 127.0.0.1 port ")
    client.wait()
    if IS_POSTERN:
        syslog.wait_for("Close session: user alice from 127.0.0.1 port ",
                        mark)


@pytest.mark.parametrize("subsystem", [
    "internal-sftp", program("sftp-server")], ids=["internal", "program"])
@pytest.mark.postern_only
def test_an_sftp_server_finds_a_new_logger(syslog, make_server, keys,
                                           subsystem):
    server = make_server(f"Subsystem sftp {subsystem} -l INFO\n",
                         syslog=True)
    with over_ssh(server, "alice", keys["ed25519"]) as client:
        restart_and_wait(
            syslog, lambda: client.request(MKDIR, string("made") + attrs()),
            'mkdir name "made"', os.path.basename(subsystem))
    os.rmdir("/home/alice/made")


# ---- LogVerbose ------------------------------------------------------------

PLACE = r"(debug1: )?{}:\w+\(\):\d+ \(pid=(\d+)\): {}"


def forced(server, file, text):
    """The pid of the process that wrote such a line."""
    pattern = re.compile(PLACE.format(re.escape(file), text))
    found = [m for m in map(pattern.fullmatch, server.log().splitlines()) if m]
    assert len(found) == 1, server.log()
    return int(found[0][2])


@pytest.mark.postern_only
def test_every_process_logs_what_log_verbose_names(make_server, keys):
    server = make_server("LogLevel QUIET\nLogVerbose sockets.c:* "
                         "*/req_connection.c:*,!monitor/records.c:* program.c:*\n"
                         "LogVerbose none\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    server.wait_for_log("Close session: user alice")
    pids = {
        forced(server, "sshd/listener/sockets.c",
               r"Server listening on 127\.0\.0\.1 port \d+\."),
        forced(server, "monitor/req_connection.c", "Connection from .*"),
        forced(server, "sshd/session/program.c", "Close session: .*"),
    }
    assert len(pids) == 3
    assert server.process.pid in pids
    others = [line for line in server.log().splitlines()
              if "sockets.c:" not in line and "program.c:" not in line
              and "req_connection.c:" not in line]
    assert others == []


@pytest.mark.postern_only
def test_a_forced_line_of_the_sandbox_keeps_its_mark(make_server, keys):
    server = make_server("LogLevel INFO\nLogVerbose sshd/net/version.c:*\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    server.wait_for_log("Disconnected from user alice")
    assert forced(server, "sshd/net/version.c",
                  r"Remote protocol version 2\.0, .* \[preauth\]")
    # what LogLevel has is as ever, and the rest is not there
    assert "\nAccepted publickey for alice from" in server.log()
    assert server.log().count("debug1: ") == 1


@pytest.mark.postern_only
def test_a_quiet_server_is_quiet_about_those_places_too(make_server, keys):
    server = make_server("LogVerbose *\n", args=["-q"])
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert server.log() == ""


@pytest.mark.postern_only
def test_internal_sftp_logs_what_log_verbose_names(make_server, keys):
    server = make_server("LogLevel INFO\nLogVerbose sftp-server/paths.c:*\n"
                         "Subsystem sftp internal-sftp -l QUIET\n")
    assert sftp(server, keys["ed25519"], "pwd").returncode == 0
    server.wait_for_log("sftp-server/paths.c:")
    assert forced(server, "sftp-server/paths.c", 'realpath "\\."')
