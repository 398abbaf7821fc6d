# SPDX-License-Identifier: ISC
"""PAM: passwords, accounts, sessions, and modules that misbehave."""

import os
import re
import shutil
import subprocess

import paramiko
import pytest

from isolated import SOURCE, host_file
from pam_stacks import ODD, SECRET, accounts, odd, pam, stack, typist
from passwords import Attempts, hashed, set_shadow, ssh
from server import descendants, title, wait_until
from terminal import Terminal
from users_server import users_server

STEPS = {"auth": "auth", "setcred": "auth", "account": "account",
         "open": "session"}


def try_password(server, user="alice", password=SECRET):
    """True, False, or None when the connection ended."""
    with Attempts(server) as attempts:
        try:
            return attempts.password(user, password)
        except (paramiko.SSHException, EOFError):
            return None


def by_key(server, keys, *words, **kwargs):
    return server.ssh("alice", keys["ed25519"], *words, text=True, **kwargs)


# ---- modules of everybody -------------------------------------------------

def test_pam_unix_checks_passwords(pam):
    stack(auth="required pam_unix.so", account="required pam_unix.so")
    server = pam()
    assert try_password(server, password="wrong") is False
    assert try_password(server) is True
    server.wait_for_log("Failed password for alice from 127.0.0.1 port ")
    server.wait_for_log("Accepted password for alice from 127.0.0.1 port ")
    assert try_password(server, user="nobodyhere") is False
    server.wait_for_log("Failed password for invalid user nobodyhere from")


def test_the_stack_of_the_system_as_it_is(pam, keys):
    """Debian's files, with what they include."""
    server = pam()
    assert try_password(server) is True
    assert by_key(server, keys, "echo", "hello").stdout == "hello\n"


def test_the_stack_that_we_come_with(pam, keys):
    """It lets in, sets variables and limits, and knows of /etc/nologin."""
    shutil.copy(f"{SOURCE}/contrib/pam.d/sshd", "/etc/pam.d/sshd")
    server = pam()
    assert try_password(server, password="wrong") is False
    assert try_password(server) is True
    with host_file("/etc/environment", "SITE=here\n"), \
            host_file("/etc/security/limits.conf", "alice hard nofile 777\n"):
        assert by_key(server, keys, "echo $SITE; ulimit -Hn").stdout == \
            "here\n777\n"
    with open("/etc/nologin", "w") as out:
        out.write("closed for today\n")
    try:
        assert by_key(server, keys, "true").returncode == 255
    finally:
        os.unlink("/etc/nologin")


@pytest.mark.parametrize("permitted", [True, False])
def test_pam_unix_takes_empty_passwords_with_leave(pam, permitted):
    stack(auth="required pam_unix.so nullok")
    set_shadow("alice", "")
    server = pam("PermitEmptyPasswords yes\n" if permitted else "")
    assert try_password(server, password="") is permitted


def test_pam_unix_tells_of_expired_accounts(pam, keys):
    stack(account="required pam_unix.so")
    set_shadow("alice", hashed(SECRET), expire="19001")
    server = pam()
    result = by_key(server, keys, "true", options=["-o", "LogLevel=INFO"])
    assert result.returncode == 255
    assert "account has expired" in result.stderr
    server.wait_for_log("Access denied for user alice by PAM account "
                        "configuration [preauth]")


def test_pam_unix_asks_for_a_new_password_also_behind_a_key(pam, keys):
    stack(account="required pam_unix.so", session="required pam_unix.so")
    set_shadow("alice", hashed(SECRET), changed="0")
    server = pam()
    result = by_key(server, keys, "echo", "hello")
    assert result.returncode == 1 and result.stdout == ""
    assert "password has expired" in result.stderr


def test_pam_nologin_closes_the_door(pam, keys):
    stack(account="required pam_nologin.so")
    with open("/etc/nologin", "w") as out:
        out.write("closed for today\n")
    try:
        server = pam()
        result = by_key(server, keys, "echo", "hello")
        assert result.returncode == 255 and "hello" not in result.stdout
        stack()
        assert by_key(server, keys, "echo", "hello").stdout == "hello\n"
    finally:
        os.unlink("/etc/nologin")


