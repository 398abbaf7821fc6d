# SPDX-License-Identifier: ISC
"""Host keys in FIDO devices, by the software one of OpenSSH's tests."""

import base64
import os
import shutil
import subprocess

import pytest

from server import program

pytestmark = pytest.mark.postern_only

PROVIDER = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so"
ODD = os.path.normpath(os.path.join(
    os.environ.get("POSTERN_BUILD") or os.path.dirname(program("sshd")),
    "regress/system/odd_provider.so"))
KINDS = {"ed25519-sk": "sk-ssh-ed25519@openssh.com",
         "ecdsa-sk": "sk-ecdsa-sha2-nistp256@openssh.com"}


def make_device_key(path, kind, *options):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path,
                    "-O", "no-touch-required", *options], check=True,
                   env={**os.environ, "SSH_SK_PROVIDER": PROVIDER})
    return path


@pytest.fixture(scope="module")
def device_keys(syslog, tmp_path_factory):
    """Paths of host keys that need no touch, by kind."""
    directory = tmp_path_factory.mktemp("device")
    return {kind: make_device_key(str(directory / kind), kind)
            for kind in KINDS}


@pytest.fixture
def start(make_server):
    def run(*host_keys, provider=PROVIDER, config=""):
        server = make_server(
            f"SecurityKeyProvider {provider}\n{config}" +
            "".join(f"HostKey {key}\n" for key in host_keys), kinds=())
        server.host_keys = list(host_keys)
        return server
    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_signs_the_key_exchange(start, keys, device_keys, kind):
    server = start(device_keys[kind])
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "LogLevel=DEBUG1"])
    assert result.returncode == 0, server.log()
    assert f"host key algorithm: {KINDS[kind]}" in result.stderr.decode()


def test_clients_learn_a_key_that_a_device_proves(start, keys, host_keys,
                                                  device_keys):
    server = start(host_keys["ed25519"], device_keys["ed25519-sk"])
    server.host_keys = [host_keys["ed25519"]]
    path = server.known_hosts()
    server.known_hosts = lambda: path
    assert server.ssh("alice", keys["ed25519"], "true", options=[
        "-o", "UpdateHostKeys=yes"]).returncode == 0
    with open(device_keys["ed25519-sk"] + ".pub") as public, open(path) as f:
        assert public.read().split()[1] in f.read(), server.log()


@pytest.mark.parametrize("provider", ["internal", "none"])
def test_without_a_provider_the_key_is_not_used(start, keys, host_keys,
                                                device_keys, provider):
    key = device_keys["ed25519-sk"]
    server = start(host_keys["ed25519"], key, provider=provider)
    assert f'Unable to load host key "{key}": the key of a FIDO device, ' \
        "which needs SecurityKeyProvider PATH or HostKeyAgent" in server.log()
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


@pytest.mark.parametrize("library, reason", [
    ("/nonexistent.so", "/nonexistent.so: cannot open shared object file"),
    ("/lib/x86_64-linux-gnu/libz.so.1", "it has no sk_api_version()"),
    ("/etc/passwd", "invalid ELF header"),
])
def test_a_bad_provider_is_named(start, host_keys, device_keys, library,
                                 reason):
    server = start(host_keys["ed25519"], device_keys["ecdsa-sk"],
                   provider=library)
    line = server.wait_for_log(f'SecurityKeyProvider "{library}": ')
    assert reason in line
    assert "Unable to load host key: " + device_keys["ecdsa-sk"] \
        in server.log()


# ---- what goes wrong -------------------------------------------------------

@pytest.fixture
def refused(start, keys, host_keys):
    """A function: nobody gets in by this host key, everybody by another."""
    def check(key, kind, **kwargs):
        server = start(key, host_keys["ed25519"], **kwargs)
        assert server.ssh("alice", keys["ed25519"], "true", options=[
            "-o", f"HostKeyAlgorithms={KINDS[kind]}"]).returncode == 255
        assert server.ssh("alice", keys["ed25519"], "true", options=[
            "-o", "HostKeyAlgorithms=ssh-ed25519"]).returncode == 0
        return server
    return check


@pytest.mark.parametrize("application, reason", [
    ("crash", "receive from peer process: "),
    ("leave", "receive from peer process: "),
    ("long", "receive from peer process: "),
    ("pin", "security key refused operation: "),
    ("nothing", "security key refused operation: "),
    ("zeros", "signature: "),
])
def test_an_odd_provider_ends_one_connection(refused, tmp_path, application,
                                             reason):
    key = make_device_key(str(tmp_path / "key"), "ed25519-sk",
                          "-O", f"application=ssh:{application}")
    server = refused(key, "ed25519-sk", provider=ODD)
    line = server.wait_for_log(f"{KINDS['ed25519-sk']} host key: ")
    assert reason in line
    said = {"pin": "a PIN is required", "nothing": "the operation failed"}
    if application in said:
        server.wait_for_log(f'SecurityKeyProvider "{ODD}": '
                            + said[application])


def test_a_device_that_lost_the_key_ends_the_connection(
        refused, tmp_path, device_keys):
    """The handle is changed: for this device it is a key in PEM."""
    with open(device_keys["ecdsa-sk"]) as f:
        lines = f.read().splitlines()
    raw = base64.b64decode("".join(lines[1:-1]))
    assert raw.count(b"-----BEGIN") == 1
    raw = raw.replace(b"-----BEGIN", b"-----BEGUN")
    key = tmp_path / "key"
    key.write_text("\n".join([lines[0], base64.b64encode(raw).decode(),
                              lines[-1], ""]))
    key.chmod(0o600)
    shutil.copy(device_keys["ecdsa-sk"] + ".pub", f"{key}.pub")
    server = refused(str(key), "ecdsa-sk")
    server.wait_for_log(f'SecurityKeyProvider "{PROVIDER}": the operation '
                        "failed")
