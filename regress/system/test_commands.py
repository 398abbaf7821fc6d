# SPDX-License-Identifier: ISC
"""AuthorizedKeysCommand and AuthorizedPrincipalsCommand."""

import os
import shlex
import shutil
import stat
import subprocess

import pytest

from certificates import Authority, write_as
from server import all_pids, descendants, make_key, title, wait_until

FOLDER = "/home/commands"
HOME_KEYS = "/home/alice/.ssh/authorized_keys"


@pytest.fixture(scope="module")
def folder(syslog):
    """Where everybody may run what root has written."""
    os.makedirs(FOLDER, mode=0o755)
    yield FOLDER
    shutil.rmtree(FOLDER)


@pytest.fixture
def script(folder):
    """A function: a program of root, a shell script with these lines."""
    made = []

    def make(*lines, mode=0o755):
        path = f"{folder}/script{len(made)}"
        with open(path, "w") as out:
            out.write("\n".join(["#!/bin/sh", *lines, ""]))
        os.chmod(path, mode)
        made.append(path)
        return path

    yield make
    for path in made:
        os.unlink(path)


@pytest.fixture
def key(tmp_path):
    """A key that no file of alice lists."""
    return make_key(str(tmp_path / "commanded"))


@pytest.fixture
def notes(folder):
    """A file that a command may write to, and a function reading its lines."""
    path = f"{folder}/notes"
    with open(path, "w"):
        os.chmod(path, 0o666)

    def read():
        with open(path) as f:
            return f.read().splitlines()

    read.path = path
    yield read
    os.unlink(path)


def public(key):
    with open(key + ".pub") as f:
        return f.read().strip()


def printing(key, options=""):
    return f"echo {shlex.quote((options + ' ' + public(key)).strip())}"


def config(command, user="nobody", more=""):
    return (f"AuthorizedKeysCommand {command}\n"
            f"AuthorizedKeysCommandUser {user}\n{more}")


# ---- keys


def test_a_printed_key_lets_in_and_is_asked_for_once(make_server, script, key,
                                                     notes):
    command = script(f"echo asked >>{notes.path}", printing(key))
    server = make_server(config(command))
    assert server.ssh("alice", key, "echo in").stdout == b"in\n"
    server.wait_for_log(f"found at {command}:1")
    assert notes() == ["asked"]


def test_each_offered_key_is_asked_for_once(make_server, script, key, notes,
                                            tmp_path):
    other = make_key(str(tmp_path / "other"))
    server = make_server(config(script(f"echo asked >>{notes.path}",
                                       printing(key))))
    assert server.ssh("alice", other, "true",
                      options=["-i", key]).returncode == 0
    assert len(notes()) in (1, 2)       # as ssh orders them
    assert server.ssh("alice", other, "true").returncode == 255


def test_options_of_a_printed_line_hold(make_server, script, key):
    server = make_server(config(script(
        printing(key, 'command="echo forced",restrict'))))
    assert server.ssh("alice", key, "x").stdout == b"forced\n"


def test_a_printed_ca_lets_its_certificates_in(make_server, script, tmp_path):
    ca = Authority(str(tmp_path / "ca"))
    command = script(printing(ca.key, "cert-authority"))
    server = make_server(config(command))
    assert server.ssh("alice", ca.sign(), "true").returncode == 0
    server.wait_for_log(f"found at {command}:1")
    assert server.ssh("alice", ca.sign(principals="bob"),
                      "true").returncode == 255


def test_a_key_of_a_file_needs_no_command(make_server, script, keys, notes):
    server = make_server(config(script(f"echo asked >>{notes.path}")))
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert notes() == []


def test_arguments_are_split_like_words_and_expanded(make_server, script, key,
                                                     notes):
    command = script(f'for a; do echo "<$a>" >>{notes.path}; done',
                     printing(key))
    server = make_server(config(
        f"{command} %u  'two words %U' \"it's\" a\\ b %% # $HOME *.c %t %h "
        "%f %k \"%C\" <%D>"))
    assert server.ssh("alice", key, "true").returncode == 0
    kind, blob = public(key).split()[:2]
    shown = subprocess.run(["ssh-keygen", "-lf", key + ".pub"],
                           capture_output=True, text=True, check=True)
    got = notes()
    assert got[:14] == [
        "<alice>", "<two words 2001>", "<it's>", "<a b>", "<%>", "<#>",
        "<$HOME>", "<*.c>", f"<{kind}>", "</home/alice>",
        f"<{shown.stdout.split()[1]}>", f"<{blob}>", got[12], "<<>>"]
    client, port, ours, our_port = got[12].strip("<>").split()
    assert (client, ours, our_port) == ("127.0.0.1", "127.0.0.1",
                                        str(server.port))
    assert port.isdigit()


def test_without_arguments_it_gets_the_user_name(make_server, script, key,
                                                 notes):
    server = make_server(config(script(f'echo "$#:$1" >>{notes.path}',
                                       printing(key))))
    assert server.ssh("alice", key, "true").returncode == 0
    assert notes() == ["1:alice"]


