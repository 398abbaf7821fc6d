# SPDX-License-Identifier: ISC
"""A login with the stock client: commands, exit codes, streams."""

import pytest


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_command_runs_as_the_user_with_each_key_type(server, keys, kind):
    result = server.ssh("alice", keys[kind], "id", "-un")
    assert (result.returncode, result.stdout) == (0, b"alice\n"), result


@pytest.mark.parametrize("status", [0, 1, 7, 127, 254, 255])
def test_the_exit_status_reaches_the_client(server, keys, status):
    assert server.ssh("alice", keys["ed25519"],
                      f"exit {status}").returncode == status
