# SPDX-License-Identifier: ISC
"""Logins for which the client's host vouches, with the real ssh-keysign.

The client's host is an address and a name of its own: 127.0.0.2,
client.example.org. Its keys lie where ssh-keysign looks for them."""

import os
import shutil
import subprocess

import pytest

from client_host import hash_names
from isolated import empty_etc_ssh, host_file
from server import make_key

ADDRESS, NAME = "127.0.0.2", "client.example.org"
CONFIG = "HostbasedAuthentication yes\n"
BY_NAME = CONFIG + "HostbasedUsesNameFromPacketOnly yes\n"
KINDS = {"ed25519": "ed25519", "ecdsa": "ecdsa", "rsa": "rsa"}


@pytest.fixture(scope="module", autouse=True)
def client_host(syslog):
    """Name, keys and ssh-keysign of the client's host."""
    with open("/etc/ssh/ssh_config", "w") as config:
        config.write("EnableSSHKeysign yes\n")
    for kind, words in KINDS.items():
        make_key(f"/etc/ssh/ssh_host_{words}_key", kind)
    with host_file("/etc/hosts", f"{ADDRESS} {NAME}\n", "a"):
        yield
    empty_etc_ssh()


@pytest.fixture
def files():
    """A function that writes a file, removed after the test."""
    written = []

    def write(path, text, owner="root", mode=0o644):
        with open(path, "w") as out:
            out.write(text)
        shutil.chown(path, owner, owner)
        os.chmod(path, mode)
        written.append(path)
    yield write
    for path in set(written):
        os.unlink(path)


def public(kind="ed25519"):
    with open(f"/etc/ssh/ssh_host_{kind}_key.pub") as key:
        return " ".join(key.read().split()[:2])


def fingerprint(kind="ed25519"):
    return subprocess.run(
        ["ssh-keygen", "-lf", f"/etc/ssh/ssh_host_{kind}_key.pub"],
        capture_output=True, text=True, check=True).stdout.split()[1]


def login(server, user="alice", login_as="alice",
          algorithms="ssh-ed25519", words=("true",)):
    """ssh as a user of the client's host."""
    return subprocess.run(
        ["runuser", "-u", user, "--", "ssh", "-F", "none", "-b", ADDRESS,
         "-p", str(server.port), "-o", "HostbasedAuthentication=yes",
         "-o", "EnableSSHKeysign=yes",
         "-o", "PreferredAuthentications=hostbased",
         "-o", f"HostbasedAcceptedAlgorithms={algorithms}",
         "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
         "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=DEBUG",
         f"{login_as}@127.0.0.1", *words], capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=60)


def accepted(server, **kwargs):
    result = login(server, **kwargs)
    assert result.returncode == 0, result.stderr + server.log()


def refused(server, **kwargs):
    result = login(server, **kwargs)
    assert result.returncode == 255, result.stderr
    assert "Accepted hostbased" not in server.log()


@pytest.fixture
def trusted(files):
    """The host is trusted, and its key is known."""
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public()}\n")


def test_a_user_of_a_trusted_host_logs_in(make_server, trusted):
    server = make_server(BY_NAME)
    accepted(server)
    server.wait_for_log(
        f"Accepted ED25519 public key {fingerprint()} from alice@{NAME}")
    line = server.wait_for_log("Accepted hostbased for alice from 127.0.0.2")
    assert line.endswith(
        f'ssh2: ED25519 {fingerprint()}, client user "alice", '
        f'client host "{NAME}"')


@pytest.mark.parametrize("kind, algorithm", [
    ("ed25519", "ssh-ed25519"), ("ecdsa", "ecdsa-sha2-nistp256"),
    ("rsa", "rsa-sha2-256"), ("rsa", "rsa-sha2-512")])
def test_each_type_of_host_key(make_server, files, kind, algorithm):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public(kind)}\n")
    accepted(make_server(BY_NAME), algorithms=algorithm)


def test_the_name_of_the_packet_does_not_count_by_itself(make_server, trusted,
                                                         files):
    server = make_server(CONFIG)
    refused(server)
    server.wait_for_log(f"userauth_hostbased mismatch: client sends {NAME}, "
                        f"but we resolve {ADDRESS} to {ADDRESS}")
    files("/etc/ssh/shosts.equiv", f"{ADDRESS}\n")
    files("/etc/ssh/ssh_known_hosts", f"{ADDRESS} {public()}\n")
    accepted(server)


def test_a_name_that_was_looked_up_counts(make_server, trusted):
    accepted(make_server(CONFIG + "UseDNS yes\n"))


def test_it_is_off_unless_configured(make_server, trusted):
    server = make_server("")
    refused(server)


# ---- who is trusted ---------------------------------------------------------

@pytest.mark.parametrize("line, good", [
    (NAME, True), (NAME.upper(), True), (f"{NAME} alice", True),
    (f"+{NAME}", True), (f"{NAME} +alice", True),
    (f"# {NAME}", False), (f"{NAME} bob", False), ("+", False),
    ("+ +", False), ("-" + NAME, False), (f"{NAME} -alice", False),
    (f"-{NAME}\n{NAME}", False), (f"{NAME} alice 3", False),
    ("other.example.org", False), ("*.example.org", False), ("", False)])
def test_lines_of_equiv_files(make_server, files, line, good):
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public()}\n")
    files("/etc/hosts.equiv", f"{line}\n")
    server = make_server(BY_NAME)
    (accepted if good else refused)(server)