def test_pam_access_knows_where_we_come_from(pam, keys, tmp_path):
    table = tmp_path / "access.conf"
    stack(account=f"required pam_access.so accessfile={table}")
    server = pam()
    table.write_text("-:alice:127.0.0.1\n+:ALL:ALL\n")
    assert by_key(server, keys, "true").returncode == 255
    server.wait_for_log("Access denied for user alice by PAM account")
    table.write_text("+:alice:127.0.0.1\n-:ALL:ALL\n")
    assert by_key(server, keys, "true").returncode == 0


def test_pam_limits_reach_the_user(pam, keys, tmp_path):
    limits = tmp_path / "limits.conf"
    limits.write_text("alice hard nofile 777\nalice soft nofile 555\n"
                      "alice - core 12345\n")
    stack(session=f"required pam_limits.so conf={limits}")
    result = by_key(pam(), keys, "ulimit -Sn; ulimit -Hn; ulimit -c")
    assert result.stdout.split() == ["555", "777", "12345"]


@pytest.mark.parametrize("kind", ["soft", "hard", "-"])
def test_limits_of_the_user_do_not_end_the_login(pam, keys, tmp_path, kind):
    limits = tmp_path / "limits.conf"
    limits.write_text(f"alice {kind} fsize 1\n")
    stack(session=f"required pam_limits.so conf={limits}")
    result = by_key(pam(), keys, "ulimit -Sf; tty", options=["-tt"])
    assert result.returncode == 0, result
    assert re.fullmatch(r"1\s+/dev/pts/\d+\s+", result.stdout)


@pytest.mark.postern_only
def test_limits_of_the_user_are_not_those_of_the_login_records(pam, keys,
                                                               tmp_path):
    """lastlog is longer than any file that alice may write."""
    open("/var/log/lastlog", "w").close()
    limits = tmp_path / "limits.conf"
    # a root without CAP_SYS_RESOURCE could not raise a hard limit again
    limits.write_text("alice soft fsize 1\n")
    stack(session=f"required pam_limits.so conf={limits}")
    assert by_key(pam(), keys, "true", options=["-tt"]).returncode == 0
    shown = subprocess.run(["lastlog", "-u", "alice"], capture_output=True,
                           text=True, check=True)
    assert "127.0.0.1" in shown.stdout


def test_a_login_leaves_no_complaint_of_the_library(pam, keys, syslog):
    stack(auth="required pam_unix.so")
    mark = syslog.mark()
    server = pam()
    assert try_password(server) is True
    assert by_key(server, keys, "true").returncode == 0
    assert not [line for line in syslog.since(mark) if "PAM" in line]


def test_pam_umask_reaches_the_user(pam, keys):
    stack(session="required pam_umask.so umask=0137")
    assert by_key(pam(), keys, "umask").stdout.strip() == "0137"


def test_pam_env_sets_variables(pam, keys, tmp_path):
    table = tmp_path / "pam_env.conf"
    table.write_text("COLOUR DEFAULT=green\nHOST_OF DEFAULT=@{PAM_RHOST}\n")
    stack(session=f"required pam_env.so conffile={table} readenv=0")
    result = by_key(pam(), keys, "echo $COLOUR $HOST_OF")
    assert result.stdout == "green 127.0.0.1\n"


def test_pam_faillock_locks_after_failures(pam, tmp_path):
    lock = f"dir={tmp_path} deny=2 unlock_time=600"
    stack(auth=f"required pam_faillock.so preauth {lock}\n"
          "sufficient pam_unix.so nodelay\n"
          f"[default=die] pam_faillock.so authfail {lock}",
          account=f"required pam_faillock.so {lock}")
    server = pam()
    for password in ("wrong", "wronger"):
        assert try_password(server, password=password) is False
    assert try_password(server) is not True


# ---- a module of our own --------------------------------------------------

def test_the_steps_come_in_the_order_of_the_sheet(pam, tmp_path, typist):
    log = tmp_path / "steps"
    odd(log=log, ask="auth:odd")
    server = pam()
    assert ssh(server, "alice", typist("odd"), "true").returncode == 0
    lines = wait_until(lambda: log.read_text().count("setcred") == 3 and
                       log.read_text().splitlines(), what="the last step")
    assert [line.rsplit(" uid=")[0] for line in lines] == [
        "auth 0x1", "account 0x0", "setcred 0x2", "open 0x0", "setcred 0x2",
        "close 0x0", "setcred 0x4"]
    assert all("uid=0 tty=ssh host=127.0.0.1" in line for line in lines)
    assert lines[0].endswith("info=-")
    assert lines[1].endswith("info=password")


