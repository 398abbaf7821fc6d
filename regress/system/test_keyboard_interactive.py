# SPDX-License-Identifier: ISC
"""keyboard-interactive: the questions of PAM modules, asked of clients."""

import asyncio
import shutil
import subprocess

import asyncssh
import paramiko
import pytest

from pam_stacks import ODD, SECRET, accounts, odd, pam, stack, typist
from passwords import Attempts, hashed, set_shadow, ssh
from terminal import Terminal

METHOD = "keyboard-interactive"


def dialogue(server, user, rounds):
    """Paramiko: (True or False, [(instruction, prompts)]).

    rounds: a list of answers for each question; one that is missing ends
    the dialogue with an exception of the client.
    """
    asked, left = [], list(rounds)

    def handler(_title, instruction, prompts):
        asked.append((instruction, prompts))
        return left.pop(0)

    with Attempts(server) as attempts:
        try:
            attempts.transport.auth_interactive(user, handler)
        except paramiko.AuthenticationException:
            return False, asked
        return attempts.transport.is_authenticated(), asked


# ---- clients --------------------------------------------------------------

def test_openssh_answers_pam_unix(pam, typist):
    stack(auth="required pam_unix.so", account="required pam_unix.so")
    server = pam()
    result = ssh(server, "alice", typist(SECRET), "echo", "hello",
                 methods=METHOD)
    assert result.stdout == "hello\n", result.stderr
    server.wait_for_log("Postponed keyboard-interactive for alice from "
                        "127.0.0.1 port ")
    server.wait_for_log("Accepted keyboard-interactive/pam for alice from "
                        "127.0.0.1 port ")
    assert SECRET not in server.log()


def test_a_wrong_answer_is_told_as_filters_know_it(pam):
    stack(auth="required pam_unix.so nodelay")
    server = pam()
    assert dialogue(server, "alice", [["wrong"]])[0] is False
    server.wait_for_log("PAM: Authentication failure for alice from "
                        "127.0.0.1")
    server.wait_for_log("Failed keyboard-interactive/pam for alice from "
                        "127.0.0.1 port ")
    assert dialogue(server, "nobodyhere", [["wrong"]])[0] is False
    server.wait_for_log("for illegal user nobodyhere from 127.0.0.1")
    server.wait_for_log("Failed keyboard-interactive/pam for invalid user "
                        "nobodyhere from 127.0.0.1 port ")


def test_asyncssh_answers(pam):
    odd(rounds="auth")
    server = pam()
    answers = [["Rex"], ["1", "zwei"], [""]]

    class Client(asyncssh.SSHClient):
        def kbdint_auth_requested(self):
            return ""

        def kbdint_challenge_received(self, name, instructions, lang,
                                      prompts):
            return answers.pop(0) if prompts else []

    async def run():
        connection, _ = await asyncssh.create_connection(
            Client, "127.0.0.1", server.port, username="alice", config=None,
            known_hosts=server.known_hosts(), client_keys=None,
            password=None)
        async with connection:
            return (await connection.run("echo hello")).stdout
    assert asyncio.run(run()) == "hello\n"


def test_plink_answers(pam):
    stack(auth="required pam_unix.so")
    server = pam("PasswordAuthentication no\n")
    pins = []
    for key in server.host_keys:
        shown = subprocess.run(["ssh-keygen", "-lf", key + ".pub"],
                               capture_output=True, text=True, check=True)
        pins += ["-hostkey", shown.stdout.split()[1]]
    with Terminal(["plink", "-ssh", "-noagent", "-P", str(server.port),
                   *pins, "-l", "alice", "127.0.0.1", "echo", "hello"]) as t:
        t.expect("Password: ")
        t.send(SECRET + "\n")
        t.expect("Press Return")
        t.send("\n")
        t.expect("hello")


# ---- dialogues ------------------------------------------------------------

def test_three_rounds_of_odd_questions(pam):
    odd(rounds="auth")
    server = pam()
    good, asked = dialogue(server, "alice", [["Rex"], ["1", "zwei"], [""]])
    assert good is True
    assert asked == [
        ("Three rounds.\nThis is the first.\n", [("Name of your pet: ",
                                                  True)]),
        ("Nearly there.\n", [("One: ", False), ("Two: ", True)]),
        ("", [("", False)])]
    assert server.log().count("Postponed keyboard-interactive/pam for "
                              "alice") == 2


