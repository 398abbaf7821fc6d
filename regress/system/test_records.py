# SPDX-License-Identifier: ISC
"""What a terminal login leaves behind and shows: who, last, motd."""

import os
import re
import subprocess

import pytest

from server import wait_until
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
    before = os.path.getsize("/var/log/wtmp")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert os.path.getsize("/var/log/wtmp") == before


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
