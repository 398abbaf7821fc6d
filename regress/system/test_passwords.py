# SPDX-License-Identifier: ISC
"""Logins by password, against shadow(5)."""

import asyncio

import asyncssh
import paramiko
import pytest

from passwords import (
    METHODS, Attempts, Typist, hashed, plink, set_shadow, ssh)
from terminal import Terminal

SECRET = "correct horse"


@pytest.fixture(autouse=True)
def passwords(syslog):
    set_shadow("alice", hashed(SECRET))
    set_shadow("bob", hashed("of bob"))
    yield
    for user in ("alice", "bob", "noshell"):
        set_shadow(user, "*")
    set_shadow("locked", "!")


@pytest.fixture
def typist(tmp_path):
    return lambda *answers: Typist(str(tmp_path), *answers)


def says_hello(result):
    return result.returncode == 0 and result.stdout.strip() == "hello"


# ---- clients --------------------------------------------------------------

def test_openssh_logs_in_by_password(make_server, typist):
    server = make_server()
    assert says_hello(ssh(server, "alice", typist(SECRET), "echo", "hello"))
    server.wait_for_log("Accepted password for alice from 127.0.0.1 port ")
    assert SECRET not in server.log()


def test_plink_logs_in_by_password(make_server):
    server = make_server()
    assert says_hello(plink(server, "alice", SECRET, "echo", "hello"))
    assert plink(server, "alice", "wrong", "echo", "hello").returncode != 0


def test_paramiko_logs_in_by_password(make_server):
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("alice", "wrong") is False
        assert attempts.password("alice", SECRET) is True


def test_asyncssh_logs_in_by_password(make_server):
    server = make_server()

    async def run(password):
        async with asyncssh.connect(
                "127.0.0.1", server.port, username="alice", config=None,
                known_hosts=server.known_hosts(), client_keys=None,
                password=password) as connection:
            return (await connection.run("echo hello")).stdout.strip()
    assert asyncio.run(run(SECRET)) == "hello"
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(run("wrong"))


# ---- passwords ------------------------------------------------------------

@pytest.mark.parametrize("method", METHODS)
def test_each_kind_of_hash_is_understood(make_server, method):
    set_shadow("alice", hashed("secret", method))
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("alice", "Secret") is False
        assert attempts.password("alice", "secret") is True


@pytest.mark.parametrize("password", [
    "", "x", SECRET + " ", SECRET[:-1], SECRET + "\0", "\0" + SECRET,
    SECRET.upper(), "x" * 1024, "x" * 1025, "x" * 20000])
def test_another_password_is_wrong(make_server, password):
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("alice", password) is False
        assert attempts.password("alice", SECRET) is True
    server.wait_for_log("Failed password for alice from 127.0.0.1 port ")


def test_a_long_password_may_be_right(make_server):
    long = "long" * 125
    set_shadow("alice", hashed(long))
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("alice", long) is True


@pytest.mark.parametrize("stored", ["*", "!", "!!", "x", "*0", "*1"])
def test_no_password_fits_what_is_no_hash(make_server, stored):
    set_shadow("alice", stored)
    server = make_server()
    with Attempts(server) as attempts:
        for password in ("", stored, "*0", "x"):
            assert attempts.password("alice", password) is False


def test_a_password_is_wanted_only_where_it_is_configured(make_server):
    server = make_server("PasswordAuthentication no\nMatch User alice\n"
                         "PasswordAuthentication yes\n")
    with Attempts(server) as attempts:
        assert attempts.none("bob") == ["publickey"]
        assert attempts.password("bob", "of bob") == ["publickey"]
    with Attempts(server) as attempts:
        assert attempts.none("alice") == ["publickey", "password"]
        assert attempts.password("alice", SECRET) is True


def test_attempts_are_limited_and_logged_for_filters(make_server):
    server = make_server("MaxAuthTries 3\n")
    with Attempts(server) as attempts:
        assert attempts.password("alice", "1") is False
        assert attempts.password("alice", "2") is False
        with pytest.raises((paramiko.SSHException, EOFError)):
            assert attempts.password("alice", "3") is False
            attempts.password("alice", SECRET)
    server.wait_for_log("maximum authentication attempts exceeded for "
                        "alice from 127.0.0.1 port ")
    server.wait_for_log("Too many authentication failures [preauth]")
    assert server.log().count("Failed password for alice") == 3


# ---- accounts -------------------------------------------------------------

def test_a_user_who_does_not_exist_is_answered_like_any_other(make_server):
    server = make_server()
    with Attempts(server) as attempts:
        listed = attempts.none("alice")
    with Attempts(server) as attempts:
        assert attempts.none("nobodyhere") == listed
        assert attempts.password("nobodyhere", SECRET) is False
    server.wait_for_log("Invalid user nobodyhere from 127.0.0.1 port ")
    server.wait_for_log("Failed password for invalid user nobodyhere from "
                        "127.0.0.1 port ")


