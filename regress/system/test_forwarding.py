# SPDX-License-Identifier: ISC
"""Ports and sockets through the connection, each way once."""

import os
import re
import socket
import subprocess
import threading

import pytest

from isolated import host_file
from name_server import the_server
from server import SSHD, free_port, wait_until
from services import Shout, Unix, exchange, serve

DATA = b"some words " * 100_000


@pytest.fixture
def shouting_socket():
    path = "/home/alice/shout"
    with serve(Unix(path, Shout)) as service:
        os.chmod(path, 0o666)
        yield path
        service.shutdown()
    os.unlink(path)


def _await_remote(process):
    wait_until(lambda: any("remote forward success" in line
                           for line in process.said), what="the listener")


def test_a_local_port_reaches_a_port_behind_the_server(server, forward,
                                                       shouter):
    port = free_port()
    forward(server, "-L", f"{port}:127.0.0.1:{shouter}")
    assert exchange(("127.0.0.1", port), DATA) == DATA.upper()


def test_twenty_forwarded_connections_run_at_once(server, forward, shouter):
    port = free_port()
    forward(server, "-L", f"{port}:127.0.0.1:{shouter}")
    results = []
    threads = [threading.Thread(target=lambda: results.append(
        exchange(("127.0.0.1", port), DATA))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [DATA.upper()] * 20


def test_a_port_of_the_server_reaches_a_port_of_the_client(server, forward,
                                                           shouter):
    port = free_port()
    process = forward(server, "-R", f"{port}:127.0.0.1:{shouter}")
    _await_remote(process)
    assert exchange(("127.0.0.1", port), DATA) == DATA.upper()


def test_the_server_chooses_a_port_when_asked_for_none(server, forward,
                                                       shouter):
    process = forward(server, "-R", f"0:127.0.0.1:{shouter}")
    found = wait_until(lambda: re.search(
        r"Allocated port (\d+) for", "\n".join(process.said)),
        what="the chosen port")
    assert exchange(("127.0.0.1", int(found[1])), DATA) == DATA.upper()


def test_a_remote_listener_goes_with_its_connection(server, forward,
                                                    shouter):
    port = free_port()
    process = forward(server, "-R", f"{port}:127.0.0.1:{shouter}")
    _await_remote(process)
    process.kill()

    def refused():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) != 0
    wait_until(refused, what="the end of the listener")


def test_a_remote_port_in_use_is_refused(server, keys, shouter):
    with socket.create_server(("::1", shouter), family=socket.AF_INET6):
        result = server.ssh("alice", keys["ed25519"], "true", options=[
            "-R", f"{shouter}:127.0.0.1:1",
            "-o", "ExitOnForwardFailure=yes"])
    assert result.returncode == 255
    assert b"remote port forwarding failed" in result.stderr


@pytest.mark.parametrize("version", ["-4", "-5"])
def test_a_dynamic_port_reaches_any_port(server, forward, shouter, version):
    port = free_port()
    forward(server, "-D", str(port))
    with socket.socket() as s:
        s.settimeout(60)
        s.connect(("127.0.0.1", port))
        target = shouter.to_bytes(2, "big")
        if version == "-4":
            s.sendall(b"\4\1" + target + bytes([127, 0, 0, 1]) + b"user\0")
            assert s.recv(8)[1] == 0x5A
        else:
            s.sendall(b"\5\1\0")
            assert s.recv(2) == b"\5\0"
            s.sendall(b"\5\1\0\1" + bytes([127, 0, 0, 1]) + target)
            assert s.recv(10)[1] == 0
        s.sendall(b"via socks")
        s.shutdown(socket.SHUT_WR)
        assert s.recv(100) == b"VIA SOCKS"


def test_standard_streams_are_joined_to_a_port(server, keys, shouter):
    result = server.ssh("alice", keys["ed25519"], input=b"to a port",
                        options=["-W", f"127.0.0.1:{shouter}"])
    assert result.stdout == b"TO A PORT"


def test_every_address_of_a_name_is_tried(server, forward, shouter):
    port = free_port()
    with host_file("/etc/hosts", "::1 manyfaced\n127.0.0.9 manyfaced\n"
                   "127.0.0.1 manyfaced\n", "a"):
        forward(server, "-L", f"{port}:manyfaced:{shouter}")
        assert exchange(("127.0.0.1", port), DATA) == DATA.upper()


def test_a_refused_connection_is_reported_and_the_session_lives(
        server, keys, forward):
    port, closed = free_port(), free_port()
    process = forward(server, "-L", f"{port}:127.0.0.1:{closed}")
    assert exchange(("127.0.0.1", port), b"") == b""
    assert process.poll() is None
    wait_until(lambda: any("Connection refused" in line
                           for line in process.said), what="the reason")


@pytest.mark.postern_only
@pytest.mark.parametrize("name_server, reason", [
    ("127.0.0.1", "Name or service not known"),
    ("127.0.0.2", "Temporary failure in name resolution")])
def test_why_a_name_has_no_address_is_reported(server, keys, name_server,
                                               reason):
    """At the second address there is no name server."""
    name = f"at.{name_server}.invalid"
    the_server().reset()
    with host_file("/etc/resolv.conf", f"nameserver {name_server}\n"):
        result = server.ssh("alice", keys["ed25519"],
                            options=["-W", f"{name}:1", "-o",
                                     "LogLevel=INFO"])
    assert f"open failed: connect failed: {reason}".encode() in result.stderr
    server.wait_for_log(f"connect_to {name}: unknown host ({reason})")


def test_a_local_socket_reaches_a_socket_behind_the_server(
        server, forward, shouting_socket, tmp_path):
    path = str(tmp_path / "local")
    forward(server, "-L", f"{path}:{shouting_socket}")
    assert exchange(path, DATA) == DATA.upper()


def test_a_socket_of_the_server_reaches_a_port_of_the_client(
        server, forward, shouter):
    path = "/home/alice/remote"
    process = forward(server, "-R", f"{path}:127.0.0.1:{shouter}")
    _await_remote(process)
    assert os.stat(path).st_uid == 2001
    assert exchange(path, DATA) == DATA.upper()
    os.unlink(path)


def test_one_server_is_the_way_to_another(server, make_server, keys):
    inner = make_server()
    jump = subprocess.list2cmdline(
        server.ssh_command("bob", keys["ed25519"],
                           options=["-W", f"127.0.0.1:{inner.port}"]))
    result = inner.ssh("alice", keys["ed25519"], "id -un", options=[
        "-o", f"ProxyCommand={jump}"])
    assert result.stdout == b"alice\n"


def test_forwarding_is_refused_where_the_configuration_says_so(
        make_server, forward, shouter):
    server = make_server("AllowTcpForwarding no\n")
    port = free_port()
    process = forward(server, "-L", f"{port}:127.0.0.1:{shouter}")
    assert exchange(("127.0.0.1", port), b"") == b""
    wait_until(lambda: any("administratively prohibited" in line
                           for line in process.said), what="the reason")


def test_a_remote_listener_keeps_to_the_address_family(make_server, forward,
                                                       shouter):
    server = make_server("AddressFamily inet\n")
    port = free_port()
    process = forward(server, "-R", f"{port}:127.0.0.1:{shouter}")
    _await_remote(process)
    with socket.socket(socket.AF_INET6) as s:
        assert s.connect_ex(("::1", port)) != 0
    assert exchange(("127.0.0.1", port), b"x") == b"X"


@pytest.mark.parametrize("family, status", [("any", 0), ("inet", 255)])
def test_a_connection_keeps_to_the_address_family(make_server, keys, family,
                                                  status):
    server = make_server(f"AddressFamily {family}\n")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as target:
        threading.Thread(target=lambda: target.accept()[0].close(),
                         daemon=True).start()
        result = server.ssh(
            "alice", keys["ed25519"], timeout=60,
            options=["-W", f"[::1]:{target.getsockname()[1]}"])
    assert result.returncode == status


@pytest.mark.postern_only
def test_as_many_permitted_targets_as_the_check_lets_pass_can_be_used(
        make_server, keys):
    def lines(count):
        entries = [f"h{i:04}.example-sit.com:80" for i in range(count)]
        return "".join(f"{keyword} {' '.join(entries)}\n"
                       for keyword in ("PermitOpen", "PermitListen"))

    server = make_server(lines(2048))
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    server.write_config(lines(2049))
    shown = subprocess.run([SSHD, "-t", "-f", server.config_path],
                           capture_output=True, text=True)
    assert shown.returncode == 255
    assert "line 1: PermitOpen 2049 entries are too many: " in shown.stderr
    assert "spread them over Match blocks" in shown.stderr
