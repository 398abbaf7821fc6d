# SPDX-License-Identifier: ISC
"""Keys that RevokedKeys names log nobody in."""

import subprocess

import pytest

from server import make_key


def keygen(*args):
    return subprocess.run(["ssh-keygen", *map(str, args)], check=True,
                          capture_output=True, text=True).stdout


def fingerprint(path):
    return keygen("-lf", path).split()[1]


@pytest.fixture
def revoked(tmp_path):
    """A function: a file with these lines, or the KRL made of them."""
    def make(*lines, krl=False, ca=None):
        path = tmp_path / "revoked"
        text = "".join(line.rstrip("\n") + "\n" for line in lines)
        if not krl:
            path.write_text(text)
            return path
        spec = tmp_path / "spec"
        spec.write_text(text)
        keygen("-q", "-k", "-f", path, *(["-s", ca] if ca else []), spec)
        return path
    return make


def public(key):
    with open(key + ".pub") as f:
        return f.read()


def refused(server, key, path, line="ED25519 {} revoked by file {}"):
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log(
        "Authentication key " + line.format(fingerprint(key), path))


def accepted(server, key):
    assert server.ssh("alice", key, "true").returncode == 0


def test_a_key_in_a_text_is_refused_and_others_are_not(make_server, keys,
                                                       revoked):
    path = revoked("# lost in Lyon", "", public(keys["ed25519"]))
    server = make_server(f"RevokedKeys {path}\n")
    refused(server, keys["ed25519"], path)
    accepted(server, keys["ecdsa"])


def test_the_null_device_is_a_list_of_nothing(make_server, keys):
    """So say some hardened configurations, for a list to be named later."""
    accepted(make_server("RevokedKeys /dev/null\n"), keys["ed25519"])


@pytest.mark.parametrize("record", ["key", "sha1", "sha256"])
def test_a_key_in_a_krl_is_refused_and_others_are_not(make_server, keys,
                                                      revoked, record):
    path = revoked(f"{record}: {public(keys['ed25519'])}", krl=True)
    server = make_server(f"RevokedKeys {path}\n")
    refused(server, keys["ed25519"], path)
    accepted(server, keys["ecdsa"])


def test_every_file_of_the_line_counts(make_server, keys, revoked, tmp_path):
    first = tmp_path / "first"
    first.write_text(public(keys["rsa"]))
    path = revoked(public(keys["ed25519"]), krl=True)
    server = make_server(f"RevokedKeys {first} {path}\n")
    refused(server, keys["ed25519"], path)
    refused(server, keys["rsa"], first, "RSA {} revoked by file {}")
    accepted(server, keys["ecdsa"])


def test_what_is_revoked_while_the_server_runs_counts(make_server, keys,
                                                      tmp_path):
    path = tmp_path / "growing"
    path.write_text("")
    server = make_server(f"RevokedKeys {path}\n")
    accepted(server, keys["ed25519"])
    path.write_text(public(keys["ed25519"]))
    refused(server, keys["ed25519"], path)


def test_a_missing_file_refuses_every_key(make_server, keys, tmp_path):
    path = tmp_path / "missing"
    server = make_server(f"RevokedKeys {path}\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log(
        "Error checking authentication key ED25519 "
        f"{fingerprint(keys['ed25519'])} in revoked keys file {path}: "
        "No such file or directory")


BROKEN = [
    pytest.param(b"ssh-ed25519 AAAA\n", "line 1: ", id="text"),
    pytest.param(b"SSHKRL\n\0\0\0\0\1", "message too short", id="short-krl"),
    pytest.param(b"SSHKRL\n\0\0\0\0\2" + bytes(32), "format version",
                 id="krl-of-tomorrow"),
]


@pytest.mark.parametrize("content, reason", BROKEN)
def test_a_damaged_file_refuses_every_key_and_says_where(
        make_server, keys, tmp_path, content, reason):
    path = tmp_path / "damaged"
    path.write_bytes(content)
    server = make_server(f"RevokedKeys {path}\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    line = server.wait_for_log(f"in revoked keys file {path}: ")
    assert reason in line


@pytest.fixture
def certified(tmp_path):
    """A CA and the key of alice with its certificate of serial 7."""
    authority = make_key(str(tmp_path / "ca"))
    key = make_key(str(tmp_path / "certified"))
    keygen("-q", "-s", authority, "-I", "identity", "-n", "alice", "-z", 7,
           key + ".pub")
    return authority, key


@pytest.mark.parametrize("record, certificate", [
    ("serial: 7", True), ("serial: 5-9", True), ("id: identity", True),
    ("serial: 8", False), ("id: ident", False)])
def test_a_certificate_is_revoked_by_serial_and_identity(
        make_server, keys, revoked, certified, record, certificate):
    authority, key = certified
    path = revoked(record, krl=True, ca=authority + ".pub")
    server = make_server(f"RevokedKeys {path}\n")
    server.ssh("alice", key, "true")
    accepted(server, keys["ed25519"])
    assert (f"Authentication key ED25519-CERT {fingerprint(key)} revoked by "
            f"file {path}" in server.log()) == certificate


def test_a_certificate_falls_with_its_ca(make_server, keys, revoked,
                                         certified):
    authority, key = certified
    path = revoked(public(authority))
    server = make_server(f"RevokedKeys {path}\n")
    server.ssh("alice", key, "true")
    server.wait_for_log(f"Authentication key ED25519 {fingerprint(authority)}"
                        f" revoked by file {path}")
    accepted(server, keys["ed25519"])


@pytest.mark.parametrize("record, lets_in", [
    ("serial: 8", True), ("serial: 1-6", True), ("id: ident", True),
    ("serial: 7", False), ("id: identity", False)])
def test_a_certificate_that_a_krl_does_not_have_logs_in(
        make_server, revoked, certified, record, lets_in):
    authority, key = certified
    path = revoked(record, krl=True, ca=authority + ".pub")
    server = make_server(f"RevokedKeys {path}\n"
                         f"TrustedUserCAKeys {authority}.pub\n")
    if lets_in:
        accepted(server, key)
        server.wait_for_log("Accepted publickey for alice")
    else:
        refused(server, key, path, "ED25519-CERT {} revoked by file {}")


def test_serials_of_another_ca_do_not_count(make_server, revoked, certified,
                                            tmp_path):
    authority, key = certified
    other = make_key(str(tmp_path / "other"))
    path = revoked("serial: 7", krl=True, ca=other + ".pub")
    server = make_server(f"RevokedKeys {path}\n"
                         f"TrustedUserCAKeys {authority}.pub\n")
    accepted(server, key)
