# SPDX-License-Identifier: ISC
"""Channels and connections that are idle, and the class of our packets."""

import os
import re
import signal
import subprocess

import pytest

from addresses import ip
from server import is_running, wait_until
from terminal import Terminal


# A busy machine may need longer to get to what the time is there for.
PATIENCE_S = (1, 4, 16)


def test_an_idle_command_is_closed_and_hung_up(make_server, keys):
    for seconds in PATIENCE_S:
        server = make_server(f"ChannelTimeout session:command={seconds}\n")
        with server.popen("alice", keys["ed25519"],
                          "echo $$; exec sleep 1000",
                          options=["-tt"]) as process:
            pid = process.stdout.readline()
            assert process.wait(60) == 255
        if pid:
            break
    wait_until(lambda: not is_running(int(pid)), what="the end of the command")
    server.wait_for_log(f"closed after {seconds} seconds without data")


def test_a_match_block_decides_whose_channels_are_closed(
        make_server, keys, tmp_path):
    block = tmp_path / "block"
    block.write_text("Match User bob\nChannelTimeout global=1\n")
    server = make_server(f"Include {block}\n")
    with server.popen("alice", keys["ed25519"], "cat") as stays:
        bob = server.ssh("bob", keys["ed25519"], "sleep 1000")
        assert bob.returncode == 255
        assert stays.communicate(b"here\n")[0] == b"here\n"
        assert stays.returncode == 0


def test_traffic_keeps_a_channel_open(make_server, keys):
    for seconds in (2, 10):
        server = make_server(f"ChannelTimeout session:*={seconds}\n")
        done = server.ssh("alice", keys["ed25519"], "for i in 1 2 3 4 5 6; "
                          f"do sleep {seconds / 3}; echo $i; done")
        if done.returncode == 0:
            break
    assert done.returncode == 0
    assert done.stdout == b"1\n2\n3\n4\n5\n6\n"


def test_a_connection_without_channels_is_ended(make_server, keys):
    server = make_server("UnusedConnectionTimeout 1\n")
    process = server.popen("alice", keys["ed25519"], options=["-N"])
    assert process.wait(60) == 255
    _, error = process.communicate()
    assert b"no channel was open for too long" in error
    server.wait_for_log("terminating inactive connection from user alice "
                        "127.0.0.1 port")
    # a channel is a use
    assert any(make_server(f"UnusedConnectionTimeout {seconds}\n").ssh(
        "alice", keys["ed25519"], f"sleep {2 * seconds}").returncode == 0
        for seconds in PATIENCE_S)


def test_a_terminal_at_which_nobody_types_is_closed(make_server, keys):
    server = make_server("SessionIdleTimeout 1\n")
    with Terminal(server.ssh_command("alice", keys["ed25519"],
                                     "echo $$; exec sleep 1000",
                                     options=["-tt"])) as shell:
        shell.expect("nothing was typed for too long")
        assert shell.wait() == 255
    server.wait_for_log("terminating idle session of user alice 127.0.0.1 "
                        "port")
    # no terminal, no typing
    assert server.ssh("alice", keys["ed25519"], "sleep 2").returncode == 0


def test_a_connection_lasts_no_longer_than_it_may(make_server, keys):
    for seconds in PATIENCE_S:
        server = make_server(f"SessionMaxDuration {seconds}\n")
        with server.popen("alice", keys["ed25519"],
                          "while echo x; do sleep 0.1; done") as process:
            said = process.stdout.readline()
            _, error = process.communicate(timeout=60)
        if said:
            break
    assert said == b"x\n"
    assert b"has lasted as long as it may" in error
    server.wait_for_log("terminating connection of user alice 127.0.0.1 "
                        "port")


def test_the_monitor_ends_what_its_net_process_does_not(make_server, keys):
    for seconds in PATIENCE_S[1:]:
        server = make_server(f"SessionMaxDuration {seconds}\n")
        with server.popen("alice", keys["ed25519"], "echo $$; exec sleep 1000",
                          options=["-tt"]) as process:
            said = process.stdout.readline()
            if not said:
                continue
            net = server.find("alice [net]")
            os.kill(net, signal.SIGSTOP)
            server.wait_for_log("the network process of alice did not end the "
                                "connection at SessionMaxDuration")
            wait_until(lambda: not is_running(net) and
                       not is_running(int(said)),
                       what="the end of the connection")
            process.communicate(timeout=60)
            return
    pytest.fail(f"no login within {seconds} s")


