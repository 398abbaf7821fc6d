# SPDX-License-Identifier: ISC
"""Ports and sockets on which the server listens for a client: which it may
have, where they are bound, and how they go."""

import os
import socket
import stat

import pytest

from server import free_port, wait_until
from services import exchange, listeners

WILDCARD, LOOPBACK = {"00000000", "0" * 32}, {
    "0100007F", "00000000000000000000000001000000"}


@pytest.fixture
def ask(make_server, keys):
    """A function: ssh -R under a configuration; the server, and whether it
    listens. The connection stays until the end of the test."""
    running = []

    def start(config, what, user="alice"):
        server = make_server(config)
        process = server.popen(user, keys["ed25519"], "echo up; cat",
                               options=["-R", what, "-o",
                                        "ExitOnForwardFailure=yes"])
        running.append(process)
        return server, process.stdout.readline() == b"up\n"

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("policy, address, wanted", [
    ("no", "", LOOPBACK), ("no", "*:", LOOPBACK), ("no", "0.0.0.0:", LOOPBACK),
    ("no", "127.0.0.1:", {"0100007F"}),
    ("no", "[::1]:", {"00000000000000000000000001000000"}),
    ("yes", "", WILDCARD), ("yes", "127.0.0.1:", WILDCARD),
    ("clientspecified", "", LOOPBACK), ("clientspecified", "*:", WILDCARD),
    ("clientspecified", "0.0.0.0:", {"00000000"}),
    ("clientspecified", "127.0.0.7:", {"0700007F"})])
def test_where_a_port_is_bound(ask, policy, address, wanted):
    """Without an address ssh asks for localhost, with * for all."""
    port = free_port()
    _server, up = ask(f"GatewayPorts {policy}\n", f"{address}{port}:h:1")
    assert up
    assert listeners(port) == wanted


@pytest.fixture
def wrong_hosts():
    with open("/etc/hosts") as f:
        right = f.read()
    with open("/etc/hosts", "w") as out:
        out.write("127.0.0.9 localhost\n")
    yield
    with open("/etc/hosts", "w") as out:
        out.write(right)


@pytest.mark.parametrize("policy", ["no", "clientspecified"])
def test_no_file_says_what_localhost_is(ask, wrong_hosts, policy):
    port = free_port()
    _server, up = ask(f"GatewayPorts {policy}\n", f"localhost:{port}:h:1")
    assert up
    assert listeners(port) == LOOPBACK


@pytest.mark.postern_only
def test_an_address_of_nobody_is_said_to_be_none(ask):
    server, up = ask("GatewayPorts clientspecified\n",
                     "no.such.invalid:61001:h:1")
    assert not up
    server.wait_for_log("bind [no.such.invalid]:61001: Cannot assign "
                        "requested address")


@pytest.mark.postern_only
def test_an_address_that_is_taken_leaves_the_others(ask):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server, up = ask("LogLevel VERBOSE\n", f"{port}:h:1")
        assert up
        server.wait_for_log(f"bind [127.0.0.1]:{port}: Address already in "
                            "use")
        assert listeners(port) == LOOPBACK


@pytest.mark.parametrize("permit, granted", [
    ("any", True), ("none", False), ("{port}", True), ("{other}", False),
    ("localhost:{port}", True), ("127.0.0.*:{port}", False), ("*:*", True),
    ("{other} {port}", True), ("local*:*", True), ("other:*", False)])
def test_permit_listen_decides(ask, permit, granted):
    port = free_port()
    permit = permit.format(port=port, other=free_port())
    server, up = ask(f"PermitListen {permit}\n", f"{port}:h:1")
    assert up == granted
    if not granted:
        server.wait_for_log("to remote forward to host localhost port "
                            f"{port}, but the request was denied.")
        assert not listeners(port)


@pytest.fixture
def no_kernel_rule():
    """The kernel lets everybody have every port."""
    path = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
    with open(path) as f:
        before = f.read()
    with open(path, "w") as out:
        out.write("0\n")
    yield
    with open(path, "w") as out:
        out.write(before)


@pytest.mark.parametrize("user, port, granted", [
    ("alice", 1023, False), ("alice", 80, False), ("alice", 1024, True),
    ("root", 1023, True)])
def test_low_ports_are_for_root_only(ask, keys, no_kernel_rule, user, port,
                                     granted):
    with open(keys["ed25519"] + ".pub") as key, \
            open("/home/root/.ssh/authorized_keys", "w") as out:
        out.write(key.read())
    _server, up = ask("", f"{port}:h:1", user)
    assert up == granted
    assert bool(listeners(port)) == granted


@pytest.mark.parametrize("what", ["{port}", "/home/alice/listening"])
def test_a_forward_can_be_taken_back_and_asked_for_again(server, keys,
                                                         shouter, tmp_path,
                                                         what):
    control = str(tmp_path / "control")
    options = ["-o", f"ControlPath={control}"]
    place = what.format(port=free_port())
    target = ("127.0.0.1", int(place)) if place.isdigit() else place
    master = server.popen("alice", keys["ed25519"],
                          options=["-M", "-N", *options])
    wait_until(lambda: os.path.exists(control), what="the master")
    forward = ["-R", f"{place}:127.0.0.1:{shouter}"]
    for _ in range(3):
        for word in ("forward", "cancel"):
            result = server.ssh("alice", keys["ed25519"],
                                options=[*options, "-O", word, *forward])
            assert result.returncode == 0, result
            if word == "forward":
                assert exchange(target, b"data") == b"DATA"
            elif place.isdigit():
                wait_until(lambda: not listeners(int(place)),
                           what="the end of the listener")
            else:
                wait_until(lambda: not os.path.exists(place),
                           what="the end of the socket")
    master.kill()
    master.wait()


@pytest.mark.parametrize("mask, mode", [
    ("", 0o600), ("StreamLocalBindMask 0111\n", 0o666),
    ("StreamLocalBindMask 0117\n", 0o660)])
def test_the_mode_of_a_socket_follows_the_mask(ask, mask, mode):
    path = "/home/alice/masked"
    _server, up = ask(mask, f"{path}:h:1")
    assert up
    status = os.stat(path)
    assert stat.S_ISSOCK(status.st_mode)
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (mode, 2001)


@pytest.mark.parametrize("unlink", ["yes", "no"])
def test_what_is_in_the_way_of_a_socket(ask, unlink):
    path = f"/home/alice/in-the-way-{unlink}"
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(path)
        os.chown(path, 2001, 2001)
        _server, up = ask(f"StreamLocalBindUnlink {unlink}\n", f"{path}:h:1")
    assert up == (unlink == "yes")
    if unlink == "no":
        os.unlink(path)


def test_a_socket_is_made_with_the_users_rights(ask):
    for path in ("/etc/listening", "/home/bob/listening"):
        _server, up = ask("", f"{path}:h:1")
        assert not up and not os.path.lexists(path)


@pytest.mark.parametrize("permit, granted", [
    ("any", True), ("none", False), ("localhost:*", True),
    ("localhost:{port}", True), ("127.0.0.1:*", False), ("*:{port}", True),
    ("*:1", False), ("local*:*", False)])
def test_permit_open_decides(make_server, keys, shouter, permit, granted):
    server = make_server("PermitOpen " + permit.format(port=shouter) + "\n")
    result = server.ssh("alice", keys["ed25519"], input=b"data",
                        options=["-W", f"localhost:{shouter}"])
    assert result.stdout == (b"DATA" if granted else b"")
    if not granted:
        server.wait_for_log(f"to connect to host localhost port {shouter}, "
                            "but the request was denied.")
