# SPDX-License-Identifier: ISC
"""A directory that finds an account by other spellings of its name."""

import os
import shutil

import pytest

from server import program
from test_key_files import public

DIRECTORY = os.path.normpath(os.path.join(
    os.environ.get("POSTERN_BUILD") or os.path.dirname(program("sshd")),
    "regress/system"))


@pytest.fixture
def directory(make_server, keys):
    """A function: alice's login as Alice at a server with this config."""
    shutil.copy("/etc/nsswitch.conf", "/run/isolated/nsswitch")
    with open("/etc/nsswitch.conf", "w") as out:
        out.write("passwd: files odd\ngroup: files\nshadow: files\n")

    def login(config, *words):
        server = make_server(config, env={
            **os.environ, "LD_LIBRARY_PATH": DIRECTORY})
        return server.ssh("Alice", keys["ed25519"], *words, text=True)

    yield login
    shutil.copy("/run/isolated/nsswitch", "/etc/nsswitch.conf")


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
