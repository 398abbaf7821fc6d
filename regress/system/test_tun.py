# SPDX-License-Identifier: ISC
"""Network devices of two hosts, joined through a connection."""

import hashlib
import os
import socket
import stat
import subprocess
import sys

import pytest

from addresses import ip
from isolated import mount
from server import authorize, make_key, wait_until

SERVER, CLIENT = "192.0.2.1", "192.0.2.2"
HERE, THERE = "10.77.0.1", "10.77.0.2"     # ends of the tunnel
BULK = 20 << 20

SENDER = f"""
import socket, sys
with socket.create_connection(("{HERE}", int(sys.argv[1]))) as s:
    for _ in range({BULK} >> 16):
        s.sendall(b"0123456789abcdef" * 4096)
"""


def remote(*words, **kwargs):
    """A command on the client's host."""
    return subprocess.Popen(["ip", "netns", "exec", "client", *words],
                            stdin=subprocess.DEVNULL, **kwargs)


@pytest.fixture(scope="module")
def hosts(syslog):
    """A second network with a cable to ours; tun devices for everybody."""
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/dev/net")
    os.mknod("/dev/net/tun", stat.S_IFCHR | 0o666, os.makedev(10, 200))
    os.chmod("/dev/net/tun", 0o666)
    ip("netns", "add", "client")
    ip("link", "add", "cable", "type", "veth", "peer", "name", "eth0",
       "netns", "client")
    ip("address", "add", f"{SERVER}/24", "dev", "cable")
    ip("link", "set", "cable", "up")
    ip("-n", "client", "address", "add", f"{CLIENT}/24", "dev", "eth0")
    ip("-n", "client", "link", "set", "eth0", "up")
    ip("-n", "client", "link", "set", "lo", "up")
    yield
    ip("link", "delete", "cable")
    ip("netns", "delete", "client")
    subprocess.run(["umount", "/dev/net"], check=True)


@pytest.fixture
def device(hosts):
    """A function: a device that belongs to alice."""
    made = []

    def make(name):
        ip("tuntap", "add", "dev", name, "mode", name[:3], "user", "alice")
        made.append(name)

    yield make
    for name in made:
        ip("link", "delete", name)


@pytest.fixture
def tunnel(make_server, keys, hosts):
    """A function: ssh -w on the client's host; it prints SSH_TUNNEL."""
    running = []

    def start(config, units, options=(), user="alice", key=None, **kwargs):
        server = make_server(f"ListenAddress {SERVER}\n{config}")
        known = os.path.join(server.directory, "known")
        with open(server.known_hosts()) as lines, open(known, "w") as out:
            out.write(lines.read().replace("127.0.0.1", SERVER))
        process = remote(
            "ssh", "-F", "none", "-p", str(server.port),
            "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={known}",
            "-i", key or keys["ed25519"], "-o", "IdentitiesOnly=yes",
            "-o", "ExitOnForwardFailure=yes", *options, "-w", units,
            f"{user}@{SERVER}", "echo tunnel=$SSH_TUNNEL; sleep 1000",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)
        running.append(process)
        process.server = server
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def configure(here, there, families=(4, 6)):
    """Addresses on both ends, which may take a moment to be there."""
    wait_until(lambda: subprocess.run(
        ["ip", "-n", "client", "link", "show", there],
        capture_output=True).returncode == 0, what=there)
    for where, name, own in ((["-n", "client"], there, THERE),
                             ([], here, HERE)):
        ip(*where, "address", "add", f"{own}/24", "dev", name)
        if 6 in families:
            ip(*where, "address", "add", f"fd00::{own[-1]}/64", "dev", name,
               "nodad")
        ip(*where, "link", "set", name, "up")


