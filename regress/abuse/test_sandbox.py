# SPDX-License-Identifier: ISC
"""The net process has no file system, and makes no socket and no process; nor
does a fork of the signer.

The probe enters the same sandbox through the same code and tries; the live
processes are looked at from outside, before and after login.
"""

import contextlib
import os
import subprocess

import pytest

from ipc import program
from patient import family
from peer import Peer
from server import (
    descendants, is_running, open_files, program_of, title, wait_until)
from wire import CHANNEL_SUCCESS, string

pytestmark = pytest.mark.postern_only

KILLED = "killed by signal 31"
ALLOWED_PREFIX = "allowed_"


def probe(arguments=(), user=None):
    """{call: result}"""
    result = subprocess.run([program("sandbox_probe"), *arguments],
                            capture_output=True, text=True, user=user,
                            timeout=60, cwd="/")
    assert result.returncode == 0, result.stderr
    return dict(line.split(" ", 1) for line in result.stdout.splitlines())


@pytest.fixture(scope="module", params=["root", "user"])
def probed(request, tmp_path_factory):
    """As root with chroot and ids, else as an ordinary user."""
    if request.param == "user":
        return probe(user="bob")
    return probe([str(tmp_path_factory.mktemp("empty")), "65534", "65534"])


def test_every_forbidden_call_kills_the_process(probed):
    forbidden = {name: result for name, result in probed.items()
                 if not name.startswith(ALLOWED_PREFIX)}
    assert len(forbidden) > 120
    assert set(forbidden.values()) == {KILLED}, {
        name: result for name, result in forbidden.items()
        if result != KILLED}


def test_every_call_that_it_needs_works(probed):
    needed = {name: result for name, result in probed.items()
              if name.startswith(ALLOWED_PREFIX)}
    assert len(needed) > 8
    assert set(needed.values()) == {"allowed"}, needed


def test_a_fork_of_the_signer_may_do_less():
    results = probe(["signer"])
    needed = {name for name in results if name.startswith(ALLOWED_PREFIX)
              and "epoll" not in name and name != "allowed_mmap_shared"}
    assert len(needed) > 8
    for name, result in results.items():
        assert result == ("allowed" if name in needed else KILLED), name


def status(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


def descriptors(pid):
    """What each open descriptor is: socket, anon_inode:[eventpoll], ..."""
    return sorted(what.split(":")[0] if what.startswith(("socket:", "pipe:"))
                  else what for what in open_files(pid).values())


def assert_confined(pid):
    with open("/etc/passwd") as passwd:
        ids = next((line.split(":")[2:4] for line in passwd
                    if line.startswith("sshd:")))
    fields = status(pid)
    assert fields["Uid"].split() == [ids[0]] * 4
    assert fields["Gid"].split() == [ids[1]] * 4
    assert fields["Groups"].strip() == ""
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert int(fields["Seccomp_filters"]) >= 1
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(fields[name], 16) == 0
    # the root is a directory with nothing in it that nobody can write to
    root = f"/proc/{pid}/root"
    assert os.readlink(root) == "/run/sshd"
    assert os.listdir(root) == []
    assert os.stat(root).st_uid == 0
    assert os.stat(root).st_mode & 0o022 == 0
    assert os.readlink(f"/proc/{pid}/cwd") == "/run/sshd"
    with open(f"/proc/{pid}/limits") as f:
        limits = f.read()
    for name in ("Max processes", "Max file size", "Max core file size"):
        line = next(x for x in limits.splitlines() if x.startswith(name))
        assert line.removeprefix(name).split()[:2] == ["0", "0"], line
    with open(f"/proc/{pid}/environ", "rb") as f:
        assert b"SSH" not in f.read()


@pytest.fixture
def live(server):
    with Peer(server.port).connect() as peer:
        peer.start()
        peer.read_kexinit()
        yield peer, server.net_pid(peer)
    server.assert_well()


def log_in(peer, key):
    """The rest of a login."""
    peer.send_kexinit()
    peer.finish_kex().service()
    assert peer.try_login(peer.signed_request("alice", key))


def test_before_login_the_process_is_confined(live):
    peer, pid = live
    assert_confined(pid)
    # the peer, the monitor, epoll and three times nothing
    assert descriptors(pid) == ["/dev/null"] * 3 + [
        "anon_inode:[eventpoll]", "socket", "socket"]


def test_after_login_the_process_is_still_confined(live, server, alice):
    peer, pid = live
    log_in(peer, alice)
    assert server.net_pid(peer) == pid
    assert_confined(pid)
    assert descriptors(pid) == ["/dev/null"] * 3 + [
        "anon_inode:[eventpoll]"] + ["socket"] * 3


def test_a_program_adds_its_streams_and_nothing_else(live, server, alice):
    peer, pid = live
    log_in(peer, alice)
    channel = peer.open_session()
    peer.send(peer.request_payload(channel, "exec", string("sleep 100")))
    peer.expect(CHANNEL_SUCCESS)
    assert descriptors(pid) == ["/dev/null"] * 3 + [
        "anon_inode:[eventpoll]"] + ["pipe"] * 3 + ["socket"] * 3
    assert_confined(pid)


def test_no_other_process_of_the_user_can_look_into_a_session(server, alice):
    """The session holds no secret, and is not dumpable all the same."""
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        _net, monitor = server.connection_pids(peer)
        sessions = wait_until(lambda: [
            pid for pid in family(monitor)
            if program_of(pid) == "sshd-session"], what="a session process")
        assert len(sessions) == 1
        assert os.stat(f"/proc/{sessions[0]}/mem").st_uid == 0
        out, code = peer.run(f"cat /proc/{sessions[0]}/maps >/dev/null")
        assert code != 0 and out == b""


def test_a_monitor_lets_nobody_look_into_it(server, alice):
    with Peer(server.port) as peer:
        peer.login("alice", alice)
        net, monitor = server.connection_pids(peer)
        for pid in (net, monitor, server.process.pid):
            _, code = peer.run(f"cat /proc/{pid}/environ")
            assert code != 0
            assert os.stat(f"/proc/{pid}/mem").st_uid == 0


def test_a_monitor_that_waits_has_a_confined_fork_of_the_signer(server):
    signer = next(pid for pid in descendants(server.process.pid)
                  if title(pid) == "sshd: [signer]")
    assert status(signer)["Seccomp"] == "0"     # it forks

    def is_confined():
        """One that waits; others may have begun, or be about to end."""
        for fork in descendants(signer):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = status(fork)
                if fields["Seccomp"] == "2" and is_running(fork):
                    return fields["NoNewPrivs"] == "1"
        return False
    wait_until(is_confined, what="a fork that is confined")


def test_the_programs_can_not_be_told_by_their_environment(server):
    """A peer and a user decide nothing about how ours are started."""
    with Peer(server.port).connect() as peer:
        for pid in server.connection_pids(peer):
            with open(f"/proc/{pid}/environ", "rb") as f:
                for variable in f.read().split(b"\0"):
                    assert not variable.startswith((b"LD_", b"OPENSSL",
                                                    b"MALLOC"))
