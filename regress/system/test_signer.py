# SPDX-License-Identifier: ISC
"""The process that holds the host keys: what depends on it, and what sees
them."""

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess

import paramiko
import pytest

from full_agent import agent  # noqa: F401
from server import (SSHD, Server, descendants, is_running, open_files,
                    program_of, stat_fields, title, wait_until)
from users_server import users_server

pytestmark = pytest.mark.postern_only

TITLE = "sshd: [signer]"
LABEL = b"openssh-key-v1\0"
CRASH = signal.SIGABRT      # a sanitizer catches SIGSEGV
SHADOW_MIN = 1 << 36        # bytes; of a sanitizer, for its notes


def signers(server):
    """The parents: those that the listener started."""
    return [pid for pid in descendants(server.process.pid)
            if title(pid) == TITLE and
            (stat_fields(pid) or [0, 0])[1] == str(server.process.pid)]


def answering(signer):
    """The forks of a signer that run."""
    return [pid for pid in descendants(signer) if is_running(pid)]


def waiting(server):
    """Monitors that have no connection yet."""
    return [title(pid) for pid in descendants(server.process.pid)].count(
        "sshd: [warm]")


def the_signer(server):
    wait_until(lambda: len(signers(server)) == 1, what="one signer")
    return signers(server)[0]


def a_fork(signer):
    """One that waits for its monitor's questions."""
    return wait_until(lambda: answering(signer), what="a fork")[0]


def crashes(server):
    return server.log().count(f"killed by signal {CRASH.value}")


def crash_a_fork(server, signer):
    """Until one of them was still there to be killed."""
    before = crashes(server)

    def crashed():
        if crashes(server) > before:
            return True
        for pid in answering(signer):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, CRASH)
        return False
    wait_until(crashed, what="a fork that crashes")


class Login:
    """A client that can be told to change its keys."""

    def __init__(self, server, key):
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self.client.connect(
            "127.0.0.1", server.port, "alice", timeout=60, banner_timeout=60,
            auth_timeout=60, allow_agent=False, look_for_keys=False,
            pkey=paramiko.Ed25519Key.from_private_key_file(key))
        # a stream that nobody keeps is closed
        self.stdin, self.out, _ = self.client.exec_command(
            "echo up; exec cat")
        assert self.out.readline() == "up\n"

    def rekey(self):
        self.client.get_transport().renegotiate_keys()
        self.stdin.write("alive\n")
        self.stdin.flush()
        assert self.out.readline() == "alive\n"

    def close(self):
        self.client.close()


@pytest.fixture
def log_in(keys):
    made = []

    def make(server):
        made.append(Login(server, keys["ed25519"]))
        return made[-1]

    yield make
    for login in made:
        login.close()


def test_between_questions_a_session_has_no_process_of_the_signer(
        make_server, log_in):
    server = make_server()
    signer = the_signer(server)
    logins = [log_in(server) for _ in range(3)]
    # what is left answers the monitors that wait
    wait_until(lambda: len(answering(signer)) == waiting(server),
               what="forks for those that wait")
    for login in logins:
        login.rekey()
    wait_until(lambda: len(answering(signer)) == waiting(server),
               what="forks for those that wait")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_session_changes_keys_when_the_listener_has_gone(
        make_server, log_in, number):
    server = make_server()
    signer = the_signer(server)
    login = log_in(server)
    server.process.send_signal(number)
    server.process.wait(60)
    for _ in range(2):
        login.rekey()
    assert is_running(signer)
    login.close()
    wait_until(lambda: not is_running(signer), what="the signer's end")


def test_without_sessions_the_signer_ends_with_the_listener(make_server):
    server = make_server()
    signer = the_signer(server)
    everybody = [signer, *descendants(signer), a_fork(signer)]
    server.process.kill()
    server.process.wait(60)
    wait_until(lambda: not any(is_running(pid) for pid in everybody),
               what="the end of all")


def test_a_session_keeps_the_keys_it_began_with(make_server, log_in, keys,
                                                host_keys):
    server = make_server(kinds=("ed25519",))
    old = the_signer(server)
    login = log_in(server)
    server.host_keys = [host_keys["ecdsa"]]
    server.write_config("")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.ssh("alice", keys["rsa"], "true").returncode
               == 0, what="the new host key")
    login.rekey()
    assert len(signers(server)) == 2
    login.close()
    wait_until(lambda: not is_running(old), what="the old signer's end")
    the_signer(server)