def test_it_runs_as_its_user_with_little_around_it(make_server, script, key,
                                                   notes):
    server = make_server(
        config(script(f"exec >>{notes.path} 3>&1 4<&0 5>&1", "id -u; id -G",
                      "grep -c ^CapEff:.*[1-9a-f] /proc/self/status",
                      "env | sort", "ls /proc/$$/fd | tr '\\n' ' '; echo",
                      "readlink /proc/$$/fd/0"), "bob"),
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SECRET": "x"})
    assert server.ssh("alice", key, "true").returncode == 255
    got = notes()
    assert got[:3] == ["2002", "2002", "0"]
    names = {line.split("=")[0]: line.split("=", 1)[1] for line in got
             if "=" in line}
    assert names.pop("PATH").startswith("/usr/bin:/bin")
    for name in ("PWD", "_", "OLDPWD", "SHLVL"):       # the shell's own
        names.pop(name, None)
    assert {"USER": "bob", "LOGNAME": "bob", "HOME": "/home/bob"}.items() \
        <= names.items()
    assert set(names) <= {"USER", "LOGNAME", "HOME", "LANG"}
    assert got[-1] == "/dev/null"


def test_its_user_may_be_the_one_who_logs_in(make_server, script, key, notes):
    server = make_server(config(script(f"id -un >>{notes.path}",
                                       printing(key)), "%u"))
    assert server.ssh("alice", key, "true").returncode == 0
    assert notes() == ["alice"]


@pytest.mark.parametrize("user", ["ghost", "bob"])
def test_it_hears_of_nobody_who_may_not_log_in(make_server, script, key,
                                               notes, user):
    """It is asked, or time would tell: about its own account."""
    command = script(f"echo $1 >>{notes.path}", printing(key))
    server = make_server(config(command, more="AllowUsers alice nobody\n"))
    assert server.ssh(user, key, "true").returncode == 255
    server.wait_for_log(f"Connection closed by invalid user {user}")
    assert notes() == ["nobody"]
    assert "Accepted" not in server.log()


def test_its_user_may_be_one_that_a_stranger_has_not(make_server, script, key,
                                                     notes):
    server = make_server(config(script(f"echo $1 >>{notes.path}"), "%u"))
    assert server.ssh("ghost", key, "true").returncode == 255
    server.wait_for_log("Connection closed by invalid user ghost")
    assert notes() == []


NO_ANSWER = [
    pytest.param(["{key}", "exit 3"], "{command} alice failed, status 3",
                 id="fails"),
    pytest.param(["{key}", "kill -SEGV $$"], "{command} alice exited on "
                 "signal 11", id="dies"),
    pytest.param(["{key}", "exec head -c 100000000 /dev/zero"],
                 "{command} alice printed more than 16777216 bytes and was "
                 "ended", id="prints-100-MB"),
]


@pytest.mark.parametrize("lines, said", NO_ANSWER)
def test_what_goes_wrong_is_no_answer(make_server, script, key, lines, said):
    command = script(*(printing(key) if line == "{key}" else line
                       for line in lines))
    server = make_server(config(command))
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log("AuthorizedKeysCommand " +
                        said.format(command=command))


def test_a_command_that_hangs_is_ended_with_what_it_started(
        make_server, script, key, keys, notes):
    """After half of the grace time, of which a busy machine needs more."""
    command = script(f"sleep 98765 & echo $! >{notes.path}", printing(key),
                     "wait")
    for grace_s in (4, 16, 60):
        server = make_server(config(command,
                                    more=f"LoginGraceTime {grace_s}\n"))
        assert server.ssh("alice", key, "true").returncode == 255
        line = f"AuthorizedKeysCommand {command} alice gave no answer " \
            f"within {grace_s * 500} ms and was ended"
        said = wait_until(lambda: [
            one for one in (line, "Timeout before authentication")
            if one in server.log()], what="the end of a login")
        if line in said:
            break
    assert line in server.log()
    wait_until(lambda: title(int(notes()[0])) == "", what="the end of sleep")
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 0, what="a login")


@pytest.mark.slow
def test_one_that_hangs_is_ended_when_the_client_has_long_left(
        make_server, script, key, notes):
    command = script(f"echo $$ >{notes.path}", "exec sleep 98764")
    server = make_server(config(command, more="LoginGraceTime 600\n"))
    with server.popen("alice", key, "true") as client:
        wait_until(notes, what="the command")
        client.kill()
    server.wait_for_log(f"AuthorizedKeysCommand {command} alice was ended: "
                        "the client has left", 28)
    wait_until(lambda: title(int(notes()[0])) == "", what="the end of sleep")
    server.wait_for_log("Connection closed by authenticating user alice")
    wait_until(lambda: not [pid for pid in descendants(server.process.pid)
                            if "alice" in title(pid)], what="the end")


