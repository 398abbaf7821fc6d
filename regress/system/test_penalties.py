# SPDX-License-Identifier: ISC
"""What one source may do: connections at a time, and how often it may
misbehave."""

import signal
import socket
import subprocess

import paramiko
import pytest

from server import descendants, make_key, open_files, title, wait_until
from tracing import strace

pytestmark = pytest.mark.postern_only

REFUSED = b"Not allowed at this time\r\n"


def said_to(server, source="127.0.0.1"):
    """What a client from that address hears first."""
    with socket.create_connection(("127.0.0.1", server.port), 15,
                                  (source, 0)) as s:
        s.settimeout(60)
        with s.makefile("rb") as stream:
            return stream.readline()


def login(server, keys, user="alice", source="127.0.0.1"):
    return server.ssh(user, keys["ed25519"], "true",
                      options=["-o", f"BindAddress={source}"]).returncode


def test_a_source_that_never_logs_in_is_refused_after_a_while(make_server,
                                                              keys):
    server = make_server("PerSourcePenalties noauth:60 max:120 min:90\n"
                         "LogLevel VERBOSE\n")
    assert said_to(server).startswith(b"SSH-2.0-")
    line = server.wait_for_log("srclimit_penalise:")
    assert line == ("srclimit_penalise: ipv4: new 127.0.0.1/32 deferred "
                    "penalty of 60.000 seconds for penalty: connections "
                    "without attempting authentication")
    assert said_to(server).startswith(b"SSH-2.0-")
    line = server.wait_for_log("activating")
    assert line.startswith("srclimit_penalise: 127.0.0.1/32: activating ipv4 "
                           "penalty of 1")
    assert line.endswith(" seconds for penalty: connections without "
                         "attempting authentication")
    assert said_to(server) == REFUSED
    line = server.wait_for_log("drop connection #0 from [127.0.0.1]:")
    assert line.endswith(f" on [127.0.0.1]:{server.port} penalty: "
                         "connections without attempting authentication")
    # others are none of its business
    assert login(server, keys, source="127.0.0.2") == 0


@pytest.mark.parametrize("config, user, reason", [
    ("authfail:60", "alice", "failed authentication"),
    ("invaliduser:60", "nobody-here",
     "attempted authentication by invalid user"),
    ("refuseconnection:60", "carol",
     "connection prohibited by RefuseConnection"),
])
def test_each_misdeed_has_its_name(make_server, tmp_path, config, user,
                                   reason):
    stranger = make_key(str(tmp_path / "stranger"))
    server = make_server(f"PerSourcePenalties {config}\n"
                         "Match user carol\nRefuseConnection yes\n"
                         "Match all\n")
    server.ssh(user, stranger, "true")
    line = server.wait_for_log("srclimit_penalise:")
    assert line == ("srclimit_penalise: ipv4: new 127.0.0.1/32 active penalty "
                    f"of 60.000 seconds for penalty: {reason}")
    assert said_to(server) == REFUSED


def test_who_waits_beyond_the_grace_time_is_penalised(make_server):
    server = make_server("PerSourcePenalties grace-exceeded:60\n"
                         "LoginGraceTime 1\n")
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.settimeout(60)
        while s.recv(65536):
            pass
    server.wait_for_log("penalty: exceeded LoginGraceTime")
    assert said_to(server) == REFUSED


def test_a_crash_of_the_network_process_is_penalised(make_server):
    server = make_server("PerSourcePenalties crash:60\n")
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.settimeout(60)
        assert s.recv(4096).startswith(b"SSH-2.0-")
        victim = wait_until(lambda: net_of_connection(s), what="the process")
        subprocess.run(["kill", f"-{signal.SIGSEGV}", str(victim)],
                       check=True)
        while s.recv(65536):
            pass
    server.wait_for_log("penalty: caused crash")
    assert said_to(server) == REFUSED


def net_of_connection(s):
    """The process that holds the other end of a connection."""
    port = s.getsockname()[1]
    shown = subprocess.run(
        ["ss", "-tnpHO", f"dport = :{port}"], capture_output=True,
        text=True).stdout
    pids = {int(word.split("=")[1]) for line in shown.splitlines()
            for word in line.replace("(", ",").split(",")
            if word.startswith("pid=") and "sshd-net" in line}
    return min(pids) if pids else None


def test_successful_logins_cost_nothing(make_server, keys):
    server = make_server("PerSourcePenalties crash:60 authfail:60 noauth:60 "
                         "invaliduser:60 grace-exceeded:60\n")
    for _ in range(5):
        assert login(server, keys) == 0
    assert "srclimit_penalise" not in server.log()


def test_exempt_addresses_are_never_penalised(make_server, keys):
    server = make_server("PerSourcePenalties noauth:60 max:600\n"
                         "PerSourcePenaltyExemptList 10.0.0.0/8,127.0.0.1\n")
    for _ in range(3):
        assert said_to(server).startswith(b"SSH-2.0-")
    assert said_to(server, "127.0.0.3").startswith(b"SSH-2.0-")
    server.wait_for_log("srclimit_penalise: ipv4: new 127.0.0.3/32 active")
    assert said_to(server, "127.0.0.3") == REFUSED
    assert login(server, keys) == 0
    assert "127.0.0.1/32" not in server.log()


