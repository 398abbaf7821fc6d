# SPDX-License-Identifier: ISC
"""Another program lies at the path of the one that runs, and SIGHUP comes."""

import os
import shutil
import signal
import subprocess

import pytest

import server as server_module
from full_agent import agent  # noqa: F401
from server import Server, descendants, is_running, title, wait_until

pytestmark = pytest.mark.postern_only
PROGRAMS = ("sshd", "sshd-monitor", "sshd-signer", "sshd-net", "sshd-session")


class CopiedServer(Server):
    """Its programs are copies: they can be replaced."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.programs = os.path.join(self.directory, "programs")
        os.mkdir(self.programs)
        for name in PROGRAMS:
            shutil.copy(server_module.program(name), self.programs)
        self.path = os.path.join(self.programs, "sshd")

    def start(self):
        self.process = subprocess.Popen(
            [self.path, "-D", "-f", self.config_path, "-E", self.log_path],
            stdin=subprocess.DEVNULL)
        self.wait_for_pid_file()
        return self

    __enter__ = start

    def replace(self):
        shutil.copy(self.path, self.path + ".new")
        os.replace(self.path + ".new", self.path)

    def is_newest(self):
        return os.path.samefile(f"/proc/{self.process.pid}/exe", self.path)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def check(self):
        """The process that checks a new program."""
        return wait_until(lambda: [
            pid for pid in descendants(self.process.pid)
            if title(pid).startswith(f"{self.path} -t ")],
            what="the check")[0]


@pytest.fixture
def copied(tmp_path, host_keys, keys):
    with CopiedServer(str(tmp_path), [host_keys["ed25519"]]) as one:
        yield one


def begin_check(server, agent):  # noqa: F811
    agent.fill()
    server.replace()
    server.reload()
    return server.check()


@pytest.fixture
def checking(copied, agent):  # noqa: F811
    """A server whose new program is being checked: it waits for an agent."""
    copied.write_config(f"HostKeyAgent {agent.path}\n")
    begin_check(copied, agent)
    return copied


def serves(server, keys):
    return server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_a_new_program_takes_over_and_sessions_go_on(copied, keys):
    client = copied.popen("alice", keys["ed25519"], "echo in; exec cat")
    assert client.stdout.readline() == b"in\n"
    for _ in range(2):
        copied.replace()
        assert not copied.is_newest()
        copied.reload()
        wait_until(copied.is_newest, what="the new program")
        wait_until(lambda: serves(copied, keys), what="a login")
    assert client.communicate(b"still\n", timeout=60)[0] == b"still\n"
    assert client.returncode == 0


def test_logins_are_served_while_a_new_program_is_checked(
        checking, keys, agent):  # noqa: F811
    """It takes ten seconds: a machine that stalls has more than one try."""
    check = checking.check()
    for _ in range(5):
        assert serves(checking, keys)
        meanwhile = is_running(check)
        agent.empty()
        wait_until(checking.is_newest, what="the new program")
        if meanwhile:
            return
        check = begin_check(checking, agent)
    pytest.fail("no login while a program was checked")


def test_a_program_that_would_not_start_does_not_take_over(copied, keys):
    copied.replace()
    copied.write_config("Nonsense yes\n")
    copied.reload()
    copied.wait_for_log("The new program does not start with this "
                        "configuration: going on with the old one.")
    copied.wait_for_log("Bad configuration option: Nonsense")
    assert serves(copied, keys) and not copied.is_newest()
    copied.write_config("")
    copied.reload()
    wait_until(copied.is_newest, what="the new program")


def test_a_file_that_is_no_program_does_not_take_over(copied, keys):
    os.unlink(copied.path)
    shutil.copy("/etc/passwd", copied.path)
    copied.reload()
    copied.wait_for_log("The new program does not start with this "
                        "configuration: going on with the old one.")
    copied.wait_for_log(f"{copied.path}: Permission denied")
    assert serves(copied, keys)


def test_why_a_process_can_not_be_started_is_told(copied):
    monitor = os.path.join(copied.programs, "sshd-monitor")
    os.unlink(monitor)
    shutil.copy("/etc/passwd", monitor)
    os.chmod(monitor, 0o755)
    copied.reload()
    copied.wait_for_log("start of a process: execveat: Exec format error")


def test_a_new_program_moves_the_pid_file(copied):
    old = copied.pid_path
    new = f"{old}.new"
    copied.replace()
    copied.write_config(f"PidFile {new}\n")
    copied.reload()
    wait_until(lambda: os.path.exists(new) and not os.path.exists(old),
               what="the new pid file in the place of the old one")
    assert copied.is_newest()


def test_a_reload_takes_the_place_of_a_check(checking, keys):
    first = checking.check()
    checking.write_config("")
    checking.reload()
    wait_until(lambda: not is_running(first), what="the end of the check")
    wait_until(checking.is_newest, what="the new program")
    wait_until(lambda: serves(checking, keys), what="a login")
    assert "does not start" not in checking.log()


def test_a_listener_ends_while_a_new_program_is_checked(checking):
    check = checking.check()
    checking.stop()
    assert checking.process.returncode == 0
    wait_until(lambda: not is_running(check), what="the end of the check")
