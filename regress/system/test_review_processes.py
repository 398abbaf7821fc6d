# SPDX-License-Identifier: ISC
"""What the processes of a login leave to each other when they go, and to
the user's programs when they come."""

import os
import resource
import shutil
import signal
import socket
import subprocess

import paramiko
import pytest

from name_server import asked_by_the_host
from raw_sftp import over_ssh
from server import (descendants, is_running, open_files, program, title,
                    wait_until)
from sftp_clients import sftp_process

pytestmark = pytest.mark.postern_only


def write_as(user, path, text, mode=0o644):
    with open(path, "w") as out:
        out.write(text)
    shutil.chown(path, user, user)
    os.chmod(path, mode)


def test_a_deaf_net_process_ends_with_its_monitor(make_server, keys):
    """Only the kernel can end one that was taken over: nobody asks it."""
    server = make_server()
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        peer.recv(64)
        monitor = server.find("[accepted]")
        net, = descendants(monitor)
        os.kill(net, signal.SIGSTOP)
        os.kill(monitor, signal.SIGKILL)
        wait_until(lambda: not is_running(net), what="the end of net")


def test_grace_time_ends_a_deaf_net_process(make_server, keys):
    server = make_server("LoginGraceTime 3\n")
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        peer.recv(64)
        net, = descendants(server.find("[accepted]"))
        os.kill(net, signal.SIGSTOP)
        server.wait_for_log("Timeout before authentication")
        wait_until(lambda: not is_running(net), what="the end of net")


def test_the_user_keeps_the_limit_of_core_files(make_server, keys):
    want = [str(limit // 1024) if limit != resource.RLIM_INFINITY else
            "unlimited" for limit in resource.getrlimit(resource.RLIMIT_CORE)]
    server = make_server()
    result = server.ssh("alice", keys["ed25519"], "ulimit -Sc; ulimit -Hc")
    assert result.stdout.decode().split() == want


@pytest.fixture
def core_files():
    """Whoever starts a server here wants core files, as large as may be."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield ("unlimited" if before[1] == resource.RLIM_INFINITY else
           str(before[1]))
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.parametrize("subsystem", ["internal-sftp", program(
    "sftp-server")], ids=["internal", "program"])
def test_an_sftp_server_is_closed_to_the_user_and_keeps_the_users_limit(
        make_server, keys, core_files, subsystem):
    server = make_server(f"Subsystem sftp {subsystem}\n")
    with over_ssh(server, "alice", keys["ed25519"]):
        pid = sftp_process(server)
        assert os.stat(f"/proc/{pid}/mem").st_uid == 0
        with open(f"/proc/{pid}/limits") as f:
            line = next(line for line in f
                        if line.startswith("Max core file size"))
        assert line.split()[4:6] == [core_files] * 2


def test_an_rc_file_hears_signals(make_server, keys):
    write_as("alice", "/home/alice/.ssh/rc",
             "grep -E 'Sig(Blk|Ign)' /proc/self/status > /home/alice/rc.out\n")
    try:
        server = make_server()
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
        with open("/home/alice/rc.out") as f:
            assert f.read().split() == ["SigBlk:", "0" * 16,
                                        "SigIgn:", "0" * 16]
    finally:
        os.unlink("/home/alice/.ssh/rc")


def test_a_stranger_names_no_files(make_server, keys, tmp_path):
    """Nor does the server read what his name would be a path to."""
    server = make_server("LogLevel DEBUG\n"
                         "AuthorizedKeysFile /etc/ssh/keys/%u\n")
    name = "../../proc/kallsyms"
    result = server.ssh(name, keys["ed25519"], "true",
                        options=["-l", name])
    assert result.returncode == 255
    server.wait_for_log("Invalid user")
    server.wait_for_log("Connection closed by invalid user")
    assert "trying authorized keys file" in server.log()
    assert "kallsyms" not in "".join(
        line for line in server.log().splitlines() if "keys file" in line)


@pytest.fixture
def silent_name_server():
    """Queries for names are taken and never answered."""
    with asked_by_the_host() as server:
        server.reset()
        server.silent = True
        yield server


def resolvers(session):
    return [pid for pid in descendants(session)
            if title(pid) == title(session)]


def test_name_lookups_are_few_and_end_with_the_session(
        make_server, keys, silent_name_server):
    server = make_server()
    forwards = [word for i in range(60) for word in (
        "-L", f"{20000 + i}:host{i}.example:80")]
    client = server.popen("alice", keys["ed25519"],
                          options=["-N", *forwards])
    clients = []
    try:
        session = server.find("alice@notty")
        for i in range(60):
            clients.append(wait_until(
                lambda port=20000 + i: connect(port), what="a port"))
        wait_until(lambda: len(resolvers(session)) == 32, what="lookups")
        for pid in resolvers(session):
            # one that has just begun closes them; the resolver library's own
            # socket may be among those that are left
            wait_until(lambda pid=pid: len(open_files(pid)) <= 5 and
                       "eventpoll" not in " ".join(open_files(pid).values()),
                       what="few descriptors")
        assert len(resolvers(session)) <= 32
        pids = resolvers(session)
    finally:
        client.kill()
        client.communicate()
        for each in clients:
            each.close()
    wait_until(lambda: not any(map(is_running, pids)),
               what="the end of the lookups")


def connect(port):
    try:
        return socket.create_connection(("127.0.0.1", port))
    except ConnectionRefusedError:
        return None


def _ask_for_terminal(transport, channel):
    """pty-req whose answer nobody waits for."""
    m = paramiko.Message()
    m.add_byte(b"\x62")
    m.add_int(channel.remote_chanid)
    m.add_string("pty-req")
    m.add_boolean(False)
    m.add_string("xterm")
    for value in (80, 24, 0, 0):
        m.add_int(value)
    m.add_string(b"\0")
    transport._send_user_message(m)


def _terminals_of(server):
    return [(pid, fd) for pid in descendants(server.process.pid)
            for fd, what in open_files(pid).items() if "ptmx" in what]


def test_a_terminal_that_comes_too_late_is_closed_again(make_server, keys):
    """The monitor makes it when the channel has gone already."""
    server = make_server()
    key = paramiko.Ed25519Key.from_private_key_file(keys["ed25519"])
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        with paramiko.Transport(sock) as transport:
            transport.connect(username="alice", pkey=key)
            monitor = server.find("alice [priv]")
            server.find("alice@notty")
            os.kill(monitor, signal.SIGSTOP)
            for _ in range(3):
                channel = transport.open_session()
                _ask_for_terminal(transport, channel)
                channel.close()
            last = transport.open_session()
            os.kill(monitor, signal.SIGCONT)
            last.exec_command("echo alive")
            assert last.makefile().read() == b"alive\n"
            wait_until(lambda: not _terminals_of(server),
                       what="the end of the terminals")
            last.close()
    assert "attack" not in server.log()
    wait_until(lambda: "alice" not in subprocess.run(
        ["who"], capture_output=True, text=True).stdout,
        what="the end of records")
