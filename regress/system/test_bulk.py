# SPDX-License-Identifier: ISC
"""A GiB in each direction arrives as it was sent."""

import hashlib
import subprocess

import pytest

GIB = 1 << 30
STREAM = ("openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f "
          f"-iv 00 </dev/zero 2>/dev/null | head -c {GIB}")


@pytest.fixture(scope="module")
def checksum():
    """Of the pseudo-random stream, made without ssh."""
    return subprocess.run(f"{STREAM} | sha256sum", shell=True, check=True,
                          capture_output=True, text=True).stdout.split()[0]


@pytest.mark.slow
def test_a_gib_comes_down_unchanged(server, keys, checksum):
    digest, length = hashlib.sha256(), 0
    with server.popen("alice", keys["ed25519"], STREAM,
                      stdin=subprocess.DEVNULL) as process:
        while block := process.stdout.read(1 << 20):
            digest.update(block)
            length += len(block)
    assert process.returncode == 0
    assert (length, digest.hexdigest()) == (GIB, checksum)


@pytest.mark.slow
def test_a_gib_goes_up_unchanged(server, keys, checksum):
    with subprocess.Popen(STREAM, shell=True,
                          stdout=subprocess.PIPE) as source:
        result = server.ssh("alice", keys["ed25519"], "sha256sum",
                            stdin=source.stdout)
    assert result.stdout.split()[0].decode() == checksum