def test_what_it_leaves_in_the_background_holds_nobody_up(make_server, script,
                                                          key, notes):
    command = script(f"sleep 98766 & echo $! >{notes.path}", printing(key))
    server = make_server(config(command))
    try:
        assert server.ssh("alice", key, "true").returncode == 0
        assert int(notes()[0]) in all_pids()
    finally:
        os.kill(int(notes()[0]), 9)


def test_a_program_that_is_missing_is_named(make_server, key, folder):
    server = make_server(config(f"{folder}/missing %u"))
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log(f'Could not open AuthorizedKeysCommand "{folder}/'
                        'missing": No such file or directory')


def test_a_user_that_is_missing_is_named(make_server, script, key):
    server = make_server(config(script(printing(key)), "ghost"))
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log('AuthorizedKeysCommandUser "ghost" not found')


def test_a_file_that_is_no_program_is_named(make_server, script, key):
    command = script(printing(key), mode=0o644)
    server = make_server(config(command))
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log(f"AuthorizedKeysCommand {command}: start: "
                        "Permission denied")


@pytest.mark.parametrize("unsafe", ["mode", "owner", "directory"])
def test_a_program_that_others_could_change_is_not_run(
        make_server, script, key, folder, notes, unsafe):
    command = script(f"echo ran >>{notes.path}", printing(key))
    what = f"bad ownership or modes for file {command}"
    if unsafe == "mode":
        os.chmod(command, 0o775)
    elif unsafe == "owner":
        shutil.chown(command, "alice")
    else:
        os.chmod(folder, 0o757)
        what = f"bad ownership or modes for directory {folder}"
    try:
        server = make_server(config(command))
        assert server.ssh("alice", key, "true").returncode == 255
        server.wait_for_log(f'Unsafe AuthorizedKeysCommand "{command}": '
                            f"{what}")
        assert notes() == []
    finally:
        os.chmod(folder, 0o755)


def test_a_directory_is_no_program(make_server, key, folder):
    server = make_server(config(folder))
    assert server.ssh("alice", key, "true").returncode == 255
    server.wait_for_log(f'Unsafe AuthorizedKeysCommand "{folder}": {folder} '
                        "is not a regular file")
    assert stat.S_ISDIR(os.stat(folder).st_mode)


# ---- principals


@pytest.fixture
def principals_config(tmp_path):
    """A CA, and a function: the lines that trust it and ask a command."""
    ca = Authority(str(tmp_path / "ca"))

    def make(command, more=""):
        return (ca.trusted_by(str(tmp_path / "cas")) +
                f"AuthorizedPrincipalsCommand {command}\n"
                f"AuthorizedPrincipalsCommandUser nobody\n{more}")

    return ca, make


def test_a_printed_principal_lets_in(make_server, script, principals_config,
                                     notes):
    ca, make = principals_config
    command = script(f"echo $# >>{notes.path}", "echo web",
                     "echo 'command=\"echo forced\" ops'")
    server = make_server(make(command))
    assert server.ssh("alice", ca.sign(principals="web"),
                      "echo in").stdout == b"in\n"
    assert notes() == ["0"]
    assert server.ssh("alice", ca.sign(principals="ops"),
                      "x").stdout == b"forced\n"
    assert server.ssh("alice", ca.sign(), "true").returncode == 255
    server.wait_for_log("Certificate does not contain an authorized "
                        "principal")


def test_the_command_is_told_of_the_certificate(make_server, script,
                                                principals_config, notes):
    ca, make = principals_config
    command = script(f'for a; do echo "$a" >>{notes.path}; done', "echo ops")
    server = make_server(make(f"{command} %u %i %s %T %F %K %t"))
    key = ca.sign("-I", "the id", principals="ops")
    assert server.ssh("alice", key, "true").returncode == 0
    assert notes() == ["alice", "the id", "101", "ssh-ed25519",
                       ca.fingerprint(), ca.public().split()[1],
                       "ssh-ed25519-cert-v01@openssh.com"]


def test_the_command_is_asked_when_the_file_says_nothing(
        make_server, script, principals_config, notes):
    ca, make = principals_config
    path = "/home/alice/.ssh/principals"
    write_as("alice", path, "web\n")
    try:
        server = make_server(make(
            script(f"echo asked >>{notes.path}", "echo ops"),
            "AuthorizedPrincipalsFile .ssh/principals\n"))
        assert server.ssh("alice", ca.sign(principals="web"),
                          "true").returncode == 0
        assert notes() == []
        assert server.ssh("alice", ca.sign(principals="ops"),
                          "true").returncode == 0
        assert notes() == ["asked"]
    finally:
        os.unlink(path)


def test_a_failing_principals_command_lets_nobody_in(make_server, script,
                                                     principals_config):
    ca, make = principals_config
    command = script("echo alice", "exit 1")
    server = make_server(make(command))
    assert server.ssh("alice", ca.sign(), "true").returncode == 255
    server.wait_for_log(f"AuthorizedPrincipalsCommand {command} failed, "
                        "status 1")
    server.wait_for_log("Certificate does not contain an authorized "
                        "principal")