def test_a_user_of_another_name_needs_a_line_of_its_own(make_server, trusted,
                                                        files):
    server = make_server(BY_NAME)
    refused(server, user="alice", login_as="bob")
    files("/etc/hosts.equiv", f"{NAME} alice\n")
    accepted(server, user="alice", login_as="bob")


@pytest.mark.parametrize("setting, shosts, rhosts", [
    ("yes", False, False), ("shosts-only", True, False), ("no", True, True)])
@pytest.mark.parametrize("name", [".shosts", ".rhosts"])
def test_files_of_the_user(make_server, files, name, setting, shosts, rhosts):
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public()}\n")
    files(f"/home/alice/{name}", f"{NAME}\n", owner="alice", mode=0o600)
    server = make_server(BY_NAME + f"IgnoreRhosts {setting}\n")
    good = shosts if name == ".shosts" else rhosts
    (accepted if good else refused)(server)


def test_a_file_that_others_can_write_to_is_refused(make_server, files):
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public()}\n")
    files("/home/alice/.shosts", f"{NAME}\n", owner="alice", mode=0o666)
    server = make_server(BY_NAME + "IgnoreRhosts no\n")
    refused(server)
    server.wait_for_log("Rhosts authentication refused for alice: bad modes "
                        "for /home/alice/.shosts")


def test_equiv_files_do_not_let_root_in(make_server, trusted):
    server = make_server(BY_NAME + "PermitRootLogin yes\n")
    refused(server, user="root", login_as="root")


# ---- which keys are known ---------------------------------------------------

@pytest.mark.parametrize("hosts, good", [
    ("*.example.org", True), ("other," + NAME, True), ("*", True),
    (f"!{NAME},*", False), ("other.example.org", False),
    (f"[{NAME}]:22", False), (NAME.upper(), True)])
def test_names_of_known_hosts(make_server, files, hosts, good):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/etc/ssh/ssh_known_hosts", f"{hosts} {public()}\n")
    server = make_server(BY_NAME)
    (accepted if good else refused)(server)


def test_a_hashed_name(make_server, files, tmp_path):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    text = hash_names(tmp_path, f"{NAME} {public()}\n")
    assert text.startswith("|1|")
    files("/etc/ssh/ssh_known_hosts", text)
    accepted(make_server(BY_NAME))


def test_another_key_of_the_host_is_not_enough(make_server, files):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/etc/ssh/ssh_known_hosts", f"{NAME} {public('ecdsa')}\n")
    refused(make_server(BY_NAME))


def test_a_revoked_key_is_refused_and_told(make_server, files):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/etc/ssh/ssh_known_hosts",
          f"{NAME} {public()}\n@revoked * {public()}\n")
    server = make_server(BY_NAME)
    refused(server)
    server.wait_for_log(f"WARNING: revoked key for {NAME} attempted "
                        "authentication")


def test_a_key_in_revoked_keys_is_refused(make_server, trusted, tmp_path):
    path = tmp_path / "revoked"
    path.write_text(public() + "\n")
    server = make_server(BY_NAME + f"RevokedKeys {path}\n")
    refused(server)
    server.wait_for_log(f"Authentication key ED25519 {fingerprint()} revoked "
                        f"by file {path}")


@pytest.mark.parametrize("ignore", ["no", "yes"])
def test_the_users_own_known_hosts(make_server, files, ignore):
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/home/alice/.ssh/known_hosts", f"{NAME} {public()}\n",
          owner="alice", mode=0o600)
    server = make_server(BY_NAME + f"IgnoreUserKnownHosts {ignore}\n")
    (accepted if ignore == "no" else refused)(server)


@pytest.mark.postern_only
def test_known_hosts_that_can_not_be_read_vouch_for_nobody(make_server,
                                                           files):
    """They might revoke what the user's file lists."""
    path = "/etc/ssh/ssh_known_hosts"
    files("/etc/ssh/shosts.equiv", f"{NAME}\n")
    files("/home/alice/.ssh/known_hosts", f"{NAME} {public()}\n",
          owner="alice", mode=0o600)
    server = make_server(BY_NAME)
    os.symlink("ssh_known_hosts", path)
    try:
        refused(server)
        server.wait_for_log(f"{path}: Too many levels of symbolic links")
    finally:
        os.unlink(path)
    accepted(server)


def test_an_algorithm_that_is_not_accepted(make_server, trusted):
    server = make_server(BY_NAME +
                         "HostbasedAcceptedAlgorithms rsa-sha2-512\n")
    refused(server)
    server.wait_for_log("userauth_hostbased: signature algorithm ssh-ed25519 "
                        "not in HostbasedAcceptedAlgorithms [preauth]")


# ---- with others ------------------------------------------------------------

def test_a_stranger_is_refused_like_everybody(make_server, trusted):
    server = make_server(BY_NAME)
    refused(server, login_as="nobody-here")
    server.wait_for_log("Connection closed by invalid user nobody-here")
    assert "public key" not in server.log()


def test_it_may_be_one_step_of_two(make_server, trusted):
    server = make_server(
        BY_NAME + "AuthenticationMethods hostbased,publickey\n")
    assert login(server).returncode == 255
    server.wait_for_log("Partial hostbased for alice from")


def test_programs_learn_of_it(make_server, trusted):
    server = make_server(BY_NAME + "ExposeAuthInfo yes\n")
    result = login(server, words=("cat $SSH_USER_AUTH",))
    assert result.stdout == (
        f'hostbased {public()} client user "alice", client host "{NAME}"\n')