def test_a_fork_that_crashes_makes_another_signer(make_server, log_in, keys):
    server = make_server()
    old = the_signer(server)
    login = log_in(server)
    crash_a_fork(server, old)
    server.wait_for_log("Started a new signer.")
    for _ in range(3):
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    login.rekey()
    assert is_running(old)
    login.close()
    wait_until(lambda: not is_running(old), what="the old signer's end")
    assert the_signer(server) != old


def test_a_signer_that_dies_is_replaced(make_server, log_in, keys):
    server = make_server()
    old = the_signer(server)
    os.kill(old, signal.SIGKILL)
    server.wait_for_log(f"signer process {old} killed by signal 9")
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 0, what="a login")
    server.wait_for_log("Started a new signer.")


def test_a_connection_whose_signer_has_died_ends_with_a_reason(
        make_server, log_in):
    server = make_server()
    login = log_in(server)
    old = the_signer(server)
    os.kill(old, signal.SIGKILL)
    server.wait_for_log(f"signer process {old} killed by signal 9")
    with pytest.raises((paramiko.SSHException, EOFError, OSError)):
        login.rekey()
    server.wait_for_log("monitor: signer process: ")


def test_a_signer_is_left_when_no_new_one_can_be_had(make_server, keys,
                                                     host_keys, tmp_path):
    path = tmp_path / "host_key"
    shutil.copy(host_keys["ed25519"], path)
    shutil.copy(host_keys["ed25519"] + ".pub", f"{path}.pub")
    server = make_server(f"HostKey {path}\n", kinds=())
    server.host_keys = [str(path)]
    old = the_signer(server)
    path.unlink()
    crash_a_fork(server, old)
    server.wait_for_log("new signer: host keys: not found")
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 0, what="a login")
    assert the_signer(server) == old


# ---- while the next one loads its keys -------------------------------------

def with_agent(make_server, agent):  # noqa: F811
    return make_server(f"HostKeyAgent {agent.path}\n")


def serves(server, keys):
    return server.ssh("alice", keys["ed25519"], "true").returncode == 0


def loading(server):
    """Signers that have no keys yet."""
    return [pid for pid in descendants(server.process.pid)
            if title(pid) == "sshd: startup" and
            program_of(pid) == "sshd-signer"]


def another(server, old):
    """The next signer, which waits for the agent, or did."""
    return wait_until(lambda: loading(server) or
                      [pid for pid in signers(server) if pid != old],
                      what="another signer")[0]


def is_served_meanwhile(server, keys, agent, change):  # noqa: F811
    """Is a client, while the next signer waits?

    It does for ten seconds: a machine that stalls has more than one try.
    """
    for _ in range(5):
        old = the_signer(server)
        agent.fill()
        change(old)
        new = another(server, old)
        served = serves(server, keys)
        meanwhile = new in loading(server)
        agent.empty()
        wait_until(lambda: the_signer(server) == new, what="the new signer")
        if meanwhile:
            return served
    return False


def test_logins_are_served_while_a_reload_waits_for_keys(
        make_server, keys, agent):  # noqa: F811
    server = with_agent(make_server, agent)
    assert is_served_meanwhile(
        server, keys, agent,
        lambda _: server.process.send_signal(signal.SIGHUP))
    assert serves(server, keys)
    assert "Reload failed" not in server.log()


def test_a_reload_takes_the_place_of_one_that_waits(
        make_server, keys, agent):  # noqa: F811
    server = with_agent(make_server, agent)
    old = the_signer(server)
    agent.fill()
    server.process.send_signal(signal.SIGHUP)
    first = another(server, old)
    server.write_config("")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: first not in loading(server), what="its end")
    wait_until(lambda: the_signer(server) != old, what="the second reload")
    assert serves(server, keys)


def test_logins_are_served_while_the_next_signer_waits_for_keys(
        make_server, keys, agent):  # noqa: F811
    server = with_agent(make_server, agent)
    assert is_served_meanwhile(server, keys, agent,
                               lambda old: crash_a_fork(server, old))
    assert serves(server, keys)
    assert "Started a new signer." in server.log()


def test_without_a_signer_clients_wait_for_the_next(
        make_server, keys, agent):  # noqa: F811
    server = with_agent(make_server, agent)
    old = the_signer(server)
    agent.fill()
    os.kill(old, signal.SIGKILL)
    another(server, old)
    with socket.create_connection(("127.0.0.1", server.port), 60) as client:
        agent.empty()
        assert client.recv(8) == b"SSH-2.0-"
    assert serves(server, keys)


