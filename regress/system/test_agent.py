# SPDX-License-Identifier: ISC
"""The client's agent, reached from the server."""

import os
import re
import subprocess

import pytest

from agents import ssh_agent
from server import authorize, make_key, wait_until

SOCKET = re.compile(r"/home/(\w+)/\.ssh/agent/s\.\w{10}\.sshd\.\w{10}\n")


@pytest.fixture
def agent(keys, tmp_path):
    """A running agent with alice's key; the client's environment."""
    with ssh_agent(str(tmp_path / "agent")) as path:
        env = dict(os.environ, SSH_AUTH_SOCK=path)
        subprocess.run(["ssh-add", "-q", keys["ed25519"]], env=env, check=True)
        yield env


@pytest.fixture
def ssh(server, keys, agent):
    """A function: a command with the agent forwarded."""
    def run(command, where=server, key=keys["ed25519"], options=("-A",),
            **kwargs):
        return where.ssh("alice", key, command, options=options, env=agent,
                         **kwargs)
    return run


def fingerprint(key):
    return subprocess.run(["ssh-keygen", "-lf", key + ".pub"], check=True,
                          capture_output=True, text=True).stdout.split()[1]


def test_the_agents_keys_are_listed_on_the_server(ssh, keys):
    result = ssh("ssh-add -l")
    assert fingerprint(keys["ed25519"]) in result.stdout.decode(), result


def test_the_socket_is_the_users_alone_and_goes_with_the_connection(ssh):
    result = ssh("echo $SSH_AUTH_SOCK; stat -c '%U %a' $SSH_AUTH_SOCK "
                 "~/.ssh/agent", text=True)
    path, *modes = result.stdout.splitlines(keepends=True)
    assert SOCKET.fullmatch(path)[1] == "alice"
    assert modes == ["alice 600\n", "alice 700\n"]
    wait_until(lambda: not os.path.lexists(path.strip()),
               what="the end of the socket")


def test_a_directory_that_others_write_is_not_used(ssh, server):
    os.makedirs("/home/alice/.ssh/agent", exist_ok=True)
    os.chown("/home/alice/.ssh/agent", 2001, 2001)
    os.chmod("/home/alice/.ssh/agent", 0o770)
    try:
        result = ssh('echo "<$SSH_AUTH_SOCK>"')
    finally:
        os.chmod("/home/alice/.ssh/agent", 0o700)
    assert result.stdout == b"<>\n"
    server.wait_for_log("bad ownership or modes for directory "
                        "/home/alice/.ssh/agent")


def test_the_administrators_ssh_directory_will_do(ssh):
    """Only the user's own part has to be writable."""
    os.makedirs("/home/alice/.ssh/agent", exist_ok=True)
    os.chown("/home/alice/.ssh/agent", 2001, 2001)
    os.chmod("/home/alice/.ssh/agent", 0o700)
    os.chown("/home/alice/.ssh", 0, 0)
    os.chmod("/home/alice/.ssh", 0o755)
    try:
        result = ssh("ssh-add -l")
    finally:
        os.chown("/home/alice/.ssh", 2001, 2001)
        os.chmod("/home/alice/.ssh", 0o700)
    assert result.returncode == 0, result


def second_hop(server, user="bob", *options):
    return subprocess.list2cmdline([
        "ssh", "-F", "none", "-o", "BatchMode=yes", "-o",
        "StrictHostKeyChecking=yes", "-o",
        f"UserKnownHostsFile={server.known_hosts()}", "-p", str(server.port),
        *options, f"{user}@127.0.0.1"])


@pytest.fixture
def readable_server(make_server):
    """A server whose known_hosts file alice can read."""
    server = make_server()
    path = server.directory
    while path != "/run/isolated/tmp":
        os.chmod(path, 0o755)
        path = os.path.dirname(path)
    os.chmod(path, 0o755)
    return server


def test_a_second_hop_uses_the_agent(ssh, readable_server):
    hop = second_hop(readable_server)
    result = ssh(f"{hop} id -un")
    assert result.stdout == b"bob\n", result


def test_two_hops_forward_the_agent_on(ssh, readable_server, keys):
    hop = second_hop(readable_server, "bob", "-A")
    result = ssh(f"{hop} ssh-add -l")
    assert fingerprint(keys["ed25519"]) in result.stdout.decode(), result


def test_a_key_for_one_hop_is_good_for_that_hop_only(
        ssh, server, readable_server, make_server, agent, keys, tmp_path):
    """session-bind: the agent knows the way by the host keys it saw."""
    bound = make_key(str(tmp_path / "bound"))
    authorize("bob", bound + ".pub")
    known = str(tmp_path / "known")
    first, second = server.port, readable_server.port
    with open(known, "w") as out:
        for instance in (server, readable_server):
            with open(instance.known_hosts()) as lines:
                out.write(lines.read())
    hops = ["-h", f"[127.0.0.1]:{first}",
            "-h", f"[127.0.0.1]:{first}>[127.0.0.1]:{second}"]
    subprocess.run(["ssh-add", "-q", "-H", known, *hops, bound], env=agent,
                   check=True, capture_output=True)
    listed = ssh("ssh-add -l").stdout.decode()
    assert fingerprint(bound) in listed
    subprocess.run(["ssh-add", "-q", "-d", bound], env=agent, check=True,
                   capture_output=True)
    subprocess.run(["ssh-add", "-q", "-H", known, "-h",
                    f"[127.0.0.1]:{first}", bound], env=agent, check=True,
                   capture_output=True)
    assert fingerprint(bound) not in ssh("ssh-add -l").stdout.decode()


@pytest.mark.parametrize("config", [
    "AllowAgentForwarding no\n", "DisableForwarding yes\n"])
def test_there_is_no_agent_where_the_configuration_has_none(
        ssh, make_server, config):
    result = ssh('echo "<$SSH_AUTH_SOCK>"', make_server(config))
    assert result.stdout == b"<>\n"


@pytest.mark.parametrize("options, has_agent", [
    ("no-agent-forwarding", False), ("restrict", False),
    ("restrict,agent-forwarding", True)])
def test_a_key_option_decides(ssh, tmp_path, options, has_agent):
    key = make_key(str(tmp_path / "optioned"))
    authorize("alice", key + ".pub", options)
    result = ssh('echo "$SSH_AUTH_SOCK"', key=key, text=True)
    assert bool(SOCKET.fullmatch(result.stdout)) == has_agent
