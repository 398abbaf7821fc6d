# SPDX-License-Identifier: ISC
"""Keys of FIDO authenticators, by the software one of OpenSSH's tests."""

import os
import re
import subprocess

import pytest

from certificates import Authority, write_as

PROVIDER = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so"
HOME_KEYS = "/home/alice/.ssh/authorized_keys"
KINDS = {"ed25519-sk": "ED25519-SK", "ecdsa-sk": "ECDSA-SK"}
NOT_TOUCHED = "rejected: user presence (authenticator touch) requirement " \
    "not met "
NOT_VERIFIED = "rejected: user verification requirement not met "
ENV = dict(os.environ, SSH_SK_PROVIDER=PROVIDER)


@pytest.fixture(scope="module")
def authenticator(syslog, tmp_path_factory):
    """A function: the path of a key of this kind, touched when it signs."""
    directory = tmp_path_factory.mktemp("fido")
    made = {}

    def key(kind, touched=True):
        name = kind if touched else f"{kind}-untouched"
        if name not in made:
            made[name] = str(directory / name)
            subprocess.run(
                ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", made[name],
                 *([] if touched else ["-O", "no-touch-required"])],
                env=ENV, check=True)
        return made[name]

    return key


@pytest.fixture
def listed():
    """A function: alice's file lists the public key with these options."""
    with open(HOME_KEYS) as f:
        before = f.read()

    def write(key, options=""):
        with open(key + ".pub") as f:
            write_as("alice", HOME_KEYS, f"{options} {f.read()}".lstrip(),
                     0o600)

    yield write
    write_as("alice", HOME_KEYS, before, 0o600)


def login(server, key):
    return server.ssh("alice", key, "true", options=[
        "-o", f"SecurityKeyProvider={PROVIDER}"]).returncode == 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_touched_key_lets_in_and_its_counter_is_logged(
        server, authenticator, listed, kind):
    key = authenticator(kind)
    listed(key)
    assert login(server, key)
    line = server.wait_for_log(f"ssh2: {KINDS[kind]} SHA256:")
    assert re.search(r"(Accepted|Postponed) publickey for alice", line)
    assert any(re.search(rf"Accepted publickey for alice from 127\.0\.0\.1 "
                         rf"port \d+ ssh2: {KINDS[kind]} SHA256:\S+, "
                         r"signature count = \d+$", line)
               for line in server.log().splitlines())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_untouched_key_is_refused(server, authenticator, listed, kind):
    key = authenticator(kind, touched=False)
    listed(key)
    assert not login(server, key)
    assert re.search(
        rf"public key {KINDS[kind]} SHA256:\S+ signature for alice from "
        rf"127\.0\.0\.1 port \d+ {re.escape(NOT_TOUCHED)}$",
        server.wait_for_log(f"public key {KINDS[kind]}"))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_line_can_do_without_the_touch(server, authenticator, listed,
                                           kind):
    key = authenticator(kind, touched=False)
    listed(key, "no-touch-required")
    assert login(server, key)
    listed(key, "no-touch-required,touch-required")
    assert not login(server, key)


def test_the_configuration_can_insist_on_the_touch(make_server, authenticator,
                                                   listed):
    server = make_server("PubkeyAuthOptions touch-required\n")
    key = authenticator("ed25519-sk", touched=False)
    listed(key, "no-touch-required")
    assert not login(server, key)
    server.wait_for_log(NOT_TOUCHED)
    key = authenticator("ed25519-sk")
    listed(key)
    assert login(server, key)


@pytest.mark.parametrize("config, options", [
    ("PubkeyAuthOptions verify-required\n", ""), ("", "verify-required"),
    ("PubkeyAuthOptions verify-required\n", "no-verify-required")])
def test_a_user_who_is_not_verified_can_be_refused(
        make_server, authenticator, listed, config, options):
    server = make_server(config)
    key = authenticator("ecdsa-sk")
    listed(key, options)
    assert not login(server, key)
    server.wait_for_log(NOT_VERIFIED)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_certificate_and_its_line_must_both_do_without_the_touch(
        server, authenticator, listed, tmp_path, kind):
    ca = Authority(str(tmp_path / "ca"))
    plain = authenticator(kind, touched=False)
    bare, waived = ca.sign(key=plain), ca.sign("-O", "no-touch-required",
                                               key=plain)
    listed(ca.key, "cert-authority,no-touch-required")
    assert login(server, waived)
    assert not login(server, bare)
    listed(ca.key, "cert-authority")
    assert not login(server, waived)
    server.wait_for_log(NOT_TOUCHED)


def test_a_trusted_certificate_needs_no_line(make_server, authenticator,
                                             tmp_path):
    ca = Authority(str(tmp_path / "ca"))
    server = make_server(ca.trusted_by(str(tmp_path / "cas")))
    plain = authenticator("ed25519-sk", touched=False)
    assert login(server, ca.sign("-O", "no-touch-required", key=plain))
    assert not login(server, ca.sign(key=plain))
    server.wait_for_log("ED25519-SK-CERT SHA256:")


def test_a_certificate_can_insist_on_verification(make_server, authenticator,
                                                  tmp_path):
    ca = Authority(str(tmp_path / "ca"))
    server = make_server(ca.trusted_by(str(tmp_path / "cas")))
    key = ca.sign("-O", "verify-required", key=authenticator("ed25519-sk"))
    assert not login(server, key)
    server.wait_for_log(NOT_VERIFIED)


def test_a_ca_may_be_an_authenticator(make_server, authenticator, tmp_path,
                                      keys):
    key = str(tmp_path / "user")
    for suffix in ("", ".pub"):
        with open(keys["ed25519"] + suffix) as source, \
                open(key + suffix, "w") as out:
            out.write(source.read())
        os.chmod(key + suffix, 0o600)
    ca = authenticator("ed25519-sk")
    subprocess.run(["ssh-keygen", "-q", "-s", ca, "-I", "by sk", "-n",
                    "alice", key + ".pub"], env=ENV, check=True)
    with open(ca + ".pub") as f, open(tmp_path / "cas", "w") as out:
        out.write(f.read())
    server = make_server(f"TrustedUserCAKeys {tmp_path}/cas\n"
                         "AuthorizedKeysFile none\n")
    assert login(server, key)
    server.wait_for_log("Accepted certificate ID \"by sk\" (serial 0) signed "
                        "by ED25519-SK CA SHA256:")
