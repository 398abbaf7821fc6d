# SPDX-License-Identifier: ISC
"""What each process of a connection may do, as the kernel tells it."""

import os
import pwd
import socket

import pytest

from server import descendants, open_files, program_of, title, wait_until
from users_server import users_server

NO_CAPABILITIES = "0" * 16


def status(pid):
    """The fields of /proc/PID/status."""
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


def find(server, wanted):
    def look():
        return next((pid for pid in descendants(server.process.pid)
                     if title(pid) == wanted), None)
    return wait_until(look, what=f"the process {wanted!r}")


def _sshd_ids():
    entry = pwd.getpwnam("sshd")
    return [str(entry.pw_uid)] * 4, [str(entry.pw_gid)] * 4


def confined(pid):
    """Asserts that the process is locked up as net must be."""
    fields = status(pid)
    uids, gids = _sshd_ids()
    assert fields["Uid"].split() == uids
    assert fields["Gid"].split() == gids
    assert fields["Groups"].split() == []
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert fields[name] == NO_CAPABILITIES, name
    root = f"/proc/{pid}/root"
    assert not os.path.samefile(root, "/")
    assert os.listdir(root) == []
    assert not os.stat(root).st_mode & 0o022
    with open(f"/proc/{pid}/limits") as f:
        limits = f.read()
    for limit in ("Max file size", "Max core file size", "Max processes"):
        line = next(line for line in limits.splitlines()
                    if line.startswith(limit))
        assert line.split(limit)[1].split()[:2] == ["0", "0"], line


@pytest.fixture
def idle(make_server):
    """A server with one connection that has not logged in."""
    server = make_server()
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        s.makefile("rb").readline()
        s.sendall(b"SSH-2.0-Idle\r\n")
        yield server


def _of_program(server, name):
    return [pid for pid in descendants(server.process.pid)
            if program_of(pid) == name]


@pytest.mark.postern_only
def test_every_network_process_is_confined_before_login(idle):
    monitor = find(idle, "sshd: [accepted]")
    own, = descendants(monitor)
    confined(own)
    for pid in _of_program(idle, "sshd-net"):
        # the next connection's process may just be starting
        wait_until(lambda: status(pid)["Seccomp"] == "2", what="the sandbox")
        confined(pid)


@pytest.fixture
def session(make_server, keys):
    """A server and one session of alice."""
    server = make_server()
    process = server.popen("alice", keys["ed25519"], "echo $$; cat")
    server.command_pid = int(process.stdout.readline())
    yield server
    process.communicate(b"")


@pytest.mark.postern_only
def test_the_network_process_is_confined_after_login(session):
    confined(find(session, "sshd: alice [net]"))


@pytest.mark.postern_only
def test_the_network_process_has_few_descriptors_and_no_file(session):
    pid = find(session, "sshd: alice [net]")
    kinds = {what.split(":")[0] for what in open_files(pid).values()}
    assert kinds <= {"socket", "pipe", "anon_inode", "/dev/null"}, kinds


def test_the_session_process_is_the_user(session):
    pid = find(session, "sshd: alice@notty")
    fields = status(pid)
    assert fields["Uid"].split() == ["2001"] * 4
    assert fields["Gid"].split() == ["2001"] * 4
    assert fields["Groups"].split() == ["2001"]
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert fields[name] == NO_CAPABILITIES, name


@pytest.mark.postern_only
def test_each_process_is_a_program_of_its_own(session):
    assert program_of(find(session, "sshd: alice [priv]")) == "sshd-monitor"
    assert program_of(find(session, "sshd: alice [net]")) == "sshd-net"
    assert program_of(find(session, "sshd: alice@notty")) == "sshd-session"


@pytest.mark.postern_only
def test_no_two_connections_share_an_address_layout(session, keys):
    def text_start(pid):
        with open(f"/proc/{pid}/maps") as f:
            return f.readline().split("-")[0]
    pids = [pid for pid in descendants(session.process.pid)
            if program_of(pid) == "sshd-net"]
    pids.append(session.process.pid)
    assert len({text_start(pid) for pid in pids}) == len(pids)


@pytest.mark.postern_only
def test_the_monitor_and_the_network_process_cannot_be_dumped(session):
    for name in ("sshd: alice [priv]", "sshd: alice [net]"):
        pid = find(session, name)
        # the files of an undumpable process belong to root
        assert os.stat(f"/proc/{pid}/environ").st_uid == 0


def test_the_command_is_a_process_of_the_user(session):
    fields = status(session.command_pid)
    assert fields["Uid"].split() == ["2001"] * 4
    assert fields["Seccomp"] == status("self")["Seccomp"]
    assert fields["NoNewPrivs"] == status("self")["NoNewPrivs"]


@pytest.mark.postern_only
def test_an_ordinary_users_network_process_has_the_filter_too(keys):
    with users_server() as server, \
            server.popen("alice", keys["ed25519"], "echo up; cat") as client:
        assert client.stdout.readline() == b"up\n", server.log()
        fields = status(find(server, "sshd: alice [net]"))
        assert fields["Seccomp"] == "2"
        assert fields["NoNewPrivs"] == "1"
        client.communicate(b"")
