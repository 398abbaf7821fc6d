# SPDX-License-Identifier: ISC
"""A login with the stock client: key types, where keys lie, who may."""

import os
import shutil

import paramiko
import pytest

from server import IS_POSTERN, KEY_TYPES, authorize, make_key


@pytest.mark.parametrize("kind", KEY_TYPES)
def test_a_command_runs_as_the_user_with_each_key_type(server, keys, kind):
    result = server.ssh("alice", keys[kind], "id", "-un")
    assert (result.returncode, result.stdout) == (0, b"alice\n"), result


@pytest.mark.parametrize("status", [0, 1, 7, 127, 254, 255])
def test_the_exit_status_reaches_the_client(server, keys, status):
    assert server.ssh("alice", keys["ed25519"],
                      f"exit {status}").returncode == status


@pytest.mark.parametrize("algorithm", ["rsa-sha2-256", "rsa-sha2-512"])
def test_an_rsa_user_key_signs_with_each_sha2_hash(server, keys, algorithm):
    result = server.ssh(
        "alice", keys["rsa"], "true",
        options=["-o", "LogLevel=DEBUG3",
                 "-o", f"PubkeyAcceptedAlgorithms={algorithm}"])
    assert result.returncode == 0
    assert f"signing using {algorithm} " in result.stderr.decode()


class Untold(paramiko.Transport):
    """A client that hears nothing of the algorithms for signatures."""

    server_extensions = property(lambda self: {}, lambda self, value: None)


def test_an_rsa_signature_with_sha1_is_refused(server, keys):
    transport = Untold(
        ("127.0.0.1", server.port), disabled_algorithms={
            "pubkeys": ["rsa-sha2-256", "rsa-sha2-512"]})
    try:
        transport.start_client(timeout=60)
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_publickey(
                "alice", paramiko.RSAKey.from_private_key_file(keys["rsa"]))
    finally:
        transport.close()
    assert "ssh-rsa" in server.wait_for_log("userauth_pubkey: ")


def test_the_signature_is_bound_to_the_host_key(server, keys):
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "LogLevel=DEBUG3"])
    said = result.stderr.decode()
    assert "kex_input_ext_info: publickey-hostbound@openssh.com" in said
    assert "publickey-hostbound-v00@openssh.com" in said
    assert result.returncode == 0


def test_a_login_is_logged_with_the_key_that_opened_it(server, keys):
    assert server.ssh("bob", keys["ecdsa"], "true").returncode == 0
    line = server.wait_for_log("Accepted publickey for bob from 127.0.0.1 ")
    assert " ssh2: ECDSA SHA256:" in line
    assert "[preauth]" not in line


@pytest.fixture
def other_key(tmp_path):
    return make_key(str(tmp_path / "other"))


def test_a_key_in_any_of_several_files_opens_the_account(
        make_server, keys, other_key):
    server = make_server("AuthorizedKeysFile .ssh/none .ssh/%u_keys "
                         "/etc/ssh/keys/%u .ssh/authorized_keys\n")
    os.makedirs("/etc/ssh/keys", exist_ok=True)
    for path in ("/home/alice/.ssh/alice_keys", "/etc/ssh/keys/alice"):
        assert server.ssh("alice", other_key, "true").returncode == 255
        shutil.copy(other_key + ".pub", path)
        os.chmod(path, 0o644)
        try:
            assert server.ssh("alice", other_key, "true").returncode == 0
            assert server.ssh("alice", keys["rsa"], "true").returncode == 0
        finally:
            os.unlink(path)


def test_no_authorized_keys_file_means_no_key(make_server, keys):
    server = make_server("AuthorizedKeysFile none\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255


def _refusal(result):
    text = result.stderr.decode().replace("\r", "")
    return result.returncode, text.split("@127.0.0.1: ")[-1]


def test_an_unknown_user_and_a_wrong_key_are_refused_alike(
        server, keys, other_key):
    wrong = server.ssh("alice", other_key, "true")
    unknown = server.ssh("nobody-here", keys["ed25519"], "true")
    assert _refusal(wrong) == _refusal(unknown)
    assert wrong.returncode == 255
    assert "Permission denied (publickey" in wrong.stderr.decode()


def test_a_refusal_does_not_tell_how_far_the_client_got(
        server, keys, other_key):
    def packets(user, key):
        result = server.ssh(user, key, "true",
                            options=["-o", "LogLevel=DEBUG3"])
        return [line for line in result.stderr.decode().splitlines()
                if "receive packet" in line]
    assert packets("nobody-here", keys["ed25519"]) == \
        packets("alice", other_key)


def test_an_unknown_user_is_logged_once(make_server, keys):
    server = make_server("LogLevel INFO\n")
    server.ssh("nobody-here", keys["ed25519"], "true")
    closed = server.wait_for_log("Connection closed by")
    lines = [line for line in server.log().splitlines()
             if "nobody-here" in line]
    port = closed.split(" port ")[1].split()[0]
    assert lines == [
        f"Invalid user nobody-here from 127.0.0.1 port {port}",
        "Connection closed by invalid user nobody-here 127.0.0.1 port "
        f"{port} [preauth]"]


def test_a_wrong_key_is_logged_as_a_failure_with_its_print(
        make_server, other_key):
    server = make_server("LogLevel VERBOSE\n")
    server.ssh("alice", other_key, "true")
    line = server.wait_for_log("Failed publickey for alice from 127.0.0.1 ")
    assert " ssh2: ED25519 SHA256:" in line
    closed = server.wait_for_log("Connection closed by authenticating user ")
    assert "user alice 127.0.0.1 port" in closed
    assert closed.endswith("[preauth]")


def test_the_password_of_a_user_is_not_asked_for_when_off(make_server, keys):
    server = make_server("PasswordAuthentication no\n"
                         "KbdInteractiveAuthentication no\n")
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "PubkeyAuthentication=no"])
    assert "Permission denied (publickey)." in result.stderr.decode()


