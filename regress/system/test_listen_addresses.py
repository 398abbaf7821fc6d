# SPDX-License-Identifier: ISC
"""Where the daemon listens: forms of addresses, those that come later, and
what a reload does to sockets."""

import signal
import socket
import subprocess

import pytest

from addresses import give_address, ip
from server import SSHD, free_port, open_files, wait_until


@pytest.fixture
def later():
    """A function that gives an address to this host, for the test's time."""
    given = []

    def give(address):
        given.append(address)
        give_address(address)

    yield give
    for address in given:
        ip("address", "del", address, "dev", "lo")


def banner(host, port):
    with socket.create_connection((host, port), 60) as s:
        s.settimeout(60)
        with s.makefile("rb") as stream:
            return stream.readline()


def listening(server):
    """Addresses and ports, and the socket behind each."""
    found = {}
    inodes = open_files(server.process.pid).values()
    shown = subprocess.run(["ss", "-tlneH"], capture_output=True, text=True,
                           check=True).stdout
    for line in shown.splitlines():
        words = line.split()
        inode = next(w[4:] for w in words if w.startswith("ino:"))
        if f"socket:[{inode}]" in inodes:
            found[words[3]] = inode
    return found


def reload(server):
    count = server.log().count("SIGHUP; restarting")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log().count("SIGHUP; restarting") > count,
               what="the reload")


def test_each_form_of_an_address_is_listened_on(make_server):
    ports = [free_port() for _ in range(3)]
    server = make_server(f"ListenAddress [::1]:{ports[0]}\n"
                         f"ListenAddress 127.0.0.2:{ports[1]}\n"
                         f"ListenAddress localhost:{ports[2]}\n"
                         "ListenAddress ::1\n")
    assert set(listening(server)) == {
        f"127.0.0.1:{server.port}", f"[::1]:{server.port}",
        f"[::1]:{ports[0]}", f"127.0.0.2:{ports[1]}",
        f"127.0.0.1:{ports[2]}", f"[::1]:{ports[2]}"} - (
            set() if has_name("localhost", socket.AF_INET6)
            else {f"[::1]:{ports[2]}"})
    assert banner("::1", ports[0]).startswith(b"SSH-2.0-")
    assert banner("127.0.0.2", ports[1]).startswith(b"SSH-2.0-")


def has_name(name, family):
    try:
        return bool(socket.getaddrinfo(name, 1, family))
    except socket.gaierror:
        return False


def test_an_address_with_a_scope_is_listened_on(make_server, later):
    later("fe80::77/64")
    server = make_server("ListenAddress fe80::77%lo\n")
    server.wait_for_log(f"Server listening on fe80::77%lo port {server.port}.")
    assert banner("fe80::77%lo", server.port).startswith(b"SSH-2.0-")


def test_a_connection_has_the_routing_domain_of_its_socket(make_server, keys):
    inside = free_port()
    server = make_server(f"ListenAddress 127.0.0.1:{inside} rdomain lo\n"
                         "Match rdomain l?\n\tForceCommand echo inside\n"
                         "Match rdomain *\n\tForceCommand echo any\n")
    server.wait_for_log(f"Server listening on 127.0.0.1 port {inside} "
                        "rdomain lo.")
    options = ["-o", f"HostKeyAlias=[127.0.0.1]:{server.port}"]
    for port, said in (inside, b"inside\n"), (server.port, b"any\n"):
        assert server.ssh("alice", keys["ed25519"], "echo none", options=[
            *options, "-o", f"Port={port}"]).stdout == said
    server.wait_for_log(f'on 127.0.0.1 port {inside} rdomain "lo"')
    server.wait_for_log(f'on 127.0.0.1 port {server.port} rdomain ""')


@pytest.mark.postern_only
@pytest.mark.parametrize("address, bits", [("192.0.2.99", 32),
                                           ("2001:db8::99", 128)])
def test_an_address_may_come_later(make_server, later, address, bits):
    server = make_server(f"ListenAddress {address}\n")
    server.wait_for_log(f"Address {address} does not exist yet; listening on "
                        "it anyway.")
    later(f"{address}/{bits}")
    assert banner(address, server.port).startswith(b"SSH-2.0-")


def test_several_ports_serve_each_address(make_server):
    more = free_port()
    server = make_server(f"Port {more}\nListenAddress 127.0.0.2\n")
    assert set(listening(server)) == {
        f"127.0.0.{host}:{port}" for host in (1, 2)
        for port in (more, server.port)}


def test_a_port_of_the_command_line_wins_but_over_an_address_with_one(
        make_server):
    given, own = free_port(), free_port()
    server = make_server(f"ListenAddress 127.0.0.2:{own}\n",
                         args=["-p", str(given)])
    assert set(listening(server)) == {f"127.0.0.1:{given}",
                                      f"127.0.0.2:{own}"}


@pytest.mark.postern_only
def test_a_reload_touches_only_the_sockets_that_change(make_server, keys):
    old, new = free_port(), free_port()
    server = make_server(f"ListenAddress 127.0.0.2:{old}\n")
    stays = f"127.0.0.1:{server.port}"
    before = listening(server)
    assert set(before) == {stays, f"127.0.0.2:{old}"}
    server.write_config(f"ListenAddress 127.0.0.2:{new}\n")
    reload(server)
    wait_until(lambda: set(listening(server)) == {stays, f"127.0.0.2:{new}"},
               what="the new address in the place of the old one")
    after = listening(server)
    assert after[stays] == before[stays]
    # a bad file changes nothing
    server.write_config("ListenAddress 127.0.0.2:x\n")
    reload(server)
    server.wait_for_log("Reload failed")
    assert listening(server) == after
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


@pytest.mark.postern_only
@pytest.mark.parametrize("count, ports, good", [
    (16, 1, True), (17, 1, False), (8, 2, True), (9, 2, False)])
def test_more_sockets_than_can_be_are_told_by_the_check(
        tmp_path, host_keys, count, ports, good):
    config = tmp_path / "sshd_config"
    config.write_text("".join(
        [f"Port {free_port()}\n" for _ in range(ports)] +
        [f"ListenAddress 127.0.0.{i}\n" for i in range(1, count + 1)]) +
        f"HostKey {host_keys['ed25519']}\n")
    shown = subprocess.run([SSHD, "-t", "-f", str(config)],
                           capture_output=True, text=True)
    assert (shown.returncode == 0) == good
    if not good:
        assert shown.stderr == (
            f"Too many listen sockets: {count * ports}, at most 16: remove "
            "some lines of ListenAddress or Port.\n")
