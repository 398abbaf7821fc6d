# SPDX-License-Identifier: ISC
"""LogForwards: a line for every forward, and the rule for each refusal."""

import os
import re
import socket
import threading

import pytest

from agents import ssh_agent
from server import authorize, free_port, make_key


@pytest.fixture(name="echo")
def _echo():
    """The port of a server that sends back what it gets, once each."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                data = b""
                while part := sock.recv(65536):
                    data += part
                sock.sendall(data)
    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _through(server, keys, port, data=b"x" * 1000):
    done = server.ssh("alice", keys["ed25519"], input=data,
                      options=["-W", f"127.0.0.1:{port}"])
    assert done.stdout == data


def test_a_local_forward_has_two_lines(server, keys, echo):
    _through(server, keys, echo)
    opened = server.wait_for_log("forward opened: ")
    assert re.search(
        r"forward opened: user alice, local tcp, from \S+ port \d+, "
        rf"to 127\.0\.0\.1 port {echo}, channel 0$", opened)
    closed = server.wait_for_log("forward closed: ")
    assert re.search(
        r"forward closed: user alice, local tcp, from \S+ port \d+, "
        rf"to 127\.0\.0\.1 port {echo}, channel 0, sent 1000, "
        r"received 1000 bytes, \d+ seconds$", closed)


def test_a_remote_forward_has_two_lines(server, keys, echo):
    with server.popen("alice", keys["ed25519"], "cat", options=[
            "-R", f"0:127.0.0.1:{echo}", "-o", "LogLevel=INFO"]) as client:
        line = client.stderr.readline()
        port = int(re.search(rb"Allocated port (\d+)", line).group(1))
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"y" * 50)
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(100) == b"y" * 50
            source = sock.getsockname()[1]
        server.wait_for_log(
            f"forward opened: user alice, remote tcp, from 127.0.0.1 port "
            f"{source}, to localhost port {port}, channel ")
        assert re.search(r"bytes, \d+ seconds$", server.wait_for_log(
            "sent 50, received 50 bytes, "))
        client.communicate(b"")


def test_no_lines_when_switched_off(make_server, keys, echo):
    server = make_server("LogForwards no\nPermitOpen 127.0.0.1:" +
                         f"{echo}\n")
    _through(server, keys, echo)
    server.ssh("alice", keys["ed25519"], options=["-W", "127.0.0.1:1"])
    server.wait_for_log("to connect to host 127.0.0.1 port 1, but the "
                        "request was denied.")
    assert "forward " not in re.sub("port forward ", "", server.log())


@pytest.mark.parametrize("config, options, rule", [
    ("DisableForwarding yes", "", "DisableForwarding"),
    ("AllowTcpForwarding remote", "", "AllowTcpForwarding"),
    ("PermitOpen 127.0.0.1:2", "", "PermitOpen"),
    ("", "restrict", "the options of the key"),
    ("", 'permitopen="127.0.0.1:2"', "permitopen of the key"),
])
def test_a_refusal_names_the_rule(make_server, keys, tmp_path, config,
                                  options, rule):
    server = make_server(config + "\n")
    key = keys["ed25519"]
    if options:
        key = make_key(str(tmp_path / "key"))
        authorize("bob", f"{key}.pub", options)
    user = "bob" if options else "alice"
    server.ssh(user, key, options=["-W", "127.0.0.1:1"])
    assert server.wait_for_log("forward refused: ").endswith(
        f"forward refused: user {user}, local tcp, to 127.0.0.1 port 1, "
        f"by {rule}")


@pytest.mark.parametrize("config, listen, rule", [
    ("AllowTcpForwarding local", None, "AllowTcpForwarding"),
    ("PermitListen 1", None, "PermitListen"),
    ("", 80, "a port that only root may bind"),
])
def test_a_refused_listener_names_the_rule(make_server, keys, config, listen,
                                           rule):
    server = make_server(config + "\n")
    port = listen or free_port()
    server.ssh("alice", keys["ed25519"], "true",
               options=["-R", f"{port}:127.0.0.1:1"])
    assert server.wait_for_log("forward refused: ").endswith(
        f"forward refused: user alice, remote tcp, to localhost port {port}, "
        f"by {rule}")


@pytest.mark.parametrize("config, options, wish, line", [
    ("", "", "-Y", "x11, by X11Forwarding"),
    ("X11Forwarding yes\nDisableForwarding yes", "", "-Y",
     "x11, by DisableForwarding"),
    ("X11Forwarding yes", "no-x11-forwarding", "-Y",
     "x11, by the options of the key"),
    ("AllowAgentForwarding no", "", "-A", "agent, by AllowAgentForwarding"),
    ("", "restrict", "-A", "agent, by the options of the key"),
])
def test_a_refused_display_or_agent_names_the_rule(
        make_server, keys, tmp_path, config, options, wish, line):
    server = make_server(config + "\n")
    key, user = keys["ed25519"], "alice"
    if options:
        key, user = make_key(str(tmp_path / "key")), "bob"
        authorize("bob", f"{key}.pub", options)
    with ssh_agent(str(tmp_path / "agent")) as agent:
        server.ssh(user, key, "true", options=[wish], env=dict(
            os.environ, DISPLAY=":0", SSH_AUTH_SOCK=agent))
    assert server.wait_for_log("forward refused: ").endswith(
        f"forward refused: user {user}, {line}")


def test_a_refused_socket_names_the_rule(make_server, keys):
    server = make_server("AllowStreamLocalForwarding no\n")
    server.ssh("alice", keys["ed25519"], "true",
               options=["-R", "/home/alice/s:/tmp/x"])
    server.wait_for_log("remote socket, to /home/alice/s, by "
                        "AllowStreamLocalForwarding")