def test_a_locked_account_is_refused(server, keys):
    assert server.ssh("locked", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("User locked not allowed because account is locked")


def test_an_account_without_its_shell_is_refused(server, keys):
    assert server.ssh("noshell", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("User noshell not allowed because shell "
                        "/srv/shells/shell does not exist")


def test_an_account_whose_shell_may_not_run_is_refused(server, keys):
    os.makedirs("/srv/shells")
    with open("/srv/shells/shell", "w"):
        pass
    try:
        status = server.ssh("noshell", keys["ed25519"], "true").returncode
        assert status == 255
        server.wait_for_log("User noshell not allowed because shell "
                            "/srv/shells/shell is not executable")
    finally:
        shutil.rmtree("/srv/shells")


def test_root_logs_in_with_a_key_by_default(server, keys):
    authorize("root", keys["ed25519"] + ".pub")
    result = server.ssh("root", keys["ed25519"], "id -u")
    assert result.stdout == b"0\n"


def test_root_is_refused_where_the_configuration_says_so(make_server, keys):
    authorize("root", keys["ed25519"] + ".pub")
    server = make_server("PermitRootLogin no\n")
    assert server.ssh("root", keys["ed25519"], "true").returncode == 255
    server.wait_for_log("ROOT LOGIN REFUSED FROM 127.0.0.1 port")


def test_too_many_keys_end_the_connection(make_server, keys, tmp_path):
    server = make_server("MaxAuthTries 3\n")
    options = ["-o", "LogLevel=INFO"]
    for number in range(5):
        key = make_key(str(tmp_path / f"key{number}"))
        options += ["-i", key]
    result = server.ssh("alice", keys["ed25519"], "true", options=options)
    assert result.returncode == 255
    assert "Too many authentication failures" in result.stderr.decode()
    line = server.wait_for_log("maximum authentication attempts exceeded for "
                               "alice from 127.0.0.1 port")
    assert line.endswith("ssh2 [preauth]")
    line = server.wait_for_log("Disconnecting authenticating user alice")
    assert line.endswith(": Too many authentication failures [preauth]")


def test_fewer_wrong_keys_than_the_limit_do_no_harm(make_server, keys,
                                                    tmp_path):
    server = make_server("MaxAuthTries 3\n")
    options = []
    for number in range(2):
        options += ["-i", make_key(str(tmp_path / f"key{number}"))]
    assert server.ssh("alice", keys["ed25519"], "true",
                      options=options).returncode == 0


def test_the_banner_comes_before_the_login(make_server, keys, tmp_path):
    banner = tmp_path / "banner"
    banner.write_text("Private machine.\nGo away.\n")
    server = make_server(f"Banner {banner}\n")
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "LogLevel=INFO"])
    assert b"Private machine.\nGo away.\n" in \
        result.stderr.replace(b"\r", b"")


def test_a_missing_banner_file_is_no_obstacle(make_server, keys):
    server = make_server("Banner /nonexistent/banner\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


@pytest.mark.postern_only
@pytest.mark.parametrize("size, shown", [(131072, True), (131073, False)])
def test_a_banner_that_is_too_large_is_named(make_server, keys, tmp_path,
                                             size, shown):
    (tmp_path / "banner").write_text("x" * size)
    server = make_server(f"Banner {tmp_path}/banner\n")
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "LogLevel=INFO"])
    assert result.returncode == 0
    assert (b"x" * size in result.stderr) == shown
    assert (f"Banner {tmp_path}/banner is not shown: it is larger than "
            "128 KiB" in server.log()) != shown


@pytest.mark.postern_only
def test_a_banner_that_nobody_writes_is_not_waited_for(make_server, keys,
                                                       tmp_path):
    os.mkfifo(tmp_path / "banner")
    server = make_server(f"Banner {tmp_path}/banner\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_the_version_carries_the_addendum(make_server, keys):
    server = make_server("VersionAddendum for-testing\n")
    result = server.ssh("alice", keys["ed25519"], "true",
                        options=["-o", "LogLevel=DEBUG1"])
    said = [line for line in result.stderr.decode().splitlines()
            if "remote software version" in line]
    assert said and said[0].endswith(" for-testing")
    if IS_POSTERN:
        assert "Postern" in said[0]
