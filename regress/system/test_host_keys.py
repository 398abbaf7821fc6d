# SPDX-License-Identifier: ISC
"""Host keys that can't be used, in every form that can."""

import os
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, PublicFormat)

from server import SSHD, KEY_TYPES, make_key


@pytest.fixture
def check(tmp_path):
    """A function: sshd -t with these host keys; status and stderr."""
    def run(*paths, flags=("-t",)):
        config = tmp_path / "config"
        config.write_text("".join(f"HostKey {path}\n" for path in paths))
        result = subprocess.run([SSHD, *flags, "-f", config],
                                capture_output=True, text=True,
                                stdin=subprocess.DEVNULL)
        return result.returncode, result.stderr
    return run


@pytest.fixture
def good(tmp_path):
    return make_key(str(tmp_path / "good"))


def test_one_bad_key_among_good_ones_is_a_warning(make_server, keys,
                                                  tmp_path):
    server = make_server(f"HostKey {tmp_path}/missing\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert f"Unable to load host key: {tmp_path}/missing" in server.log()


def test_a_key_that_others_can_read_is_ignored_with_a_warning(check, good):
    os.chmod(good, 0o644)
    status, said = check(good)
    assert status == 1
    assert "WARNING: UNPROTECTED PRIVATE KEY FILE!" in said
    assert f"Permissions 0644 for '{good}' are too open." in said
    assert f'Unable to load host key "{good}": bad permissions' in said
    assert "sshd: no hostkeys available -- exiting." in said


def test_an_encrypted_key_is_not_asked_for(check, tmp_path):
    path = make_key(str(tmp_path / "locked"))
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "password",
                    "-f", path], check=True, capture_output=True)
    os.unlink(path + ".pub")
    status, said = check(path)
    assert status == 1
    assert path in said and "sshd: no hostkeys available" in said


def test_a_damaged_key_is_named(check, tmp_path):
    path = tmp_path / "damaged"
    path.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                    "-----END OPENSSH PRIVATE KEY-----\n")
    path.chmod(0o600)
    status, said = check(path)
    assert status == 1
    assert f'Unable to load host key "{path}": ' in said


def test_the_key_of_another_pair_beside_it_does_no_harm(check, good,
                                                        tmp_path):
    other = make_key(str(tmp_path / "other"))
    shutil.copy(other + ".pub", good + ".pub")
    assert check(good)[0] == 0


def test_a_key_without_its_public_half_beside_it_is_used(check, good):
    os.unlink(good + ".pub")
    assert check(good) == (0, "")


# ssh-keygen writes Ed25519 in its own form only
FORMS = [(kind, form) for kind in KEY_TYPES
         for form in ("RFC4716", "PKCS8", "PEM")
         if kind != "ed25519" or form == "RFC4716"]


@pytest.mark.parametrize("kind, form", FORMS, ids=map("-".join, FORMS))
def test_keys_are_read_in_each_form(make_server, keys, tmp_path, kind, form):
    path = make_key(str(tmp_path / "formed"), kind)
    subprocess.run(["ssh-keygen", "-q", "-p", "-m", form, "-P", "", "-N", "",
                    "-f", path], check=True, capture_output=True)
    server = make_server(f"HostKey {path}\n", kinds=())
    server.host_keys = [path]
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


@pytest.mark.postern_only
def test_an_ed25519_key_is_read_as_pkcs8(make_server, keys, tmp_path):
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "formed"
    path.write_bytes(key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    (tmp_path / "formed.pub").write_bytes(key.public_key().public_bytes(
        Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n")
    server = make_server(f"HostKey {path}\n", kinds=())
    server.host_keys = [str(path)]
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


@pytest.mark.postern_only
def test_a_short_rsa_key_is_refused_by_name(check, tmp_path, good):
    path = str(tmp_path / "short")
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "",
                    "-f", path], check=True)
    assert check(path)[0] == 1
    status, said = check(path, good)
    assert status == 0
    assert path in said


def test_the_keys_of_the_command_line_replace_the_usual_ones(tmp_path, good):
    config = tmp_path / "empty"
    config.write_text("")
    result = subprocess.run([SSHD, "-T", "-h", good, "-f", config],
                            capture_output=True, text=True)
    assert [line for line in result.stdout.splitlines()
            if line.startswith("hostkey ")] == [f"hostkey {good}"]
