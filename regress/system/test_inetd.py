# SPDX-License-Identifier: ISC
"""sshd -i: the connection is there already."""

import os
import shutil
import socket
import subprocess

import pytest

from server import SSHD, KEY_TYPES, Server, authorize, make_key


@pytest.fixture
def configured(tmp_path, host_keys, keys):
    """A server that is only configured."""
    return Server(str(tmp_path), [host_keys["ed25519"]],
                  "LogLevel DEBUG1\n")


def _as_user(command):
    return ["setpriv", "--reuid=2001", "--regid=2001", "--init-groups",
            "--reset-env", *command]


def _proxy(server, identity, user, command, *words):
    known = server.known_hosts()
    with open(known) as f:
        lines = f.read().replace(f"[127.0.0.1]:{server.port}", "piped")
    with open(known, "w") as out:
        out.write(lines)
    return subprocess.run(
        ["ssh", "-F", "none", "-i", identity, "-o", "IdentitiesOnly=yes",
         "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes",
         "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=yes",
         "-o", f"ProxyCommand={subprocess.list2cmdline(command)}",
         f"{user}@piped", *words], capture_output=True, timeout=60,
        stdin=subprocess.DEVNULL)


def test_root_serves_a_pair_of_pipes(configured, keys):
    result = _proxy(configured, keys["ed25519"], "alice",
                    [SSHD, "-i", "-f", configured.config_path], "id -un; "
                    "echo $SSH_CONNECTION")
    assert result.returncode == 0, result.stderr
    user, ends = result.stdout.decode().splitlines()
    assert user == "alice"
    assert ends == "UNKNOWN 65535 UNKNOWN 65535"


@pytest.mark.postern_only
def test_a_client_that_has_closed_what_it_reads_is_gone(configured):
    """Though more could come from it."""
    with subprocess.Popen([SSHD, "-i", "-f", configured.config_path],
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"SSH-2.0-")
        process.stdout.close()
        try:
            assert process.wait(60) != 0
        finally:
            process.kill()


def test_the_name_of_the_program_may_be_relative(configured, keys):
    result = _proxy(configured, keys["ed25519"], "alice",
                    ["env", f"PATH={os.path.dirname(SSHD)}:/usr/bin:/bin",
                     os.path.basename(SSHD), "-i", "-f",
                     configured.config_path], "echo in")
    assert result.stdout == b"in\n", result.stderr


def test_root_serves_a_socket(configured, keys):
    with socket.create_server(("127.0.0.1", configured.port)) as listener:
        client = configured.popen("alice", keys["ed25519"],
                                  "echo $SSH_CONNECTION; cat; exit 3")
        connection, address = listener.accept()
        with connection, subprocess.Popen(
                [SSHD, "-i", "-f", configured.config_path],
                stdin=connection, stdout=connection,
                stderr=subprocess.PIPE) as process:
            connection.close()
            out, _err = client.communicate(b"through inetd\n", timeout=60)
            said = process.stderr.read()
    assert out.decode() == (f"127.0.0.1 {address[1]} 127.0.0.1 "
                            f"{configured.port}\nthrough inetd\n")
    assert client.returncode == 3
    assert said == b""


def test_the_log_may_go_to_stderr(configured, keys, tmp_path):
    log = tmp_path / "stderr"
    result = _proxy(configured, keys["ed25519"], "alice",
                    ["sh", "-c", f"exec {SSHD} -i -e -f "
                     f"{configured.config_path} 2>{log}"], "echo in")
    assert result.stdout == b"in\n", result.stderr
    assert "Accepted publickey for alice from UNKNOWN port 65535" in \
        log.read_text()


@pytest.fixture
def users_own(host_keys, tmp_path):
    """A configuration and host key that alice herself keeps."""
    home = "/home/alice/own"
    os.mkdir(home)
    key = make_key(home + "/host")
    server = Server(home, [key], "LogLevel DEBUG1\n")
    for path in (home, key, server.config_path):
        shutil.chown(path, "alice", "alice")
    yield server
    shutil.rmtree(home)


def test_an_ordinary_user_serves_a_pair_of_pipes(users_own, keys):
    result = _proxy(users_own, keys["ed25519"], "alice",
                    _as_user([SSHD, "-i", "-f", users_own.config_path]),
                    "id -un; echo $HOME")
    assert result.stdout == b"alice\n/home/alice\n", result.stderr


def test_an_ordinary_user_serves_nobody_else(users_own, keys):
    for user in ("bob", "root", "nobody-here"):
        result = _proxy(users_own, keys["ed25519"], user,
                        _as_user([SSHD, "-i", "-f", users_own.config_path]),
                        "true")
        assert result.returncode == 255


def _listen_as_user(server):
    command = _as_user([SSHD, "-D", "-E", server.log_path, "-f",
                        server.config_path])
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def test_an_ordinary_user_listens_on_a_high_port(users_own, keys):
    server = users_own
    with _listen_as_user(server) as process:
        try:
            server.wait_for_log("Server listening on")
            result = server.ssh("alice", keys["ed25519"], "id -un")
            assert result.stdout == b"alice\n", server.log()
            assert server.ssh("alice", keys["ed25519"], "tty",
                              options=["-tt"]).stdout.startswith(b"/dev/pts")
            assert server.ssh("bob", keys["ed25519"],
                              "true").returncode == 255
            assert server.ssh("root", keys["ed25519"],
                              "true").returncode == 255
        finally:
            process.terminate()


@pytest.mark.parametrize("kind", KEY_TYPES)
def test_an_ordinary_users_server_takes_every_key_type(users_own, keys,
                                                       kind):
    authorize("alice", keys[kind] + ".pub")
    result = _proxy(users_own, keys[kind], "alice",
                    _as_user([SSHD, "-i", "-f", users_own.config_path]),
                    "echo in")
    assert result.stdout == b"in\n", result.stderr