def ping(address):
    """One answer is enough: the first packets may meet a device that
    is not up, or no way there."""
    probe = remote("sh", "-c", 'until ping -q -c 1 -w 10 "$1"; do sleep 0.1; '
                   "done", "sh", address, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    assert probe.wait() == 0


def bulk():
    """Data from the client's host to ours, through the tunnel."""
    with socket.create_server((HERE, 0)) as listener:
        listener.settimeout(60)
        sender = remote(sys.executable, "-c", SENDER,
                        str(listener.getsockname()[1]))
        connection, (peer, _port) = listener.accept()
        assert peer == THERE
        digest, count = hashlib.sha256(), 0
        with connection:
            while data := connection.recv(1 << 20):
                digest.update(data)
                count += len(data)
        assert sender.wait() == 0
    assert count == BULK
    assert digest.digest() == hashlib.sha256(
        b"0123456789abcdef" * (BULK >> 4)).digest()


@pytest.mark.parametrize("mode", ["point-to-point", "ethernet"])
def test_packets_of_a_users_device_cross(tunnel, device, mode):
    name = "tun7" if mode == "point-to-point" else "tap7"
    device(name)
    process = tunnel(f"PermitTunnel {mode}\n", "7:7",
                     ["-o", f"Tunnel={mode}"])
    assert process.stdout.readline() == f"tunnel={name}\n".encode(), \
        process.server.log()
    configure(name, name)
    ping(HERE)
    ping(f"fd00::{HERE[-1]}")
    bulk()
    ping(HERE)


def test_root_gets_the_device_that_is_free(tunnel, keys):
    authorize_root(keys)
    process = tunnel("PermitTunnel yes\n", "any:any", user="root")
    assert process.stdout.readline() == b"tunnel=tun0\n"
    configure("tun0", "tun0", families=(4,))
    ping(HERE)
    process.kill()
    process.wait()
    wait_until(lambda: "tun0" not in os.listdir("/sys/class/net"),
               what="the end of the device")


def authorize_root(keys):
    path = "/home/root/.ssh/authorized_keys"
    with open(keys["ed25519"] + ".pub") as key, open(path, "w") as out:
        out.write(key.read())


def refused(process):
    """The client hears it, and gives up as it was told to."""
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 255, err
    return err


@pytest.mark.parametrize("config, rule", [
    ("", "PermitTunnel"), ("PermitTunnel no\n", "PermitTunnel"),
    ("PermitTunnel ethernet\n", "PermitTunnel"),
    ("PermitTunnel yes\nDisableForwarding yes\n", "DisableForwarding"),
    ("Match User alice\nPermitTunnel no\nMatch all\nPermitTunnel yes\n",
     "PermitTunnel")])
def test_there_is_no_device_where_the_configuration_has_none(
        tunnel, device, config, rule):
    device("tun7")
    process = tunnel(config, "7:7")
    refused(process)
    process.server.wait_for_log("forward refused: user alice, tun, to mode 1 "
                                f"unit 7, by {rule}")


def test_a_device_of_nobody_is_not_to_be_had(tunnel):
    process = tunnel("PermitTunnel yes\n", "7:9")
    refused(process)
    process.server.wait_for_log("tunnel device: mode 1, unit 9: Operation "
                                "not permitted")
    assert "tun9" not in os.listdir("/sys/class/net")


@pytest.mark.parametrize("options, units, granted", [
    ('tunnel="7"', "7:any", "tun7"), ('tunnel="7"', "7:7", "tun7"),
    ('tunnel="7"', "7:8", "by tunnel of the key"),
    ("restrict", "7:7", "by the options of the key"),
    ('restrict,tunnel="7"', "7:7", "tun7")])
def test_a_key_may_say_which_device(tunnel, device, tmp_path, options, units,
                                    granted):
    for name in ("tun7", "tun8"):
        device(name)
    key = make_key(str(tmp_path / "optioned"))
    authorize("alice", key + ".pub", options)
    process = tunnel("PermitTunnel yes\n", units, key=key)
    if granted.startswith("tun"):
        assert process.stdout.readline() == f"tunnel={granted}\n".encode()
    else:
        refused(process)
        assert process.server.wait_for_log(
            "forward refused: ").endswith(granted)
