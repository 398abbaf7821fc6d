# SPDX-License-Identifier: ISC
"""A directory that finds an account by other spellings of its name."""

import os
import subprocess

import pytest

from isolated import host_file
from server import SSHD, authorize, program
from test_key_files import public

DIRECTORY = os.path.normpath(os.path.join(
    os.environ.get("POSTERN_BUILD") or os.path.dirname(program("sshd")),
    "regress/system"))


@pytest.fixture
def start(make_server):
    """A function: a server with this config that asks the directory."""
    with host_file("/etc/nsswitch.conf", "passwd: files odd\n"
                   "group: odd [TRYAGAIN=return] files\nshadow: files\n"):
        yield lambda config: make_server(config, env={
            **os.environ, "LD_LIBRARY_PATH": DIRECTORY})


@pytest.fixture
def directory(start, keys):
    """A function: alice's login as Alice at a server with this config."""
    return lambda config, *words: start(config).ssh(
        "Alice", keys["ed25519"], *words, text=True)


def test_the_session_has_the_name_of_the_account(directory):
    result = directory("", "echo $USER $LOGNAME $HOME; id -un")
    assert result.stdout == "alice alice /home/alice\nalice\n", result


@pytest.mark.parametrize("config,admitted", [
    ("DenyUsers alice\n", False), ("AllowUsers alice\n", True),
    ("AllowUsers bob\n", False), ("DenyUsers bob\n", True)])
def test_policy_is_about_the_account(directory, config, admitted):
    assert (directory(config, "true").returncode == 0) is admitted


def test_paths_have_the_name_of_the_account(directory, keys):
    os.makedirs("/etc/ssh/keys", exist_ok=True)
    with open("/etc/ssh/keys/alice", "w") as out:
        out.write(public(keys["ed25519"]))
    result = directory("AuthorizedKeysFile /etc/ssh/keys/%u\n", "echo in")
    assert result.stdout == "in\n"


@pytest.mark.postern_only
def test_blocks_are_about_the_account(directory):
    """Another spelling does not get around a block."""
    result = directory("Match User alice\n  ForceCommand echo forced\n",
                       "echo free")
    assert result.stdout == "forced\n"


@pytest.mark.postern_only
def test_a_directory_that_dies_is_no_attack_of_the_client(start, keys):
    """An account without its groups stays out; others are let in."""
    server = start("PerSourcePenalties crash:60 noauth:0\n")
    assert server.ssh("bob", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("user bob: groups of the account: not found")
    server.wait_for_log("monitor: groups of the account: not found")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert "attack" not in server.log() and "crash" not in server.log()


@pytest.mark.postern_only
@pytest.mark.parametrize("config, said", [
    ("DenyGroups staff\n", "User alice from 127.0.0.1 not allowed because a "
     "group can't be looked up"),
    ("Match Group alice\n  ForceCommand echo forced\n", "monitor: look-up of "
     "a group that Match names: Resource temporarily unavailable"),
    ("Match Group far\n  ForceCommand echo forced\n", "monitor: look-up of "
     "a group that Match names: Resource temporarily unavailable")])
def test_a_group_that_nobody_can_name_does_not_open_a_door(start, keys,
                                                           config, said):
    server = start(config)
    result = server.ssh("alice", keys["ed25519"], "echo in")
    assert result.returncode == 255 and result.stdout == b""
    server.wait_for_log(said)


@pytest.mark.postern_only
@pytest.mark.parametrize("config", [
    "AllowUsers alice\n", "Match Group bob\n  ForceCommand echo forced\n"])
def test_a_group_that_nobody_asks_for_needs_no_name(start, keys, config):
    result = start(config).ssh("alice", keys["ed25519"], "echo in")
    assert result.stdout == b"in\n"


@pytest.mark.postern_only
@pytest.mark.parametrize("config, said", [
    ("AllowGroups te*\n", b"in\n"),
    ("Match Group te*\n  ForceCommand echo forced\n", b"forced\n")])
def test_one_group_that_fits_is_enough(start, keys, config, said):
    with host_file("/etc/group", "testers:x:3001:alice\n", "a"):
        result = start(config).ssh("alice", keys["ed25519"], "echo in")
    assert result.stdout == said


@pytest.mark.postern_only
def test_a_printed_configuration_that_needs_such_a_group_says_so(start):
    server = start("Match Group alice\n  ForceCommand echo forced\n")
    shown = subprocess.run(
        [SSHD, "-T", "-f", server.config_path, "-C", "user=alice"],
        env=server.env, capture_output=True, text=True)
    assert (shown.returncode, shown.stdout) == (255, "")
    assert shown.stderr == ("look-up of a group that Match names: Resource "
                            "temporarily unavailable\n")


@pytest.mark.postern_only
def test_who_has_local_groups_only_comes_in_while_the_directory_is_away(
        start, keys):
    authorize("root", keys["ed25519"] + ".pub")
    server = start("Match Group far,!root\n  ForceCommand echo forced\n")
    result = server.ssh("root", keys["ed25519"], "echo in")
    assert result.stdout == b"in\n"
