# SPDX-License-Identifier: ISC
"""What people run through a connection: real programs, unchanged."""

import asyncio
import filecmp
import functools
import http.server
import os
import shutil
import socket
import subprocess
import threading

import asyncssh
import paramiko
import pytest

import server as server_module
from clients import Putty
from server import free_port, wait_until
from services import exchange
from terminal import Terminal

DATA = b"some words " * 20_000


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("server"))
    config = "Subsystem sftp internal-sftp\nMaxSessions 25\nAcceptEnv LC_*\n"
    with server_module.Server(directory, list(host_keys.values()),
                              config) as instance:
        yield instance


@pytest.fixture
def tree(tmp_path):
    """A directory with files of all kinds of length and one link."""
    top = tmp_path / "tree"
    (top / "sub dir").mkdir(parents=True)
    for name, size in (("empty", 0), ("one", 1), ("sub dir/big", 3 << 20)):
        (top / name).write_bytes(os.urandom(size))
    os.symlink("one", top / "link")
    return str(top)


@pytest.fixture
def there():
    """A directory of alice on the server."""
    path = "/home/alice/programs"
    os.mkdir(path)
    os.chown(path, 2001, 2001)
    yield path
    shutil.rmtree(path)


def shell_command(server, keys, *options):
    """ssh as other programs want it: one string, without the host."""
    return subprocess.list2cmdline(
        ["ssh", *server.ssh_options(keys["ed25519"], *options),
         "-p", str(server.port)])


def run(*command, **kwargs):
    result = subprocess.run(command, capture_output=True, timeout=120,
                            stdin=subprocess.DEVNULL, **kwargs)
    assert result.returncode == 0, result
    return result.stdout


def same_trees(one, two):
    compared = filecmp.dircmp(one, two)
    return not (compared.left_only or compared.right_only or
                compared.diff_files or compared.funny_files) and all(
        same_trees(os.path.join(one, name), os.path.join(two, name))
        for name in compared.common_dirs)


# ---- files ----------------------------------------------------------------

def test_rsync_carries_a_tree_there_and_back(server, keys, tree, there,
                                             tmp_path):
    shell = shell_command(server, keys)
    back = str(tmp_path / "back")
    for _ in range(2):      # the second time it only compares
        run("rsync", "-a", "-e", shell, f"{tree}/",
            f"alice@127.0.0.1:{there}/tree/")
        run("rsync", "-a", "-e", shell, f"alice@127.0.0.1:{there}/tree/",
            f"{back}/")
        assert same_trees(tree, back)
    assert os.readlink(f"{back}/link") == "one"


@pytest.mark.parametrize("protocol", ["-O", "-s"])
def test_scp_carries_a_tree_there_and_back(server, keys, tree, there,
                                           tmp_path, protocol):
    options = ["-q", protocol, "-r", "-P", str(server.port),
               *server.ssh_options(keys["ed25519"])]
    back = str(tmp_path / "back")
    os.unlink(f"{tree}/link")
    run("scp", *options, tree, f"alice@127.0.0.1:{there}/tree")
    run("scp", *options, f"alice@127.0.0.1:{there}/tree", back)
    assert same_trees(tree, back)


def test_git_pushes_and_clones(server, keys, there, tmp_path):
    env = dict(os.environ, GIT_SSH_COMMAND=shell_command(server, keys),
               GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null",
               GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b",
               GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")
    url = f"alice@127.0.0.1:{there}/repository"
    mine, clone = str(tmp_path / "mine"), str(tmp_path / "clone")
    server.ssh("alice", keys["ed25519"], f"git init -q --bare {there}/"
               "repository", check=True)
    run("git", "init", "-q", mine)
    with open(f"{mine}/file", "wb") as out:
        out.write(os.urandom(1 << 20))
    for command in (["add", "file"], ["commit", "-qm", "one"],
                    ["push", "-q", url, "HEAD:refs/heads/master"]):
        run("git", "-C", mine, *command, env=env)
    run("git", "clone", "-q", "-b", "master", url, clone, env=env)
    assert filecmp.cmp(f"{mine}/file", f"{clone}/file", shallow=False)


# ---- terminals ------------------------------------------------------------

def ssh_terminal(server, keys, *words):
    return Terminal(server.ssh_command("alice", keys["ed25519"], *words,
                                       options=["-tt"]))


def test_vim_edits_a_file(server, keys, there):
    with ssh_terminal(server, keys, f"vim.tiny -u NONE {there}/text") as vim:
        vim.expect("text")
        vim.send("ihello from vim\x1b:wq\r")
        assert vim.wait() == 0
    with open(f"{there}/text") as f:
        assert f.read() == "hello from vim\n"


def test_tmux_outlives_its_connection(server, keys, there):
    tmux = f"LC_ALL=C.UTF-8 tmux -S {there}/tmux -f /dev/null"
    first = ssh_terminal(server, keys, f"{tmux} new -s it /bin/sh")
    first.send("echo first=$((40 + 2))\n")
    first.expect("first=42")
    first.kill()            # the client vanishes
    with ssh_terminal(server, keys, f"{tmux} attach -d -t it") as second:
        second.expect("first=42")
        second.send("exit\n")
        assert second.wait() == 0
    os.close(first.master)


def test_mosh_starts_and_echoes(server, keys):
    mosh = Terminal(["mosh", f"--ssh={shell_command(server, keys)}",
                     "--bind-server=127.0.0.1", "alice@127.0.0.1", "--",
                     "/bin/sh", "-c", "echo mo''sh runs; read x"],
                    env={"LC_ALL": "C.UTF-8"})
    with mosh:
        mosh.expect("mosh runs", timeout=60)
        mosh.send("\n")
        assert mosh.wait(60) == 0


# ---- hosts behind ---------------------------------------------------------

def test_a_jump_host_is_the_way_to_another(server, make_server, keys,
                                           tmp_path):
    inner = make_server()
    known = tmp_path / "known"
    known.write_text("".join(open(one.known_hosts()).read()
                             for one in (server, inner)))
    config = tmp_path / "config"
    config.write_text(
        f"Host *\n IdentityFile {keys['ed25519']}\n BatchMode yes\n"
        f" UserKnownHostsFile {known}\n HostName 127.0.0.1\n"
        f"Host jump\n User bob\n Port {server.port}\n"
        f"Host inner\n User alice\n Port {inner.port}\n")
    assert run("ssh", "-F", str(config), "-J", "jump", "inner",
               "id -un") == b"alice\n"


def test_twenty_sessions_share_a_connection(server, keys, tmp_path):
    control = str(tmp_path / "control")
    options = ["-o", f"ControlPath={control}"]
    master = server.popen("alice", keys["ed25519"],
                          options=["-M", "-N", *options])
    wait_until(lambda: os.path.exists(control), what="the master")
    sessions = [server.popen("alice", keys["ed25519"],
                             f"read x; echo $x {number}; cat",
                             options=options) for number in range(20)]
    # all of them run before the first one ends
    for number, session in enumerate(sessions):
        session.stdin.write(b"number\n")
        session.stdin.flush()
        assert session.stdout.readline() == f"number {number}\n".encode()
    for session in sessions:
        assert session.communicate(DATA, timeout=60)[0] == DATA
        assert session.returncode == 0
    master.kill()
    master.wait()


# ---- ports ----------------------------------------------------------------

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def web(tmp_path):
    (tmp_path / "page").write_bytes(DATA)
    service = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=service.serve_forever, args=(0.05,),
                     daemon=True).start()
    yield service.server_address[1]
    service.shutdown()


