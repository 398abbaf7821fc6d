# SPDX-License-Identifier: ISC
"""What a terminal login leaves behind and shows: who, last, motd."""

import os
import re
import subprocess

import pytest

from pam_stacks import kept, stack
from passwords import Attempts, Typist, ssh
from server import make_key, wait_until
from terminal import Terminal

ENDED = re.compile(r" - \d\d:\d\d +\(\d\d:\d\d\)$")


def _output(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=True).stdout


@pytest.fixture
def login(server, keys):
    """A function that starts a login shell of alice on a terminal."""
    terminals = []

    def start(user="alice", host=server, words=()):
        terminal = Terminal(host.ssh_command(user, keys["ed25519"], *words,
                                             options=["-tt"]))
        terminals.append(terminal)
        return terminal

    yield start
    for terminal in terminals:
        terminal.__exit__()


def _until_prompt(terminal, end="begun"):
    """What the login shows before the shell runs its first command."""
    terminal.send("echo be''gun\n")
    return terminal.expect(end)


def test_who_shows_a_terminal_session_until_it_ends(login):
    terminal = login()
    _until_prompt(terminal)
    terminal.send("echo tty=${SSH_TTY#/dev/}.\n")
    terminal.expect("tty=pts")
    name = "pts" + terminal.expect(".").rstrip(".")
    lines = [line.split() for line in _output("who").splitlines()]
    assert [line for line in lines if line[:2] == ["alice", name]
            and line[-1] == "(127.0.0.1)"], lines
    terminal.send("exit\n")
    terminal.wait()
    wait_until(lambda: f"alice    {name}" not in _output("who"),
               what="the end of the record")


def test_last_shows_when_a_terminal_session_began_and_ended(login):
    terminal = login("bob")
    _until_prompt(terminal)
    line = _output("last", "bob").splitlines()[0]
    assert "127.0.0.1" in line
    assert not ENDED.search(line)
    terminal.send("exit\n")
    terminal.wait()
    wait_until(lambda: ENDED.search(_output("last", "bob").splitlines()[0]),
               what="the record of the end")


def test_a_session_without_a_terminal_leaves_no_record(server, keys):
    def logins():
        return re.findall("^bob ", _output("last", "bob"), re.M)

    before = logins()
    assert server.ssh("bob", keys["ed25519"], "true").returncode == 0
    assert logins() == before


def test_lastlog_keeps_the_login_and_the_next_one_shows_it(login):
    first = login("bob")
    _until_prompt(first)
    first.send("exit\n")
    first.wait()
    line = _output("lastlog", "-u", "bob").splitlines()[-1]
    assert "127.0.0.1" in line and "Never" not in line
    second = login("bob")
    shown = _until_prompt(second)
    assert "Last login: " in shown
    assert " from 127.0.0.1\r" in shown


@pytest.fixture
def motd():
    with open("/etc/motd", "w") as out:
        out.write("Message of the day\n")
    yield "Message of the day\r\n"
    os.unlink("/etc/motd")


def test_a_login_shell_starts_with_the_message_of_the_day(login, motd):
    assert motd in _until_prompt(login())


def test_no_message_is_printed_where_it_is_switched_off(make_server, login,
                                                        motd):
    server = make_server("PrintMotd no\nPrintLastLog no\n")
    shown = _until_prompt(login(host=server))
    assert motd not in shown
    assert "Last login" not in shown


def test_a_command_prints_no_message(login, motd):
    terminal = login(words=["echo only this"])
    terminal.wait()
    assert terminal.output.startswith(b"only this")


def test_hushlogin_silences_message_and_last_login(login, motd):
    open("/home/alice/.hushlogin", "w").close()
    try:
        shown = _until_prompt(login())
        assert motd not in shown
        assert "Last login" not in shown
    finally:
        os.unlink("/home/alice/.hushlogin")


def test_nologin_shuts_users_out_and_says_why(server, keys):
    with open("/etc/nologin", "w") as out:
        out.write("Back at noon.\n")
    try:
        result = server.ssh("alice", keys["ed25519"], "echo in")
        assert result.returncode == 254
        assert b"Back at noon." in result.stdout + result.stderr
        assert b"in\n" not in result.stdout
    finally:
        os.unlink("/etc/nologin")


# ---- logins that failed ---------------------------------------------------

@pytest.fixture
def failed():
    """A function that lists who failed to log in, from where."""
    path = "/var/log/btmp"
    open(path, "w").close()
    yield lambda: sorted(line.split()[0:3:2] for line in
                         _output("lastb", "-w").splitlines()
                         if " ssh:notty " in line)
    open(path, "w").close()
    os.chmod(path, 0o600)


def _try(server, user, password):
    with Attempts(server) as attempts:
        return attempts.password(user, password)


def test_a_wrong_password_is_recorded(make_server, failed):
    server = make_server("UsePAM no\n")
    assert not _try(server, "bob", "wrong")
    assert failed() == [["bob", "127.0.0.1"]]


def test_a_wrong_answer_is_recorded(make_server, failed, tmp_path):
    server = make_server("UsePAM yes\nPasswordAuthentication no\n")
    with kept():
        stack(auth="required pam_unix.so nodelay")
        ssh(server, "bob", Typist(str(tmp_path), "wrong"), "true",
            methods="keyboard-interactive",
            options=["-o", "NumberOfPasswordPrompts=1"])
    assert failed() == [["bob", "127.0.0.1"]]


def test_a_stranger_is_recorded_by_name_and_by_try(make_server, failed):
    server = make_server("UsePAM no\n")
    assert not _try(server, "stranger", "wrong")
    assert failed() == 2 * [["stranger", "127.0.0.1"]]


def test_a_key_that_does_not_fit_is_not_recorded(make_server, failed,
                                                 tmp_path):
    server = make_server()
    key = make_key(str(tmp_path / "other"))
    assert server.ssh("bob", key, "true").returncode == 255
    assert failed() == []


@pytest.mark.parametrize("mode", [0o644, 0o610, None])
def test_failed_logins_are_recorded_for_root_alone(make_server, failed, mode):
    """Where a password was typed for a name, the file would tell it."""
    if mode is None:
        os.chown("/var/log/btmp", 2001, 0)
    else:
        os.chmod("/var/log/btmp", mode)
    server = make_server("UsePAM no\n")
    assert not _try(server, "bob", "wrong")
    server.wait_for_log("Excess permission or bad ownership on file "
                        "/var/log/btmp")
    os.chown("/var/log/btmp", 0, 0)
    assert failed() == []