def test_a_network_is_one_source(make_server):
    server = make_server("PerSourcePenalties noauth:60\n"
                         "PerSourceNetBlockSize 24\n")
    assert said_to(server, "127.0.0.7").startswith(b"SSH-2.0-")
    server.wait_for_log("srclimit_penalise: ipv4: new 127.0.0.0/24 active")
    assert said_to(server, "127.0.0.200") == REFUSED
    assert said_to(server, "127.0.1.1").startswith(b"SSH-2.0-")


def test_penalties_are_on_by_default(make_server):
    server = make_server("PerSourcePenalties yes\nLogLevel VERBOSE\n")
    assert said_to(server).startswith(b"SSH-2.0-")
    server.wait_for_log("srclimit_penalise: ipv4: new 127.0.0.1/32 deferred "
                        "penalty of 1.000 seconds")


def test_a_reload_keeps_penalties(make_server):
    server = make_server("PerSourcePenalties noauth:60\n")
    assert said_to(server).startswith(b"SSH-2.0-")
    server.wait_for_log("srclimit_penalise:")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log().count("SIGHUP; restarting") == 1,
               what="the reload")
    assert said_to(server) == REFUSED


def test_a_source_has_a_number_of_startups(make_server, keys):
    server = make_server("PerSourceMaxStartups 2\nMaxStartups 100\n")
    held = [socket.create_connection(("127.0.0.1", server.port), 60)
            for _ in range(2)]
    try:
        for s in held:
            s.settimeout(60)
            assert s.recv(4096).startswith(b"SSH-2.0-")
        assert said_to(server) == REFUSED
        server.wait_for_log("drop connection #2 from [127.0.0.1]:")
        assert said_to(server, "127.0.0.2").startswith(b"SSH-2.0-")
    finally:
        for s in held:
            s.close()
    wait_until(lambda: login(server, keys) == 0, what="a free place")


def test_a_login_whose_session_starts_is_no_startup(make_server, keys):
    """A client that has heard of its login may come again at once."""
    server = make_server("PerSourceMaxStartups 1\nMaxStartups 100\n")
    key = paramiko.Ed25519Key.from_private_key_file(keys["ed25519"])
    warm = wait_until(lambda: [
        pid for pid in descendants(server.process.pid)
        if title(pid) == "sshd: [warm]"], what="a process that waits")
    with strace("-o", "/dev/null", "-e", "inject=execveat:"
                "delay_enter=2s", pids=warm), \
            paramiko.Transport(("127.0.0.1", server.port)) as transport:
        transport.connect(username="alice", pkey=key)
        try:
            assert said_to(server).startswith(b"SSH-2.0-")
        finally:
            # a tracer can't leave a process that is about to start another
            server.find("alice@notty")


def test_logins_are_no_startups(make_server, keys):
    server = make_server("PerSourceMaxStartups 1\n")
    running = []
    for _ in range(3):
        process = server.popen("alice", keys["ed25519"], "echo up; cat")
        assert process.stdout.readline() == b"up\n"
        running.append(process)
    for process in running:
        assert process.communicate(b"x")[0] == b"x"


def leave_descriptors(pid, count):
    """It may open that many more."""
    used, limit = open_files(pid), 0
    while count > 0 or limit in used:
        count -= limit not in used
        limit += 1
    subprocess.run(["prlimit", f"--pid={pid}", f"--nofile={limit}:"],
                   check=True)


@pytest.mark.parametrize("room, line", [
    (0, "monitor: descriptors of a message: Too many open files"),
    (1, "monitor: pipe: Too many open files"),
    (2, "login of alice: socketpair: Too many open files")])
def test_a_source_is_not_to_blame_when_we_are_short(make_server, keys, room,
                                                    line):
    server = make_server("PerSourcePenalties noauth:60 authfail:60 max:120 "
                         "min:90\n")
    monitor, = wait_until(lambda: [
        pid for pid in descendants(server.process.pid)
        if title(pid) == "sshd: [warm]"], what="a warm monitor")
    leave_descriptors(monitor, room)
    assert login(server, keys) == 255
    server.wait_for_log(line)
    wait_until(lambda: monitor not in descendants(server.process.pid),
               what="its end")
    # what the listener made of it is logged before the next one is served
    assert login(server, keys) == 0
    assert "srclimit_penalise" not in server.log()


def wakeups(pid):
    with open(f"/proc/{pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f)
    return int(fields["voluntary_ctxt_switches"])


def test_a_listener_without_descriptors_says_it_once(make_server, keys):
    server = make_server()
    pid = server.process.pid
    leave_descriptors(pid, 0)
    with socket.create_connection(("127.0.0.1", server.port), 60) as s, \
            s.makefile("rb") as stream:
        server.wait_for_log("accept: Too many open files: new connections "
                            "wait; raise LimitNOFILE= of the service "
                            "(ulimit -n)")
        before = wakeups(pid)
        wait_until(lambda: wakeups(pid) > before + 10,
                   what="some more attempts")
        assert server.log().count("accept: ") == 1
        subprocess.run(["prlimit", f"--pid={pid}", "--nofile=1000:"],
                       check=True)
        assert stream.readline().startswith(b"SSH-2.0-")
    assert login(server, keys) == 0
