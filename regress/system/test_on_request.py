# SPDX-License-Identifier: ISC
"""Algorithms of another age work where they are configured, and only there.

With them the fast MACs, which are easily wrong for long data: each pair
carries 50 MB both ways through several key exchanges.
"""

import hashlib
import subprocess

import pytest

from server import make_key

MB_50 = 50_000_000
STREAM = ("openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f "
          f"-iv 00 </dev/zero 2>/dev/null | head -c {MB_50}")
PAIRS = [
    ("aes128-cbc", "umac-64-etm@openssh.com"),
    ("aes192-cbc", "umac-128@openssh.com"),
    ("aes256-cbc", "hmac-sha2-256"),
    ("aes256-cbc", "hmac-sha2-256-etm@openssh.com"),
    ("3des-cbc", "hmac-sha1"),
    ("3des-cbc", "umac-64@openssh.com"),
    ("aes128-ctr", "umac-64@openssh.com"),
    ("aes128-ctr", "umac-128-etm@openssh.com"),
]
SHA1 = "HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa\n"
ASK_SHA1 = ["-o", "HostKeyAlgorithms=ssh-rsa",
            "-o", "PubkeyAcceptedAlgorithms=ssh-rsa"]


@pytest.fixture(scope="module")
def stream():
    data = subprocess.run(STREAM, shell=True, check=True,
                          capture_output=True).stdout
    assert len(data) == MB_50
    return data


@pytest.mark.slow
@pytest.mark.parametrize("cipher, mac", PAIRS, ids=map("-".join, PAIRS))
def test_fifty_megabytes_return_unchanged_through_several_key_exchanges(
        make_server, keys, stream, cipher, mac):
    server = make_server(f"Ciphers {cipher}\nMACs {mac}\nRekeyLimit 20M\n")
    result = server.ssh(
        "alice", keys["ed25519"], "cat", input=stream,
        options=["-c", cipher, "-m", mac, "-o", "RekeyLimit=9M", "-o",
                 "LogLevel=DEBUG1"])
    assert result.returncode == 0, result.stderr[-300:]
    assert hashlib.sha256(result.stdout).digest() == \
        hashlib.sha256(stream).digest()
    assert result.stderr.count(b"SSH2_MSG_NEWKEYS received") > 5


def test_sha1_signs_for_host_and_user_where_it_is_configured(make_server,
                                                             keys):
    server = make_server(SHA1, kinds=("rsa",))
    result = server.ssh(
        "alice", keys["rsa"], "echo in",
        options=[*ASK_SHA1, "-o", "LogLevel=DEBUG3", "-o",
                 "UpdateHostKeys=no"])
    assert result.stdout == b"in\n", result.stderr.decode()
    log = result.stderr.decode()
    assert "kex: host key algorithm: ssh-rsa\n" in log.replace("\r", "")
    assert "signing using ssh-rsa " in log
    server.wait_for_log("Accepted publickey for alice")


def test_a_second_rsa_key_proves_itself_as_the_first_one_signed(
        make_server, keys, tmp_path):
    """The client knows the first key and asks for a proof of the other."""
    first = make_key(str(tmp_path / "first"), "rsa")
    server = make_server(f"{SHA1}HostKey {first}\n", kinds=("rsa",))
    known = tmp_path / "known"
    with open(first + ".pub") as f:
        known.write_text(f"[127.0.0.1]:{server.port} {f.read()}")
    result = server.ssh(
        "alice", keys["ed25519"], "echo in",
        options=["-o", "HostKeyAlgorithms=ssh-rsa", "-o",
                 f"UserKnownHostsFile={known}", "-o", "UpdateHostKeys=yes",
                 "-o", "LogLevel=DEBUG1"])
    assert result.stdout == b"in\n", result.stderr.decode()
    assert server.host_key_blobs()[0] in known.read_text(), \
        result.stderr.decode()


def test_sha1_is_neither_offered_nor_accepted_by_default(make_server, keys):
    server = make_server(kinds=("rsa",))
    result = server.ssh("alice", keys["rsa"], "true",
                        options=[*ASK_SHA1, "-o", "LogLevel=INFO"])
    assert result.returncode == 255
    assert b"no matching host key type found. Their offer: rsa-sha2-512," \
        b"rsa-sha2-256" in result.stderr
    result = server.ssh(
        "alice", keys["rsa"], "true",
        options=["-o", "PubkeyAcceptedAlgorithms=ssh-rsa", "-o",
                 "LogLevel=DEBUG1"])
    assert result.returncode == 255
    assert b"Permission denied" in result.stderr


@pytest.mark.postern_only  # older ones name it whatever they accept
def test_sha1_is_not_told_as_accepted_unless_it_is(make_server, keys):
    for config, told in ("", False), (SHA1, True):
        server = make_server(config)
        result = server.ssh("alice", keys["ed25519"], "true",
                            options=["-o", "LogLevel=DEBUG1"])
        line = next(line for line in result.stderr.decode().splitlines()
                    if "server-sig-algs=<" in line)
        names = line.split("<")[1].split(">")[0].split(",")
        assert "rsa-sha2-256" in names
        assert ("ssh-rsa" in names) == told


def test_keyscan_gets_an_rsa_key_by_sha1_where_it_is_configured(make_server):
    server = make_server(SHA1, kinds=("rsa",))
    result = subprocess.run(
        ["ssh-keyscan", "-p", str(server.port), "-t", "rsa", "127.0.0.1"],
        capture_output=True, text=True, timeout=60)
    assert server.host_key_blobs()[0] in result.stdout, result.stderr
