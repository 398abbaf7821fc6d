# SPDX-License-Identifier: ISC
"""What stands before a key in authorized_keys holds for its sessions."""

import os

import pytest

from server import authorize, free_port, make_key
from services import exchange


@pytest.fixture
def with_options(tmp_path):
    """A function: a fresh key of alice with these options."""
    path = "/home/alice/.ssh/authorized_keys"
    before = open(path).read()

    def make(options):
        key = make_key(str(tmp_path / "optioned"))
        authorize("alice", key + ".pub", options)
        return key

    yield make
    with open(path, "w") as out:
        out.write(before)


@pytest.mark.parametrize("pattern, admitted", [
    ("127.0.0.1", True), ("127.0.0.0/8", True), ("127.0.0.?", True),
    ("10.0.0.0/8", False), ("!127.0.0.1,*", False), ("192.0.2.7", False)])
def test_a_key_is_good_only_from_the_named_addresses(server, with_options,
                                                     pattern, admitted):
    key = with_options(f'from="{pattern}"')
    status = server.ssh("alice", key, "true").returncode
    assert status == (0 if admitted else 255)
    if not admitted:
        server.wait_for_log("Authentication tried for alice with correct key "
                            "but not from a permitted host")


def test_a_forced_command_runs_instead_of_the_asked_one(server,
                                                        with_options):
    key = with_options('command="echo forced; echo $SSH_ORIGINAL_COMMAND"')
    result = server.ssh("alice", key, "rm -rf /")
    assert result.stdout == b"forced\nrm -rf /\n"


def test_a_forced_command_runs_instead_of_a_shell(server, with_options):
    key = with_options('command="echo \\"forced <$SSH_ORIGINAL_COMMAND>\\""')
    result = server.ssh("alice", key, input=b"echo shell\n")
    assert result.stdout == b"forced <>\n"


def test_a_forced_command_runs_instead_of_a_subsystem(make_server,
                                                      with_options):
    server = make_server("Subsystem upper tr a-z A-Z\n")
    key = with_options('command="echo forced"')
    result = server.ssh("alice", key, "upper", options=["-s"])
    assert result.stdout == b"forced\n"


def test_the_forced_command_of_the_configuration_comes_first(
        make_server, with_options):
    server = make_server("ForceCommand echo from the configuration\n")
    key = with_options('command="echo from the key"')
    result = server.ssh("alice", key, "true")
    assert result.stdout == b"from the configuration\n"


@pytest.mark.parametrize("options", ["no-pty", "restrict"])
def test_a_key_without_the_right_gets_no_terminal(server, with_options,
                                                  options):
    key = with_options(options)
    result = server.ssh("alice", key, "tty; echo end",
                        options=["-tt", "-o", "LogLevel=INFO"])
    assert b"PTY allocation request failed" in result.stderr


def test_a_restricted_key_may_be_given_a_terminal(server, with_options):
    key = with_options("restrict,pty")
    result = server.ssh("alice", key, "tty", options=["-tt"])
    assert result.stdout.startswith(b"/dev/pts/")


def test_a_restricted_key_runs_no_rc_file(server, with_options):
    with open("/home/alice/.ssh/rc", "w") as out:
        out.write("echo rc\n")
    try:
        key = with_options("restrict")
        assert server.ssh("alice", key, "echo cmd").stdout == b"cmd\n"
    finally:
        os.unlink("/home/alice/.ssh/rc")


@pytest.mark.parametrize("when, admitted", [
    ("20200101", False), ("99991231", True), ("202001010000Z", False)])
def test_a_key_ends_at_its_expiry_time(server, with_options, when, admitted):
    key = with_options(f'expiry-time="{when}"')
    status = server.ssh("alice", key, "true").returncode
    assert status == (0 if admitted else 255)


def test_only_permitted_targets_are_reached(server, with_options, forward,
                                            shouter):
    key = with_options(f'permitopen="127.0.0.1:{shouter}"')
    port, other = free_port(), free_port()
    forward(server, "-i", key, "-L", f"{port}:127.0.0.1:{shouter}", "-L",
            f"{other}:127.0.0.1:{server.port}")
    assert exchange(("127.0.0.1", port), b"allowed") == b"ALLOWED"
    assert exchange(("127.0.0.1", other), b"") == b""
    server.wait_for_log("Received request from 127.0.0.1 port")


def test_a_restricted_key_forwards_nothing(server, with_options, forward,
                                           shouter):
    key = with_options("restrict")
    port = free_port()
    forward(server, "-i", key, "-L", f"{port}:127.0.0.1:{shouter}")
    assert exchange(("127.0.0.1", port), b"") == b""


def test_an_unknown_option_makes_the_line_useless(server, with_options):
    key = with_options("no-such-option")
    assert server.ssh("alice", key, "true").returncode == 255


def test_options_are_logged_with_the_place_of_the_key(server, with_options):
    key = with_options('restrict,command="true"')
    assert server.ssh("alice", key).returncode == 0
    server.wait_for_log("found at /home/alice/.ssh/authorized_keys:")