@pytest.mark.parametrize("rounds", [
    [["Max"]], [["Rex"], ["1", "two"]], [["Rex"], ["zwei", "1"]],
    [["Rex"], ["1", "zwei"], ["x"]], [[""]], [["Rex\0"]], [["x" * 20000]]])
def test_one_wrong_answer_is_enough(pam, rounds):
    odd(rounds="auth")
    server = pam()
    assert dialogue(server, "alice", rounds)[0] is False
    server.wait_for_log("Failed keyboard-interactive/pam for alice")
    assert "Accepted" not in server.log()


def test_who_must_not_log_in_hears_the_same_questions(pam):
    odd(ask="auth:odd")
    server = pam("DenyUsers bob\n")
    expected = dialogue(server, "alice", [["wrong"]])
    for user in ("nobodyhere", "root", "bob"):
        assert dialogue(server, user, [["odd"]]) == expected
    assert dialogue(server, "alice", [["odd"]])[0] is True


def test_an_expired_password_is_changed_in_the_dialogue(pam):
    odd(ask="auth:odd", fail="account:12", renew="password")
    server = pam()
    good, asked = dialogue(server, "alice", [["odd"], ["better", "better"]])
    assert good is True
    assert [text for text, _ in asked[1][1]] == ["New secret: ",
                                                 "Once more: "]
    assert dialogue(server, "alice", [["odd"], ["better", "bitter"]])[0] \
        is False
    server.wait_for_log("PAM: ")


def test_pam_unix_changes_an_expired_password(pam, typist):
    stack(auth="required pam_unix.so", account="required pam_unix.so",
          password="required pam_unix.so sha512")
    set_shadow("alice", hashed(SECRET), changed="0")
    server = pam()
    new = "xK9#mQ2vLp"
    result = ssh(server, "alice", typist(SECRET, SECRET, new, new), "echo",
                 "hello", methods=METHOD)
    assert result.stdout == "hello\n", result.stderr
    assert dialogue(server, "alice", [[SECRET]])[0] is False
    assert dialogue(server, "alice", [[new]])[0] is True


def test_an_account_that_is_refused_in_the_dialogue_is_a_failure(pam):
    odd(ask="auth:odd", fail="account:13")
    server = pam()
    assert dialogue(server, "alice", [["odd"]])[0] is False
    server.wait_for_log("PAM: User account has expired for alice from "
                        "127.0.0.1")
    server.wait_for_log("Failed keyboard-interactive/pam for alice")


def test_what_modules_tell_at_last_is_shown(pam, typist):
    odd(ask="auth:odd", tell="account:Good_to_see_you.")
    result = ssh(pam(), "alice", typist("odd"), "true", methods=METHOD,
                 options=["-o", "LogLevel=INFO"])
    assert result.returncode == 0 and "Good to see you." in result.stderr


def test_a_module_without_questions_decides_alone(pam):
    odd()
    assert dialogue(pam(), "alice", [])[0] is True
    odd(fail="auth:7")
    assert dialogue(pam(), "alice", [])[0] is False


def test_the_environment_of_the_dialogue_reaches_the_session(pam, typist):
    odd(ask="auth:odd", put="auth:ODD=yes")
    assert ssh(pam(), "alice", typist("odd"), "echo $ODD", methods=METHOD
               ).stdout == "yes\n"


# ---- second factors -------------------------------------------------------

def test_pam_oath_asks_for_a_one_time_password(pam, tmp_path, typist):
    users = tmp_path / "users.oath"
    users.write_text("HOTP alice - 00112233445566778899\n")
    users.chmod(0o600)
    stack(auth="required pam_unix.so\n"
          f"required pam_oath.so usersfile={users} window=5 digits=6")
    code = subprocess.run(["oathtool", "00112233445566778899"],
                          capture_output=True, text=True).stdout.strip()
    server = pam()
    assert ssh(server, "alice", typist(SECRET, code), "echo", "hello",
               methods=METHOD).stdout == "hello\n"
    # once
    assert dialogue(server, "alice", [[SECRET], [code]])[0] is False


