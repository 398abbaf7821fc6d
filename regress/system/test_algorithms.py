# SPDX-License-Identifier: ISC
"""Each client works with each algorithm that it and the server know.

One axis at a time: the server is confined to one algorithm of the axis and
the rest is left to the client.
"""

import os
import subprocess

import pytest

import clients
import server as server_module
from server import SSHD, Server

KEYWORDS = {"kex": "KexAlgorithms", "hostkey": "HostKeyAlgorithms",
            "cipher": "Ciphers", "mac": "MACs"}
HOST_KEY_KINDS = {
    "ssh-ed25519": "ed25519", "ecdsa-sha2-nistp256": "ecdsa",
    "ecdsa-sha2-nistp384": "ecdsa384", "ecdsa-sha2-nistp521": "ecdsa521",
    "rsa-sha2-256": "rsa", "rsa-sha2-512": "rsa",
}
DATA = os.urandom(300_000)


def _probe_key():
    path = "/run/isolated/probe_key"
    if not os.path.exists(path):
        server_module.make_key(path)
    return path


def server_knows(axis, algorithm):
    """True when the configuration of the server accepts the name."""
    if axis == "compression":
        return algorithm in ("none", "zlib@openssh.com")
    if axis == "hostkey" and algorithm not in HOST_KEY_KINDS:
        return False
    return subprocess.run(
        [SSHD, "-t", "-f", "/dev/null", "-h", _probe_key(), "-o",
         f"{KEYWORDS[axis]}={algorithm}"],
        capture_output=True).returncode == 0


def combinations():
    known = {}
    for client in clients.CLIENTS:
        offers = client.offers()
        offers["compression"] = (["none"] + client.offers(True)["compression"])
        for axis in clients.AXES:
            for algorithm in dict.fromkeys(offers[axis]):
                pair = (axis, algorithm)
                if pair not in known:
                    known[pair] = (server_knows(*pair), [])
                known[pair][1].append(client)
    return [pytest.param(pair, client, id=f"{client.name}-{'-'.join(pair)}")
            for pair, (usable, users) in known.items() if usable
            for client in users]


@pytest.fixture(scope="module")
def confined(request, tmp_path_factory, host_keys, keys):
    """A server that knows one algorithm of one axis."""
    axis, algorithm = request.param
    keys_here = list(host_keys.values())
    if axis == "compression":
        compresses = "no" if algorithm == "none" else "yes"
        config = f"Compression {compresses}\n"
    else:
        config = f"{KEYWORDS[axis]} {algorithm}\n"
    if axis == "mac":
        config += "Ciphers aes128-ctr,aes256-ctr\n"
    if axis == "hostkey":
        keys_here = [host_keys[HOST_KEY_KINDS[algorithm]]]
    directory = str(tmp_path_factory.mktemp("confined"))
    with Server(directory, keys_here, config) as instance:
        instance.compresses = pair_compresses(axis, algorithm)
        yield instance


def pair_compresses(axis, algorithm):
    return axis == "compression" and algorithm != "none"


@pytest.mark.parametrize("confined, client", combinations(),
                         indirect=["confined"])
def test_the_client_gets_its_bytes_back(confined, client, keys):
    assert client.echo(confined, keys, DATA, confined.compresses) == DATA


@pytest.mark.parametrize("axis, keyword", KEYWORDS.items(), ids=KEYWORDS)
def test_a_client_without_a_common_algorithm_is_told_ours(make_server, keys,
                                                          axis, keyword):
    ours, theirs = {
        "kex": ("ecdh-sha2-nistp521", "curve25519-sha256"),
        "hostkey": ("ssh-ed25519", "rsa-sha2-512"),
        "cipher": ("aes256-ctr", "aes128-ctr"),
        "mac": ("hmac-sha2-512", "hmac-sha2-256"),
    }[axis]
    config = f"{keyword} {ours}\n"
    options = ["-o", f"{keyword}={theirs}", "-o", "LogLevel=INFO"]
    if axis == "mac":
        config += "Ciphers aes128-ctr\n"
    server = make_server(config)
    result = server.ssh("alice", keys["ed25519"], "true", options=options)
    assert result.returncode == 255
    assert f"Their offer: {ours}" in result.stderr.decode()
    what = {"kex": "key exchange method", "hostkey": "host key type",
            "cipher": "cipher", "mac": "MAC"}[axis]
    line = server.wait_for_log("Unable to negotiate with 127.0.0.1 port")
    assert f"no matching {what} found. Their offer: {theirs}" in line
    assert line.endswith("[preauth]")


@pytest.fixture
def certified(tmp_path, make_server):
    """A function: a server with a certified host key, and ssh options."""
    def make(kind):
        ca = server_module.make_key(str(tmp_path / "ca"))
        host = server_module.make_key(str(tmp_path / "host"), kind)
        subprocess.run(["ssh-keygen", "-q", "-s", ca, "-I", "host", "-h",
                        "-n", "127.0.0.1", host + ".pub"], check=True)
        known_hosts = tmp_path / "authority"
        with open(ca + ".pub") as f:
            known_hosts.write_text(f"@cert-authority * {f.read()}")
        return (make_server(f"HostKey {host}\n"
                            f"HostCertificate {host}-cert.pub\n", kinds=()),
                ["-o", f"UserKnownHostsFile={known_hosts}"])
    return make


@pytest.mark.parametrize("kind", server_module.KEY_TYPES)
def test_a_client_that_trusts_the_authority_accepts_the_host_certificate(
        certified, keys, kind):
    server, options = certified(kind)
    result = server.ssh("alice", keys["ed25519"], "echo in", options=options)
    assert result.stdout == b"in\n", result


@pytest.mark.parametrize("algorithm", ["rsa-sha2-256", "rsa-sha2-512"])
def test_an_rsa_host_certificate_signs_with_the_negotiated_hash(
        certified, keys, algorithm):
    server, options = certified("rsa")
    name = f"{algorithm}-cert-v01@openssh.com"
    result = server.ssh(
        "alice", keys["ed25519"], "echo in",
        options=[*options, "-o", f"HostKeyAlgorithms={name}", "-o",
                 "LogLevel=DEBUG1"])
    assert result.stdout == b"in\n", result
    assert f"kex: host key algorithm: {name}" in result.stderr.decode()
