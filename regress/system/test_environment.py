# SPDX-License-Identifier: ISC
"""What a command finds in its environment, and what may put it there."""

import os
import shutil

import pytest

from isolated import host_file

def environment(server, keys, user="alice", options=(), command="env -0",
                **kwargs):
    result = server.ssh(user, keys["ed25519"], command, options=options,
                        **kwargs)
    assert result.returncode == 0, result
    return dict(entry.split("=", 1) for entry in
                result.stdout.decode().split("\0") if entry)


def test_the_account_describes_itself(server, keys):
    env = environment(server, keys)
    assert (env["USER"], env["LOGNAME"]) == ("alice", "alice")
    assert (env["HOME"], env["SHELL"]) == ("/home/alice", "/bin/bash")
    assert env["PWD"] == "/home/alice"


def test_the_search_path_is_the_usual_one(server, keys):
    """Debian's; it may go on with a directory of our own."""
    path = environment(server, keys)["PATH"] + ":"
    assert path.startswith("/usr/local/bin:/usr/bin:/bin:/usr/games:")
    with open(keys["ed25519"] + ".pub") as key, \
            open("/home/root/.ssh/authorized_keys", "w") as out:
        out.write(key.read())
    path = environment(server, keys, user="root")["PATH"] + ":"
    assert path.startswith("/usr/local/sbin:/usr/local/bin:/usr/sbin:"
                           "/usr/bin:/sbin:/bin:")


def test_the_mailbox_is_named(server, keys):
    assert environment(server, keys)["MAIL"] == "/var/mail/alice"


def test_both_ends_of_the_connection_are_named(server, keys):
    env = environment(server, keys)
    address, port, here, local_port = env["SSH_CONNECTION"].split()
    assert (address, here) == ("127.0.0.1", "127.0.0.1")
    assert int(local_port) == server.port
    assert env["SSH_CLIENT"] == f"127.0.0.1 {port} {server.port}"
    server.wait_for_log(f"Connection from 127.0.0.1 port {port} on")


def test_nothing_of_the_server_itself_leaks(make_server, keys):
    server = make_server(env={**os.environ, "LEAKED": "yes",
                              "LD_LIBRARY_PATH": "/nonexistent"})
    env = environment(server, keys)
    assert set(env) - {"_", "SHLVL", "PWD", "OLDPWD"} == {
        "USER", "LOGNAME", "HOME", "PATH", "MAIL", "SHELL", "SSH_CLIENT",
        "SSH_CONNECTION"}


def test_the_time_zone_of_the_server_is_handed_on(make_server, keys):
    server = make_server(env={**os.environ, "TZ": "Asia/Tokyo"})
    assert environment(server, keys)["TZ"] == "Asia/Tokyo"


def test_only_accepted_names_come_from_the_client(server, keys):
    env = environment(server, keys, options=[
        "-o", "SetEnv=TEST_ONE=1 LC_TEST=two OTHER=3 LANG=C.UTF-8"])
    assert env["TEST_ONE"] == "1"
    assert env["LC_TEST"] == "two"
    assert env["LANG"] == "C.UTF-8"
    assert "OTHER" not in env


def test_the_client_cannot_replace_what_the_server_sets(make_server, keys):
    server = make_server("AcceptEnv *\n")
    env = environment(server, keys, options=[
        "-o", "SetEnv=HOME=/tmp SSH_CONNECTION=x USER=root SHELL=/x MORE=1"])
    assert env["HOME"] == "/home/alice"
    assert env["USER"] == "alice"
    assert env["SHELL"] == "/bin/bash"
    assert env["SSH_CONNECTION"].startswith("127.0.0.1 ")
    assert env["MORE"] == "1"


def test_the_configuration_sets_variables_over_those_of_the_client(
        make_server, keys):
    server = make_server("AcceptEnv BOTH\nSetEnv BOTH=server ONE=a\n")
    env = environment(server, keys, options=["-o", "SetEnv=BOTH=client"])
    assert (env["BOTH"], env["ONE"]) == ("server", "a")


def test_a_terminal_session_names_its_terminal(server, keys):
    env = environment(server, keys, options=["-tt"],
                      command="test $(tty) = $SSH_TTY && env -0")
    assert env["SSH_TTY"].startswith("/dev/pts/")
    assert "TERM" in env


@pytest.fixture
def rc_file():
    path = "/home/alice/.ssh/rc"
    with open(path, "w") as out:
        out.write("echo rc-ran\necho user $USER >rc_wrote\n")
    shutil.chown(path, "alice")
    yield path
    os.unlink(path)


def test_the_rc_file_of_the_user_runs_first(server, keys, rc_file):
    result = server.ssh("alice", keys["ed25519"], "cat rc_wrote")
    assert result.stdout == b"rc-ran\nuser alice\n"


def test_the_rc_file_may_be_switched_off(make_server, keys, rc_file):
    server = make_server("PermitUserRC no\n")
    result = server.ssh("alice", keys["ed25519"], "echo cmd")
    assert result.stdout == b"cmd\n"


def test_the_rc_file_of_the_host_runs_for_users_without_one(server, keys):
    with open("/etc/ssh/sshrc", "w") as out:
        out.write("echo host-rc\n")
    try:
        result = server.ssh("bob", keys["ed25519"], "echo cmd")
        assert result.stdout == b"host-rc\ncmd\n"
    finally:
        os.unlink("/etc/ssh/sshrc")


def test_a_missing_home_directory_is_named_and_the_command_runs(
        server, keys):
    os.rename("/home/bob", "/home/bob.away")
    os.makedirs("/home/keys", exist_ok=True)
    try:
        os.symlink("/home/bob.away", "/home/bob")
        os.chmod("/home/bob.away", 0o755)
        result = server.ssh("bob", keys["ed25519"], "pwd -P")
        assert result.stdout == b"/home/bob.away\n"
    finally:
        os.unlink("/home/bob")
        os.rename("/home/bob.away", "/home/bob")


def test_a_home_that_cannot_be_entered_is_named(make_server, keys):
    shutil.copytree("/home/bob/.ssh", "/etc/ssh/bob_keys")
    server = make_server("AuthorizedKeysFile /etc/ssh/bob_keys/"
                         "authorized_keys\nStrictModes no\n")
    os.rename("/home/bob", "/home/bob.away")
    try:
        os.chmod("/etc/ssh/bob_keys", 0o755)
        os.chmod("/etc/ssh/bob_keys/authorized_keys", 0o644)
        result = server.ssh("bob", keys["ed25519"], "pwd")
        assert result.stdout == b"/\n"
        assert b"Could not chdir to home directory /home/bob: " \
            b"No such file or directory" in result.stderr
    finally:
        os.rename("/home/bob.away", "/home/bob")
        shutil.rmtree("/etc/ssh/bob_keys")


def test_the_groups_are_those_of_the_account(server, keys):
    with host_file("/etc/group", "testers:x:3001:alice\n", "a"):
        result = server.ssh("alice", keys["ed25519"], "id -G")
    assert sorted(result.stdout.split()) == [b"2001", b"3001"]


def test_only_the_standard_descriptors_are_open(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "exec /bin/ls /proc/self/fd")
    # the fourth is the directory that ls reads
    assert result.stdout == b"0\n1\n2\n3\n"


def test_signals_have_their_default_actions(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "grep -E 'Sig(Ign|Blk)' /proc/self/status")
    assert result.stdout.split() == [b"SigBlk:", b"0" * 16,
                                     b"SigIgn:", b"0" * 16]