def _tos(server):
    shown = subprocess.run(
        ["ss", "-tnoH", "--tos", "state", "established",
         f"( sport = :{server.port} )"], capture_output=True, text=True,
        check=True).stdout
    found = re.search(r"tos:(0x[0-9a-f]+)", shown)
    return int(found.group(1), 16) if found else None


@pytest.mark.parametrize("line, terminal, bulk", [
    ("", 0xb8, 0), ("IPQoS af21 cs1", 0x48, 0x20), ("IPQoS 8", 8, 8),
    ("IPQoS none", 0, 0)])
def test_packets_are_interactive_while_a_terminal_is_open(
        make_server, keys, line, terminal, bulk):
    server = make_server(line + "\n")
    with server.popen("alice", keys["ed25519"],
                      "echo up; cat") as process:
        assert process.stdout.readline() == b"up\n"
        assert (_tos(server) or 0) == bulk
        process.communicate(b"")
    with Terminal(server.ssh_command("alice", keys["ed25519"], "sh",
                                     options=["-tt"])) as shell:
        wait_until(lambda: (_tos(server) or 0) == terminal,
                   what="the class of a terminal")
        shell.send("exit\n")


# ---- a link that drops ----------------------------------------------------

@pytest.fixture(name="link")
def _link():
    """A host behind a cable, 10.99.0.2; ours is 10.99.0.1."""
    class Link:
        command = ["ip", "netns", "exec", "far"]

        @staticmethod
        def pull():
            ip("-n", "far", "link", "set", "far0", "down")

        @staticmethod
        def plug():
            ip("-n", "far", "link", "set", "far0", "up")

    ip("netns", "add", "far")
    ip("link", "add", "near0", "type", "veth", "peer", "name", "far0",
       "netns", "far")
    ip("addr", "add", "10.99.0.1/24", "dev", "near0")
    ip("link", "set", "near0", "up")
    ip("-n", "far", "addr", "add", "10.99.0.2/24", "dev", "far0")
    Link.plug()
    yield Link
    ip("link", "del", "near0")
    ip("netns", "del", "far")


def _far_client(server, keys, link, *words, options=()):
    command = server.ssh_command(
        "alice", keys["ed25519"], *words,
        options=[*options, "-o", "HostName=10.99.0.1", "-o",
                 f"HostKeyAlias=[127.0.0.1]:{server.port}"])
    return subprocess.Popen(link.command + command, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)


def _retries(server):
    shown = subprocess.run(
        ["ss", "-tniH", "state", "established",
         f"( sport = :{server.port} )"], capture_output=True, text=True,
        check=True).stdout
    found = re.search(r"backoff:(\d+)", shown)
    return int(found.group(1)) if found else 0


def test_a_client_that_vanishes_is_gone_and_hung_up(make_server, keys, link):
    server = make_server("ListenAddress 10.99.0.1\nClientAliveInterval 1\n"
                         "ClientAliveCountMax 2\n")
    process = _far_client(server, keys, link, "echo $$; exec sleep 1000",
                          options=["-tt"])
    pid = int(process.stdout.readline())
    link.pull()
    server.wait_for_log("Timeout, client not responding from user alice "
                        "10.99.0.2 port")
    wait_until(lambda: not is_running(pid), what="the end of the command")
    process.kill()
    process.communicate()


def test_a_client_that_comes_back_goes_on(make_server, keys, link):
    server = make_server("ListenAddress 10.99.0.1\nClientAliveInterval 1\n"
                         "ClientAliveCountMax 60\n")
    process = _far_client(server, keys, link, "echo up; cat")
    assert process.stdout.readline() == b"up\n"
    link.pull()
    process.stdin.write(b"said into the void\n")
    process.stdin.flush()
    wait_until(lambda: _retries(server) >= 3, what="retransmissions")
    link.plug()
    assert process.stdout.readline() == b"said into the void\n"
    assert process.communicate(b"and on\n")[0] == b"and on\n"
    assert process.returncode == 0
    assert "Timeout" not in server.log()