def test_google_authenticator_asks_for_a_code(pam, typist):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    path = "/home/alice/.google_authenticator"
    with open(path, "w") as out:
        out.write(f"{secret}\n\" TOTP_AUTH\n")
    shutil.chown(path, "alice", "alice")
    subprocess.run(["chmod", "400", path], check=True)
    stack(auth="required pam_google_authenticator.so")
    code = subprocess.run(["oathtool", "--totp", "-b", secret],
                          capture_output=True, text=True).stdout.strip()
    server = pam()
    assert dialogue(server, "alice", [["000000"]])[0] is (code == "000000")
    assert ssh(server, "alice", typist(code), "echo", "hello",
               methods=METHOD).stdout == "hello\n"


@pytest.mark.parametrize("methods,good", [
    ("publickey,keyboard-interactive:pam", True),
    ("publickey,keyboard-interactive", True),
    ("publickey,keyboard-interactive:bsdauth", False)])
def test_a_key_and_a_dialogue_can_be_asked_for(pam, keys, typist, methods,
                                               good):
    odd(ask="auth:odd")
    server = pam(f"AuthenticationMethods {methods}\nExposeAuthInfo yes\n")
    result = ssh(server, "alice", typist("odd"), "cat $SSH_USER_AUTH",
                 methods=f"publickey,{METHOD}",
                 options=["-i", keys["ed25519"]])
    assert (result.returncode == 0) is good
    if good:
        server.wait_for_log("Partial publickey for alice")
        assert result.stdout.splitlines()[1] == "keyboard-interactive/pam"


def test_a_dialogue_may_come_first(pam, keys, typist):
    odd(ask="auth:odd")
    server = pam(f"AuthenticationMethods {METHOD}:pam,publickey\n")
    assert ssh(server, "alice", typist("odd"), "echo", "hello",
               methods=f"{METHOD},publickey",
               options=["-i", keys["ed25519"]]).stdout == "hello\n"
    server.wait_for_log("Partial keyboard-interactive/pam for alice")
    server.wait_for_log("Accepted publickey for alice")


# ---- what is offered ------------------------------------------------------

def test_it_is_offered_where_there_is_a_device(make_server):
    offers = {}
    for config in ("", "UsePAM yes\n",
                   "UsePAM yes\nKbdInteractiveAuthentication no\n"):
        with Attempts(make_server(config)) as attempts:
            offers[config] = METHOD in attempts.none("alice")
    assert list(offers.values()) == [False, True, False]


def test_tries_are_limited(pam):
    odd(ask="auth:odd")
    server = pam("MaxAuthTries 2\n")
    with Attempts(server) as attempts:
        def wrong(*_):
            return ["wrong"]
        for _ in range(2):
            with pytest.raises((paramiko.SSHException, EOFError)):
                attempts.transport.auth_interactive("alice", wrong)
    server.wait_for_log("maximum authentication attempts exceeded for alice "
                        "from 127.0.0.1 port ")


# ---- ends -----------------------------------------------------------------

@pytest.mark.postern_only
@pytest.mark.parametrize("how", ["crash", "exit"])
def test_a_module_that_dies_amid_a_dialogue_ends_its_connection(pam, how):
    odd(ask="auth:odd", **{how: "auth"})
    server = pam()
    assert dialogue(server, "alice", [["odd"]])[0] is False
    odd(ask="auth:odd")
    assert dialogue(server, "alice", [["odd"]])[0] is True


def test_a_client_that_goes_amid_a_dialogue_leaves_nothing(pam):
    stack(auth=f"required {ODD} ask=auth:odd\n"
          "optional pam_permit.so", account="required pam_permit.so")
    server = pam()

    def leave(*_):
        raise EOFError
    with Attempts(server) as attempts:
        with pytest.raises((paramiko.SSHException, EOFError)):
            attempts.transport.auth_timeout = 1
            attempts.transport.auth_interactive("alice", leave)
    server.wait_for_log("closed by authenticating user alice")
    assert "Accepted" not in server.log()


@pytest.mark.slow
def test_nobody_has_more_time_than_the_grace_time(pam):
    odd(ask="auth:odd")
    server = pam("LoginGraceTime 1\n")

    def wait(*_):
        server.wait_for_log("Timeout before authentication", 60)
        return ["odd"]
    with Attempts(server) as attempts:
        with pytest.raises((paramiko.SSHException, EOFError)):
            attempts.transport.auth_interactive("alice", wait)
    assert "Accepted" not in server.log()
