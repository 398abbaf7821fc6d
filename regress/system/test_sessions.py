# SPDX-License-Identifier: ISC
"""What decides about a session: configuration, key, files and client."""

import os
import re
import subprocess

import pytest

from server import authorize, make_key, stat_fields, title, wait_until
from terminal import Terminal


@pytest.fixture
def home_file():
    """A function that writes a file of alice's ~/.ssh."""
    written = []

    def write(name, text):
        path = f"/home/alice/.ssh/{name}"
        with open(path, "w") as out:
            out.write(text)
        os.chown(path, 2001, 2001)
        written.append(path)

    yield write
    for path in written:
        os.unlink(path)


@pytest.fixture
def optioned(tmp_path):
    """A function: a key of alice with options."""
    path = "/home/alice/.ssh/authorized_keys"
    with open(path) as f:
        before = f.read()

    def make(options):
        key = make_key(str(tmp_path / "optioned"))
        authorize("alice", key + ".pub", options)
        return key

    yield make
    with open(path, "w") as out:
        out.write(before)


# ---- environment ----------------------------------------------------------

ENVIRONMENT = "# comment\n\n  A=file\nB=file=2\nLC_ALL=C\nbad line\n"


@pytest.mark.parametrize("value, shown", [
    ("no", b"<><><>\n"), ("yes", b"<file><file=2><C>\n"),
    ("B,LC_*", b"<><file=2><C>\n"), ("*,!A", b"<><file=2><C>\n")])
def test_the_environment_file_is_read_as_far_as_it_may(
        make_server, keys, home_file, value, shown):
    home_file("environment", ENVIRONMENT)
    server = make_server(f"PermitUserEnvironment {value}\n")
    result = server.ssh("alice", keys["ed25519"],
                        'echo "<$A><$B><$LC_ALL>"')
    assert result.stdout == shown
    assert (b"Bad line 6 in /home/alice/.ssh/environment" in
            result.stderr) == (value != "no")


def test_who_sets_a_variable_last(make_server, optioned, home_file):
    """client < account < key < file < SetEnv < what only sshd knows."""
    home_file("environment", "V3=file\nV4=file\nSSH_CLIENT=file\n"
              "SHELL=/file\n")
    key = optioned('environment="V2=key",environment="V3=key",'
                   'environment="HOME=/key"')
    server = make_server("PermitUserEnvironment yes\nAcceptEnv *\n"
                         "SetEnv V4=set SSH_TTY=set\n")
    result = server.ssh(
        "alice", key, "echo $V1 $V2 $V3 $V4 $USER $HOME $SHELL; "
        "echo ${SSH_CLIENT%% *} $SSH_TTY",
        options=["-o", "SetEnv=V1=client V2=client V3=client V4=client "
                 "USER=client"])
    assert result.stdout == \
        b"client key file set alice /key /file\n127.0.0.1 set\n"


# ---- commands -------------------------------------------------------------

SUBSYSTEM = "Subsystem upper tr a-z A-Z\n"


@pytest.mark.parametrize("config, options, words, shown", [
    ("", "", "echo asked", b"asked\n"),
    ("", 'command="echo key $SSH_ORIGINAL_COMMAND"', "echo asked",
     b"key echo asked\n"),
    ("ForceCommand echo config $SSH_ORIGINAL_COMMAND\n",
     'command="echo key"', "echo asked", b"config echo asked\n"),
    ("ForceCommand echo config $SSH_ORIGINAL_COMMAND\n", "", "-s upper",
     b"config tr a-z A-Z\n"),
    ("", 'command="echo key $SSH_ORIGINAL_COMMAND"', "-s upper",
     b"key tr a-z A-Z\n"),
    ("ForceCommand none\n", 'command="echo key"', "echo asked", b"key\n"),
    ('Match User alice\nForceCommand echo match\n', "", "echo asked",
     b"match\n")])
def test_which_command_runs(make_server, optioned, config, options, words,
                            shown):
    server = make_server(SUBSYSTEM + config)
    arguments = words.split() if words.startswith("-s") else [words]
    result = server.ssh("alice", optioned(options), *arguments[-1:],
                        options=arguments[:-1])
    assert result.stdout == shown


def test_a_subsystem_may_depend_on_the_user(make_server, keys):
    server = make_server("Subsystem who echo all\n"
                         "Match User bob\nSubsystem who echo bob\n"
                         "Subsystem more echo more\n")
    for user, name, shown in (("alice", "who", b"all\n"),
                              ("bob", "who", b"bob\n"),
                              ("bob", "more", b"more\n"),
                              ("alice", "more", b"")):
        result = server.ssh(user, keys["ed25519"], name, options=["-s"])
        assert result.stdout == shown, (user, name)


# ---- terminals ------------------------------------------------------------

def test_each_terminal_of_a_connection_has_its_record(make_server, keys,
                                                      tmp_path):
    server = make_server()
    control = str(tmp_path / "control")
    options = ["-tt", "-o", f"ControlPath={control}"]
    master = server.popen("alice", keys["ed25519"], options=[
        "-M", "-N", *options[1:]])
    wait_until(lambda: os.path.exists(control), what="the master")

    terminals = [Terminal(server.ssh_command("alice", keys["ed25519"],
                                             options=options))
                 for _ in range(3)]
    names = []
    for terminal in terminals:
        terminal.send("echo re''ady=${SSH_TTY#/dev/}.\n")
        terminal.expect("ready=")
        names.append(terminal.expect(".").rstrip("."))

    def recorded():
        shown = subprocess.run(["who"], capture_output=True, text=True).stdout
        return [name for name in names
                if re.search(rf"^alice +{name} ", shown, re.M)]

    assert recorded() == names
    terminals[1].send("exit\n")
    terminals[1].wait()
    wait_until(lambda: recorded() == [names[0], names[2]],
               what="the end of one")
    master.kill()
    master.wait()
    wait_until(lambda: recorded() == [], what="the end of all")
    for terminal in terminals:
        terminal.__exit__()


def test_a_vanished_client_hangs_up_the_terminals_foreground(server, keys):
    path = "/home/alice/pids"
    terminal = Terminal(server.ssh_command("alice", keys["ed25519"],
                                           options=["-tt"]))
    terminal.send(f"set -m; sleep 1000 & echo $! $$ >{path}; "
                  "exec sleep 2000\n")
    wait_until(lambda: os.path.exists(path) and
               len(open(path).read().split()) == 2, what="the processes")
    with open(path) as f:
        background, foreground = (int(word) for word in f.read().split())
    os.unlink(path)
    # the shell itself would have told its jobs
    wait_until(lambda: title(foreground) == "sleep 2000", what="the exec")
    terminal.kill()
    wait_until(lambda: (stat_fields(foreground) or "Z")[0] in "ZX",
               what="the end of the foreground")
    # its own group was in the background: as ever, it hears of nothing
    assert stat_fields(background)
    os.kill(background, 9)
    terminal.__exit__()
