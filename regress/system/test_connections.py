# SPDX-License-Identifier: ISC
"""Several sessions on one connection; subsystems; re-keying under load."""

import hashlib
import os
import subprocess
import threading

import pytest

from server import wait_until

MIB = 1 << 20


@pytest.fixture
def master(tmp_path, keys):
    """A function that opens a shared connection; returns ssh options."""
    opened = []

    def open_connection(server, *options):
        path = str(tmp_path / f"control{len(opened)}")
        process = server.popen(
            "alice", keys["ed25519"], options=[
                "-M", "-N", "-S", path, "-o", "ControlPersist=no", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        opened.append(process)
        wait_until(lambda: os.path.exists(path) or process.poll(),
                   what="the shared connection")
        assert process.poll() is None, process.stderr.read()
        return ["-S", path]

    yield open_connection
    for process in opened:
        process.kill()
        process.communicate()


def test_ten_sessions_run_side_by_side_on_one_connection(server, keys,
                                                         master):
    shared = master(server)
    running = [server.popen("alice", keys["ed25519"],
                            "head -c 3000000 | sha256sum; echo $SSH_CLIENT",
                            options=shared) for _ in range(10)]
    data = [os.urandom(3_000_000) for _ in running]
    ports = set()

    def feed(process, block):
        process.stdin.write(block)
        process.stdin.close()

    feeders = [threading.Thread(target=feed, args=pair)
               for pair in zip(running, data)]
    for feeder in feeders:
        feeder.start()
    for process, block in zip(running, data):
        digest, client = process.stdout.read().decode().splitlines()
        assert digest.split()[0] == hashlib.sha256(block).hexdigest()
        assert process.wait(60) == 0
        ports.add(client.split()[1])
    for feeder in feeders:
        feeder.join()
    assert len(ports) == 1


def test_each_session_has_its_own_exit_status(server, keys, master):
    shared = master(server)
    running = [server.popen("alice", keys["ed25519"], f"exit {status}",
                            options=shared) for status in range(10)]
    assert [process.wait(60) for process in running] == list(range(10))


def test_sessions_one_after_the_other_do_not_use_up_the_limit(
        make_server, keys, master):
    server = make_server("MaxSessions 1\n")
    shared = master(server)
    for number in range(30):
        result = server.ssh("alice", keys["ed25519"], f"echo {number}",
                            options=shared)
        assert result.stdout == f"{number}\n".encode()


def test_a_session_too_many_is_refused_and_the_others_live(
        make_server, keys, master):
    server = make_server("MaxSessions 2\n")
    shared = master(server)
    running = []
    for _ in range(2):
        running.append(server.popen("alice", keys["ed25519"],
                                    "echo up; cat", options=shared))
        assert running[-1].stdout.readline() == b"up\n"
    # without a shared session the client would open a connection of its own
    refused = server.ssh("alice", keys["ed25519"], "true", options=[
        *shared, "-o", "ProxyCommand=false"])
    assert refused.returncode == 255
    server.wait_for_log("no more sessions")
    for process in running:
        assert process.communicate(b"alive\n")[0] == b"alive\n"
        assert process.returncode == 0


def test_no_session_at_all_where_none_is_allowed(make_server, keys):
    server = make_server("MaxSessions 0\n")
    result = server.ssh("alice", keys["ed25519"], "true")
    assert result.returncode == 255


def test_a_subsystem_runs_its_external_command(make_server, keys):
    server = make_server("Subsystem upper tr a-z A-Z\n")
    result = server.ssh("alice", keys["ed25519"], "upper", options=["-s"],
                        input=b"shout\n")
    assert (result.returncode, result.stdout) == (0, b"SHOUT\n")


def test_an_unknown_subsystem_is_refused_and_logged(server, keys):
    result = server.ssh("alice", keys["ed25519"], "nothing", options=[
        "-s", "-o", "LogLevel=INFO"])
    assert result.returncode == 255
    assert b"subsystem request failed" in result.stderr
    server.wait_for_log("subsystem request for nothing by user alice failed, "
                        "subsystem not found")


CIPHERS = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
           "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"]


def _round_trip(server, keys, options, length=5 * MIB):
    """Both directions at once; returns how often keys were exchanged."""
    data = os.urandom(length)
    process = server.popen("alice", keys["ed25519"], "cat", options=[
        "-o", "LogLevel=DEBUG1", *options])
    said = []
    reader = threading.Thread(
        target=lambda: said.append(process.stderr.read()))
    feeder = threading.Thread(target=lambda: (process.stdin.write(data),
                                              process.stdin.close()))
    reader.start()
    feeder.start()
    received = process.stdout.read()
    reader.join()
    assert process.wait(60) == 0, said[0][-500:].decode() + server.log()
    feeder.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(data).digest()
    return said[0].count(b"SSH2_MSG_NEWKEYS received")


@pytest.mark.parametrize("compress", ["no", "yes"])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_the_client_rekeys_each_mib_under_load(server, keys, cipher,
                                               compress):
    assert _round_trip(server, keys, [
        "-o", "RekeyLimit=1M", "-c", cipher,
        "-o", f"Compression={compress}"]) >= 4


@pytest.mark.parametrize("compress", ["no", "yes"])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_the_server_rekeys_each_mib_under_load(make_server, keys, cipher,
                                               compress):
    server = make_server("RekeyLimit 1M\n")
    assert _round_trip(server, keys, [
        "-c", cipher, "-o", f"Compression={compress}"]) >= 4


@pytest.mark.parametrize("kex", [
    "curve25519-sha256", "sntrup761x25519-sha512@openssh.com",
    "ecdh-sha2-nistp256", "diffie-hellman-group-exchange-sha256"])
def test_both_sides_may_want_new_keys_at_once(make_server, keys, kex):
    server = make_server("RekeyLimit 1M\n"
                         f"KexAlgorithms {kex}\n")
    assert _round_trip(server, keys, ["-o", "RekeyLimit=1M"], 4 * MIB) >= 2


def _streams_until_rekeyed(server, keys, options):
    """Bytes trickle both ways until keys were exchanged three times."""
    process = server.popen("alice", keys["ed25519"], "cat", options=[
        "-o", "LogLevel=DEBUG1", *options], bufsize=0)
    said = []
    reader = threading.Thread(
        target=lambda: said.extend(iter(process.stderr.readline, b"")))
    reader.start()

    def ping():
        process.stdin.write(b"ping\n")
        assert process.stdout.readline() == b"ping\n", \
            b"".join(said[-5:]).decode() + server.log()
        return sum(b"SSH2_MSG_NEWKEYS received" in line
                   for line in said) >= 3

    wait_until(ping, what="new keys")
    process.stdin.close()
    assert process.wait(60) == 0
    reader.join()


def test_the_server_rekeys_after_the_time_it_is_given(make_server, keys):
    server = make_server("RekeyLimit default 1s\n")
    _streams_until_rekeyed(server, keys, [])


def test_the_client_rekeys_after_the_time_it_is_given(server, keys):
    _streams_until_rekeyed(server, keys, ["-o", "RekeyLimit=default 1s"])


def test_a_shared_connection_rekeys_while_ten_sessions_run(
        make_server, keys, master):
    server = make_server("RekeyLimit 1M\n")
    shared = master(server, "-o", "RekeyLimit=1M")
    block = os.urandom(2 * MIB)
    results = [None] * 10

    def run(number):
        results[number] = server.ssh("alice", keys["ed25519"], "cat",
                                     options=shared, input=block)

    threads = [threading.Thread(target=run, args=(number,))
               for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        assert result.returncode == 0
        assert result.stdout == block