def test_with_a_key_nothing_is_authenticated_by_pam(pam, keys, tmp_path):
    log = tmp_path / "steps"
    odd(log=log)
    assert by_key(pam(), keys, "true").returncode == 0
    steps = wait_until(lambda: log.read_text().count("setcred") == 3 and
                       log.read_text(), what="the last step")
    assert "auth" not in steps.replace("authinfo", "")
    assert "info=publickey ssh-ed25519 AAAA" in steps


def test_a_second_factor_learns_of_the_first(pam, keys, tmp_path, typist):
    log = tmp_path / "steps"
    odd(log=log, ask="auth:odd")
    server = pam("AuthenticationMethods publickey,password\n")
    assert ssh(server, "alice", typist("odd"), "true",
               methods="publickey,password",
               options=["-i", keys["ed25519"]]).returncode == 0
    first = log.read_text().splitlines()[0]
    assert first.startswith("auth") and "info=publickey ssh-ed" in first


def test_a_module_puts_variables_but_not_ours(pam, keys):
    odd(put="open:ODD=yes")
    assert by_key(pam(), keys, "echo $ODD").stdout == "yes\n"
    odd(put="open:SSH_CONNECTION=forged")
    assert "forged" not in by_key(pam(), keys, "env").stdout
    odd(put="open:SSH_AUTH_INFO_9=forged")
    result = by_key(pam("SetEnv ODD=admin\n"), keys, "env").stdout
    assert "SSH_AUTH_INFO" not in result and "ODD=admin" in result
    odd(put="open:ODD=module")
    assert by_key(pam("SetEnv ODD=admin\n"), keys, "echo $ODD"
                  ).stdout == "admin\n"


@pytest.mark.postern_only
def test_too_many_variables_of_modules_are_named(pam, keys, tmp_path):
    table = tmp_path / "pam_env.conf"
    table.write_text("".join(f"V{i} DEFAULT={900 * 'x'}\n"
                             for i in range(80)))
    stack(session=f"required pam_env.so conffile={table} readenv=0")
    server = pam()
    assert by_key(server, keys, "true").returncode == 255
    server.wait_for_log("login of alice: variables of PAM modules, 64 KiB "
                        "at most: value out of range")


def test_mail_is_left_to_modules(pam, keys):
    odd()
    assert by_key(pam(), keys, "echo -$MAIL-").stdout == "--\n"
    odd(put="open:MAIL=/box")
    assert by_key(pam(), keys, "echo $MAIL").stdout == "/box\n"


def test_credentials_add_groups(pam, keys):
    odd(group="setcred:4242")
    groups = by_key(pam(), keys, "id", "-G").stdout.split()
    assert "4242" in groups and "2001" in groups and "0" not in groups


def test_what_is_told_before_login_is_a_banner(pam, keys):
    odd(tell="account:Mind_the_gap.")
    shown = by_key(pam(), keys, "true", options=["-o", "LogLevel=INFO"])
    assert "Mind the gap." in shown.stderr


def test_what_is_told_later_is_for_the_terminal(pam, keys):
    odd(tell="open:Motto_of_the_day.")
    server = pam()
    assert "Motto" not in str(by_key(server, keys, "true"))
    with Terminal(server.ssh_command("alice", keys["ed25519"])) as terminal:
        terminal.expect("Motto of the day.")
        terminal.send("exit\n")
        terminal.process.wait(60)


def test_another_service_may_be_named(pam, keys):
    odd(fail="account:7")
    shutil.copy("/etc/pam.d/sshd", "/etc/pam.d/other-door")
    stack()
    server = pam("Match User alice\nPAMServiceName other-door\n")
    assert by_key(server, keys, "true").returncode == 255
    os.unlink("/etc/pam.d/other-door")
    assert by_key(pam(), keys, "true").returncode == 0


# ---- refusals -------------------------------------------------------------

@pytest.mark.parametrize("code", list(range(1, 32)))
def test_no_failure_of_a_module_logs_in(pam, code):
    odd(fail=f"auth:{code}")
    server = pam()
    # PAM_IGNORE, of all modules, is a failure too
    assert try_password(server) is False
    assert "Accepted" not in server.log()


