# SPDX-License-Identifier: ISC
"""Host keys that only an agent holds."""

import os
import shutil
import socket
import subprocess

import pytest

from agents import ssh_agent
from server import KEY_TYPES, make_key


@pytest.fixture
def agent(tmp_path):
    """The socket of an ssh-agent, ended with the test."""
    with ssh_agent(str(tmp_path / "agent")) as path:
        yield path


def hand_over(agent, key):
    """The private half goes to the agent only."""
    subprocess.run(["ssh-add", "-q", key], check=True,
                   env={**os.environ, "SSH_AUTH_SOCK": agent})
    os.unlink(key)


def entrusted(agent, tmp_path, kind="ed25519"):
    key = make_key(str(tmp_path / f"agent_{kind}"), kind)
    hand_over(agent, key)
    return key


def start(make_server, agent, *keys, config="", **kwargs):
    server = make_server(f"HostKeyAgent {agent}\n{config}" + "".join(
        f"HostKey {key}\n" for key in keys), kinds=(), **kwargs)
    server.host_keys = [key.removesuffix(".pub") for key in keys]
    return server


@pytest.mark.parametrize("kind", KEY_TYPES)
@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_the_agent_signs_key_exchanges(make_server, keys, agent, tmp_path,
                                       kind, suffix):
    key = entrusted(agent, tmp_path, kind)
    server = start(make_server, agent, key + suffix)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert "nable" not in server.log()


def test_keys_of_files_and_of_the_agent_stand_side_by_side(
        make_server, keys, agent, tmp_path, host_keys):
    server = start(make_server, agent, entrusted(agent, tmp_path),
                   host_keys["rsa"])
    for algorithm in ("ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512"):
        assert server.ssh("alice", keys["ed25519"], "true", options=[
            "-o", f"HostKeyAlgorithms={algorithm}"]).returncode == 0


def test_clients_learn_keys_that_the_agent_proves(make_server, keys, agent,
                                                  tmp_path):
    known, other = (entrusted(agent, tmp_path, kind)
                    for kind in ("ed25519", "ecdsa"))
    server = start(make_server, agent, known, other)
    server.host_keys = [known]
    path = server.known_hosts()
    server.known_hosts = lambda: path
    assert server.ssh("alice", keys["ed25519"], "true", options=[
        "-o", "UpdateHostKeys=yes"]).returncode == 0
    blob = open(other + ".pub").read().split()[1]
    assert blob in open(path).read()


def test_a_certificate_is_offered_for_a_key_of_the_agent(make_server, keys,
                                                         agent, tmp_path):
    authority = make_key(str(tmp_path / "ca"))
    key = make_key(str(tmp_path / "certified"))
    subprocess.run(["ssh-keygen", "-q", "-s", authority, "-h", "-I", "i",
                    "-n", "127.0.0.1", key + ".pub"], check=True)
    hand_over(agent, key)
    server = start(make_server, agent, key,
                   config=f"HostCertificate {key}-cert.pub\n")
    path = str(tmp_path / "known")
    with open(authority + ".pub") as public, open(path, "w") as out:
        out.write("@cert-authority * " + public.read())
    server.known_hosts = lambda: path
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_the_agent_of_the_environment_is_used(make_server, keys, agent,
                                              tmp_path):
    server = start(make_server, "SSH_AUTH_SOCK", entrusted(agent, tmp_path),
                   env={**os.environ, "SSH_AUTH_SOCK": agent})
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_a_key_that_the_agent_lost_closes_the_connection(
        make_server, keys, agent, tmp_path):
    key = entrusted(agent, tmp_path)
    server = start(make_server, agent, key)
    subprocess.run(["ssh-add", "-q", "-D"], check=True,
                   stderr=subprocess.DEVNULL,
                   env={**os.environ, "SSH_AUTH_SOCK": agent})
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("ssh-ed25519 host key: agent refused operation")
    assert "attack" not in server.log()


def test_without_its_agent_a_server_does_not_start(make_server, tmp_path):
    key = make_key(str(tmp_path / "orphan"))
    shutil.move(key, key + ".away")
    with pytest.raises(AssertionError) as ended:
        start(make_server, str(tmp_path / "nobody"), key)
    assert (f'Could not connect to agent "{tmp_path}/nobody": No such file '
            "or directory") in str(ended.value)
    assert "no hostkeys available" in str(ended.value)


@pytest.mark.parametrize("answer", [
    b"", b"\0\0\0\1", b"\xff\xff\xff\xff" + bytes(64),
    b"\0\0\0\5\x0e\0\0\0\0", b"\0\0\0\1\x05"],
    ids=["nothing", "half", "endless", "no-signature", "failure"])
def test_an_agent_that_answers_nonsense_ends_one_connection(
        make_server, keys, agent, tmp_path, answer):
    server = start(make_server, agent, entrusted(agent, tmp_path))
    os.rename(agent, agent + ".real")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(agent)
        listener.listen()
        client = server.popen("alice", keys["ed25519"], "true")
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(answer)
        connection.close()
        client.communicate()
        assert client.returncode == 255
    server.wait_for_log("ssh-ed25519 host key: ")
    os.rename(agent + ".real", agent)
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