def test_a_listener_ends_while_its_first_signer_waits_for_keys(
        host_keys, tmp_path, agent):  # noqa: F811
    """It waits for ten seconds: a machine that stalls has more tries."""
    server = Server(str(tmp_path), [host_keys["ed25519"]],
                    f"HostKeyAgent {agent.path}\n")
    agent.fill()
    for _ in range(3):
        process = subprocess.Popen([SSHD, "-D", "-f", server.config_path,
                                    "-E", server.log_path])
        wait_until(lambda: descendants(process.pid), what="its signer")
        process.terminate()
        ending = process.wait(60)
        if ending == -signal.SIGTERM:
            return
    pytest.fail(f"it ended with {ending}, after its signer was ready")


def test_a_listener_ends_while_its_next_signer_waits_for_keys(
        make_server, agent):  # noqa: F811
    server = with_agent(make_server, agent)
    old = the_signer(server)
    agent.fill()
    server.process.send_signal(signal.SIGHUP)
    new = another(server, old)
    server.stop()
    assert server.process.returncode == 0
    wait_until(lambda: not is_running(new) and not is_running(old),
               what="the end of both")


# ---- secrets ----------------------------------------------------------------

def private_part(path):
    """The seed of an Ed25519 key file as ssh-keygen writes it."""
    with open(path) as f:
        text = "".join(line.strip() for line in f
                       if not line.startswith("-----"))
    data = base64.b64decode(text)
    assert data.startswith(LABEL)
    at = data.rindex(b"ssh-ed25519") + len(b"ssh-ed25519")
    at += 4 + 32                # the public key
    length = int.from_bytes(data[at:at + 4], "big")
    assert length == 64
    return data[at + 4:at + 4 + 32]


def maps_of(pid):
    with open(f"/proc/{pid}/maps") as f:
        return f.readlines()


def memory_has(pid, wanted):
    """Does any of its memory that can be read hold these bytes?"""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps_of(pid):
            where, rights = line.split()[:2]
            if not rights.startswith("r") or "[v" in line:
                continue
            start, end = (int(part, 16) for part in where.split("-"))
            if end - start >= SHADOW_MIN:
                continue
            try:
                memory.seek(start)
                if wanted in memory.read(end - start):
                    return True
            except (OSError, ValueError):
                continue
    return False


def files_of(pid):
    """What its descriptors hold that are files in memory."""
    for fd, what in open_files(pid).items():
        if what.startswith("/memfd:"):
            with open(f"/proc/{pid}/fd/{fd}", "rb") as f:
                yield f.read()


def test_no_other_process_sees_a_private_host_key(make_server, log_in,
                                                  host_keys):
    server = make_server(kinds=("ed25519",))
    seed = private_part(host_keys["ed25519"])
    signer = the_signer(server)
    log_in(server).rekey()
    wait_until(lambda: waiting(server) != 0, what="a monitor that waits")
    assert memory_has(signer, seed)     # so we can find it
    own = [signer, *descendants(signer)]
    others = [pid for pid in [server.process.pid,
                              *descendants(server.process.pid)]
              if pid not in own]
    titles = [title(pid) for pid in others]
    for wanted in ("sshd: [warm]", "sshd: alice [priv]", "sshd: alice [net]"):
        assert wanted in titles, titles
    for pid in others:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            assert not memory_has(pid, seed), title(pid)
            assert not any(seed in content for content in files_of(pid))


def test_it_can_not_be_dumped_and_has_few_descriptors(make_server):
    server = make_server()
    signer = the_signer(server)
    for pid in (signer, a_fork(signer)):
        with open(f"/proc/{pid}/limits") as f:
            line = next(line for line in f
                        if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]
        kinds = {what.split(":")[0] for what in open_files(pid).values()}
        assert kinds <= {"socket", "anon_inode", "/dev/null",
                         server.log_path}, kinds


def test_monitors_have_no_libcrypto(make_server, log_in):
    server = make_server()
    log_in(server)
    has = {}
    for pid in descendants(server.process.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            name, maps = program_of(pid), "".join(maps_of(pid))
            if program_of(pid) == name:     # and not another meanwhile
                has.setdefault(name, set()).add("libcrypto" in maps)
    assert has["sshd-monitor"] == {False}
    assert has["sshd-session"] == {False}
    assert True in has["sshd-signer"]


def test_an_ordinary_users_server_has_one_too(keys):
    with users_server() as server:
        signer = the_signer(server)
        assert os.stat(f"/proc/{signer}").st_uid in (0, 2001)
        crash_a_fork(server, signer)
        server.wait_for_log("Started a new signer.")
        wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                      "true").returncode == 0,
                   what="a login")