def test_the_account_step_refuses_every_method(pam, keys):
    odd(tell="account:Not_today.", fail="account:13")
    server = pam()
    result = by_key(server, keys, "true", options=["-o", "LogLevel=INFO"])
    assert result.returncode == 255 and "Not today." in result.stderr
    server.wait_for_log("Failed publickey for alice from 127.0.0.1")
    server.wait_for_log("Access denied for user alice by PAM account "
                        "configuration [preauth]")
    assert try_password(server) is not True
    server.wait_for_log("Failed password for alice from 127.0.0.1")
    assert "Accepted p" not in server.log()


def test_a_right_password_does_not_help_who_must_not_log_in(pam):
    odd(ask="auth:odd")
    server = pam("DenyUsers bob\nPermitRootLogin prohibit-password\n")
    for user in ("nobodyhere", "root", "bob"):
        assert try_password(server, user=user, password="odd") is False
    assert try_password(server, password="odd") is True


@pytest.mark.parametrize("step", ["auth", "account"])
def test_a_module_can_not_make_another_user(pam, step):
    odd(user=f"{step}:root")
    server = pam("PermitRootLogin yes\n")
    assert try_password(server) is not True
    server.wait_for_log(
        "PAM: a module changed the user from alice to root")
    assert "Accepted" not in server.log()


def test_a_module_may_end_the_tries(pam, tmp_path):
    log = tmp_path / "steps"
    odd(log=log, fail="auth:11")
    server = pam()
    with Attempts(server) as attempts:
        for _ in range(3):
            assert attempts.password("alice", SECRET) is False
    assert log.read_text().count("auth ") == 1


def test_without_a_session_nothing_runs(pam, keys):
    odd(fail="open:14")
    server = pam()
    result = by_key(server, keys, "echo", "hello")
    assert result.returncode == 254 and result.stdout == ""
    server.wait_for_log("PAM: pam_open_session(): ")
    result = by_key(server, keys, options=["-W", f"127.0.0.1:{server.port}"])
    assert "SSH-2.0" not in result.stdout


def test_without_credentials_who_logged_in_by_pam_is_refused(pam, keys):
    odd(fail="setcred:17")
    server = pam()
    with Attempts(server) as attempts:
        try:
            attempts.password("alice", SECRET)
        except (paramiko.SSHException, EOFError):
            pass
        with pytest.raises((paramiko.SSHException, EOFError)):
            attempts.transport.open_session(timeout=60)
    server.wait_for_log("PAM: pam_setcred(): ")
    assert by_key(server, keys, "echo", "hello").stdout == "hello\n"


@pytest.mark.parametrize("auth,log", [
    ("required /nonexistent/pam_module.so", "PAM: Module is unknown for "
     "alice from 127.0.0.1"),
    ("required pam_deny.so", "Failed password for alice")])
def test_a_broken_stack_refuses_with_one_clear_line(pam, auth, log):
    stack(auth=auth)
    server = pam()
    assert try_password(server) is False
    server.wait_for_log(log)


def test_a_service_without_any_file_refuses(pam, keys):
    shutil.move("/etc/pam.d/other", "/run/isolated/pam_other")
    os.unlink("/etc/pam.d/sshd")
    try:
        server = pam()
        assert by_key(server, keys, "true").returncode == 255
        server.wait_for_log("PAM: pam_start(sshd): ")
    finally:
        shutil.move("/run/isolated/pam_other", "/etc/pam.d/other")


# ---- modules that crash, exit, block --------------------------------------

@pytest.mark.postern_only
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["crash", "exit"])
def test_a_module_that_dies_ends_its_connection_only(pam, keys, how, step):
    stack(**{STEPS[step]: f"required {ODD} {how}={step}"})
    server = pam()
    with Attempts(server) as attempts:
        with pytest.raises((paramiko.SSHException, EOFError)):
            assert attempts.password("alice", SECRET) is not True
            attempts.transport.open_session(timeout=60)
    stack()
    assert by_key(server, keys, "echo", "hello").stdout == "hello\n"
    assert "Accepted password" not in server.log() or step in ("setcred",
                                                               "open")