def test_a_locked_account_stays_out(make_server):
    set_shadow("locked", "!" + hashed("secret"))
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("locked", "secret") is False
    server.wait_for_log(
        "User locked not allowed because account is locked")
    server.wait_for_log("Failed password for invalid user locked from")


def test_an_expired_account_stays_out(make_server):
    set_shadow("alice", hashed(SECRET), expire="19001")
    server = make_server()
    with Attempts(server) as attempts:
        assert attempts.password("alice", SECRET) is False
    server.wait_for_log("Account alice has expired")


@pytest.mark.parametrize("policy,expected", [
    ("yes", True), ("prohibit-password", False), ("no", False),
    ("forced-commands-only", False)])
def test_root_needs_leave_to_use_a_password(make_server, policy, expected):
    set_shadow("root", hashed("of root"))
    server = make_server(f"PermitRootLogin {policy}\n")
    with Attempts(server) as attempts:
        assert attempts.password("root", "of root") is expected
    server.wait_for_log("Accepted password for root" if expected else
                        "Failed password for root")
    set_shadow("root", "*")


@pytest.mark.parametrize("permitted", [True, False])
def test_an_empty_password_needs_leave(make_server, permitted):
    set_shadow("alice", "")
    server = make_server("PermitEmptyPasswords yes\n" if permitted else "")
    with Attempts(server) as attempts:
        assert (attempts.none("alice") is True) is permitted
    with Attempts(server) as attempts:
        assert attempts.password("alice", "x") is False
        assert attempts.password("alice", "") is permitted
    if permitted:
        server.wait_for_log("Accepted none for alice from 127.0.0.1 port ")


def test_leave_for_empty_passwords_opens_no_other_account(make_server):
    server = make_server("PermitEmptyPasswords yes\n")
    for user in ("alice", "nobodyhere", "root", "locked"):
        with Attempts(server) as attempts:
            assert attempts.none(user) is not True
            assert attempts.password(user, "") is False
    server.wait_for_log("Failed none for alice from")


def test_both_a_key_and_a_password_can_be_asked_for(make_server, keys,
                                                    typist):
    server = make_server("AuthenticationMethods publickey,password\n")
    both = {"methods": "publickey,password",
            "options": ["-i", keys["ed25519"]]}
    assert says_hello(ssh(server, "alice", typist(SECRET), "echo", "hello",
                          **both))
    server.wait_for_log("Partial publickey for alice from")
    server.wait_for_log("Accepted password for alice from")
    assert ssh(server, "alice", typist(SECRET), "echo", "hello"
               ).returncode == 255
    assert ssh(server, "alice", typist("no", "no", "no"), "echo", "hello",
               **both).returncode == 255


# ---- expired passwords ----------------------------------------------------

@pytest.mark.parametrize("ages,why", [
    ({"changed": "0"}, "root forced"),
    ({"changed": "19000", "greatest": "10"}, "password aged")])
def test_an_expired_password_must_be_changed_at_a_terminal(
        make_server, typist, ages, why):
    set_shadow("alice", hashed(SECRET), **ages)
    server = make_server()
    result = ssh(server, "alice", typist(SECRET), "echo", "hello")
    assert result.returncode == 1 and "hello" not in result.stdout
    assert "password has expired" in result.stderr
    server.wait_for_log(f"User alice password has expired ({why})")


def test_the_new_password_lets_in(make_server, tmp_path):
    set_shadow("alice", hashed(SECRET), changed="0")
    server = make_server()
    command = server.ssh_command("alice", "/nonexistent", options=[
        "-o", "BatchMode=no", "-o", "PreferredAuthentications=password"])
    with Terminal(command) as terminal:
        for question, answer in (("password: ", SECRET),
                                 ("urrent password: ", SECRET),
                                 ("ew password: ", "xK9#mQ2vLp"),
                                 ("ew password: ", "xK9#mQ2vLp")):
            terminal.expect(question)
            terminal.send(answer + "\n")
        terminal.expect("updated successfully")
        terminal.process.wait(60)
    with Attempts(server) as attempts:
        assert attempts.password("alice", SECRET) is False
        assert attempts.password("alice", "xK9#mQ2vLp") is True


def test_an_expired_password_forwards_nothing(make_server, typist):
    set_shadow("alice", hashed(SECRET), changed="0")
    server = make_server()
    result = ssh(server, "alice", typist(SECRET), options=[
        "-W", f"127.0.0.1:{server.port}"])
    assert "SSH-2.0" not in result.stdout


def test_a_key_does_not_ask_how_old_the_password_is(make_server, keys):
    set_shadow("alice", hashed(SECRET), changed="0")
    server = make_server()
    assert server.ssh("alice", keys["ed25519"], "echo", "hello"
                      ).stdout == b"hello\n"