def test_curl_fetches_through_socks(server, forward, web):
    port = free_port()
    forward(server, "-D", str(port))
    for kind in ("--socks5-hostname", "--socks4a", "--socks5"):
        assert run("curl", "-sS", kind, f"127.0.0.1:{port}",
                   f"http://localhost:{web}/page") == DATA


def reachable(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def plink(server, keys):
    """A function: PuTTY's tunnels, held open."""
    running = []

    def start(port, *options):
        command = Putty().command(server, keys, False)
        process = subprocess.Popen([*command[:-1], "-N", *options,
                                    command[-1]], stdin=subprocess.DEVNULL)
        running.append(process)
        wait_until(lambda: reachable(port), what="the tunnel")

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_putty_forwards_a_local_port(plink, shouter):
    port = free_port()
    plink(port, "-L", f"{port}:127.0.0.1:{shouter}")
    assert exchange(("127.0.0.1", port), DATA) == DATA.upper()


def test_putty_forwards_a_remote_port(plink, shouter):
    port = free_port()
    plink(port, "-R", f"{port}:127.0.0.1:{shouter}")
    assert exchange(("127.0.0.1", port), DATA) == DATA.upper()


def test_putty_is_a_socks_proxy(plink, web):
    port = free_port()
    plink(port, "-D", str(port))
    assert run("curl", "-sS", "--socks5", f"127.0.0.1:{port}",
               f"http://127.0.0.1:{web}/page") == DATA


def test_asyncssh_forwards_both_ways(server, keys, shouter):
    async def shout(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(DATA)
        writer.write_eof()
        received = await reader.read()
        writer.close()
        return received

    async def both():
        async with asyncssh.connect(
                "127.0.0.1", server.port, username="alice", config=None,
                known_hosts=server.known_hosts(),
                client_keys=[keys["ed25519"]]) as connection:
            local = await connection.forward_local_port(
                "127.0.0.1", 0, "127.0.0.1", shouter)
            remote = await connection.forward_remote_port(
                "127.0.0.1", 0, "127.0.0.1", shouter)
            return [await shout(one.get_port()) for one in (local, remote)]

    assert asyncio.run(both()) == [DATA.upper()] * 2


def test_paramiko_forwards_both_ways(server, keys, shouter):
    key = paramiko.Ed25519Key.from_private_key_file(keys["ed25519"])
    with paramiko.Transport(("127.0.0.1", server.port)) as transport:
        transport.connect(username="alice", pkey=key)
        direct = transport.open_channel(
            "direct-tcpip", ("127.0.0.1", shouter), ("127.0.0.1", 1))
        direct.settimeout(60)
        threading.Thread(target=lambda: (direct.sendall(DATA),
                                         direct.shutdown_write())).start()
        assert direct.makefile("rb").read() == DATA.upper()
        port = transport.request_port_forward("127.0.0.1", 0)
        with socket.create_connection(("127.0.0.1", port)) as near:
            far = transport.accept(60)
            near.sendall(b"near")
            assert far.recv(10) == b"near"
            far.sendall(b"far")
            assert near.recv(10) == b"far"
        transport.cancel_port_forward("127.0.0.1", port)
        wait_until(lambda: not reachable(port), what="its end")