@pytest.mark.slow
@pytest.mark.postern_only
@pytest.mark.parametrize("step", ["auth", "account"])
def test_a_module_that_blocks_does_not_stop_the_grace_timer(pam, step):
    odd(block=step)
    server = pam("LoginGraceTime 1\n")
    with Attempts(server) as attempts:
        with pytest.raises((paramiko.SSHException, EOFError)):
            assert attempts.password("alice", SECRET) is not True
            attempts.password("alice", SECRET)
    server.wait_for_log("Timeout before authentication for connection from "
                        "127.0.0.1 to 127.0.0.1, pid = ")


# ---- clients that leave while a module runs ----------------------------------

@pytest.fixture
def begun(pam, typist, tmp_path):
    """A function: alice's login has got to a module, which begins a step."""
    running = []

    def begin(auth, step="auth", password=SECRET):
        steps = tmp_path / "steps"
        stack(auth=f"required {ODD} log={steps}\n{auth}",
              account=f"required {ODD} log={steps} block=account")
        server = pam("LoginGraceTime 600\n")
        process = server.popen(
            "alice", "/nonexistent", "true", options=[
                "-o", "BatchMode=no",
                "-o", "PreferredAuthentications=password"],
            env=typist(password).environment(), stdin=subprocess.DEVNULL)
        running.append(process)
        wait_until(lambda: steps.exists() and step in steps.read_text(),
                   what=f"the step {step}")
        process.kill()
        return server
    yield begin
    for process in running:
        process.communicate()


def _connections(server):
    """Processes whose title tells of alice."""
    return [pid for pid in descendants(server.process.pid)
            if "alice" in title(pid)]


@pytest.mark.postern_only
def test_who_leaves_during_the_delay_of_a_failure_has_failed(begun):
    server = begun("optional pam_faildelay.so delay=1500000\n"
                   "required pam_unix.so", password="wrong")
    server.wait_for_log("Failed password for alice from 127.0.0.1 port ")
    server.wait_for_log("Connection closed by authenticating user alice")
    wait_until(lambda: not _connections(server), what="the end")
    assert "Ended a login" not in server.log()


@pytest.mark.slow
@pytest.mark.postern_only
@pytest.mark.parametrize("step", ["auth", "account"])
def test_who_leaves_a_module_that_blocks_is_not_waited_for(begun, keys, step):
    server = begun(f"required {ODD} block=auth" if step == "auth" else
                   "required pam_unix.so", step)
    assert _connections(server)
    server.wait_for_log("Ended a login that was still being checked 10 s "
                        "after the client had left: connection from "
                        "127.0.0.1 to 127.0.0.1, pid = ", 40)
    wait_until(lambda: not _connections(server), what="the end")
    assert "Timeout before authentication" not in server.log()
    stack()
    assert by_key(server, keys, "true").returncode == 0


# ---- what sessions learn --------------------------------------------------

@pytest.mark.parametrize("config", ["", "UsePAM yes\n"])
def test_a_file_tells_how_the_user_logged_in(make_server, keys, typist,
                                             config):
    server = make_server(config + "ExposeAuthInfo yes\n"
                         "AuthenticationMethods publickey,password\n")
    stack(auth="required pam_unix.so")
    result = ssh(server, "alice", typist(SECRET),
                 "stat -c '%n %a %U' $SSH_USER_AUTH; cat $SSH_USER_AUTH",
                 methods="publickey,password",
                 options=["-i", keys["ed25519"]])
    lines = result.stdout.splitlines()
    path, mode, owner = lines[0].split()
    assert path.startswith("/tmp/sshauth.") and (mode, owner) == (
        "600", "alice")
    with open(keys["ed25519"] + ".pub") as f:
        kind, blob = f.read().split()[:2]
    assert lines[1:] == [f"publickey {kind} {blob}", "password"]
    wait_until(lambda: not os.path.exists(path), what="the end of the file")


def test_no_file_tells_it_by_default(server, keys):
    assert by_key(server, keys, "echo -$SSH_USER_AUTH-").stdout == "--\n"


# ---- without root ---------------------------------------------------------

def test_a_users_own_server_asks_for_the_account_and_opens_no_session(keys):
    stack(account="required pam_unix.so", session="required pam_deny.so")
    with users_server("UsePAM yes\n") as server:
        result = by_key(server, keys, "echo in")
        assert result.stdout == "in\n", server.log()
        stack(account="required pam_deny.so")
        assert by_key(server, keys, "echo in").returncode == 255
        server.wait_for_log("Access denied for user alice by PAM account "
                            "configuration [preauth]")
