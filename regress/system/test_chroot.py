# SPDX-License-Identifier: ISC
"""Sessions that see a directory as /, without devices in it."""

import os
import shutil
import subprocess

import pytest

from isolated import mount
from terminal import Terminal

JAIL = "/run/jail"


@pytest.fixture(scope="module")
def jail(syslog):
    """The programs of the host and nothing else: no /dev, no /etc."""
    os.makedirs(f"{JAIL}/usr")
    mount("--bind", "/usr", f"{JAIL}/usr")
    for name in ("bin", "lib", "lib64"):
        os.symlink(f"usr/{name}", f"{JAIL}/{name}")
    yield JAIL
    subprocess.run(["umount", f"{JAIL}/usr"], check=True)
    shutil.rmtree(JAIL)


@pytest.fixture
def server(make_server, jail):
    return make_server(f"ChrootDirectory {jail}\n")


def test_a_command_sees_the_directory_as_root(server, keys):
    result = server.ssh("alice", keys["ed25519"], "pwd; ls /")
    assert result.stdout == b"/\nbin\nlib\nlib64\nusr\n"
    assert result.stderr == b""


def test_a_terminal_needs_no_device_inside(server, keys):
    command = server.ssh_command("alice", keys["ed25519"], options=["-tt"])
    with Terminal(command, rows=31, columns=77) as terminal:
        terminal.send("stty size; echo tty=${SSH_TTY#/dev/}.\n")
        terminal.expect("31 77")
        terminal.expect("tty=pts")
        name = "pts" + terminal.expect(".").rstrip(".")
        status = os.stat(f"/dev/{name}")
        assert (status.st_uid, status.st_mode & 0o777) == (2001, 0o620)
        assert f"alice    {name} " in subprocess.run(
            ["who"], capture_output=True, text=True).stdout
        terminal.resize(20, 100)
        terminal.send("until stty size | grep -qx '20 100'; do :; done; "
                      "echo re''sized\n")
        terminal.expect("resized")
        terminal.send("exit 3\n")
        assert terminal.wait() == 3


def test_a_forced_command_runs_inside(make_server, jail, keys):
    server = make_server(f"ChrootDirectory {jail}\n"
                         "ForceCommand ls /; echo $SSH_ORIGINAL_COMMAND\n")
    result = server.ssh("alice", keys["ed25519"], "asked")
    assert result.stdout == b"bin\nlib\nlib64\nusr\nasked\n"


def test_what_is_not_inside_is_not_forwarded(make_server, jail, keys):
    """xauth runs inside, and an agent's socket is in the home directory."""
    server = make_server(f"ChrootDirectory {jail}\nX11Forwarding yes\n"
                         "XAuthLocation /etc/xauth\n")
    os.symlink("/usr/bin/xauth", "/etc/xauth")
    try:
        result = server.ssh("alice", keys["ed25519"],
                            'echo "<$DISPLAY><$SSH_AUTH_SOCK>"',
                            options=["-Y", "-A"],
                            env=dict(os.environ, DISPLAY=":0"))
    finally:
        os.unlink("/etc/xauth")
    assert result.stdout == b"<><>\n"


@pytest.fixture
def nologin():
    with open("/etc/nologin", "w") as out:
        out.write("Back at noon.\n")
    yield
    os.unlink("/etc/nologin")


@pytest.mark.parametrize("config, words", [
    (f"ChrootDirectory {JAIL}\n", ["true"]),
    (f"ChrootDirectory {JAIL}\n", ["-s", "sftp"]),
    ("SftpRoot /home/alice\n", ["-s", "sftp"]),
])
def test_nologin_of_the_host_counts(make_server, jail, keys, nologin, config,
                                    words):
    server = make_server(f"{config}Subsystem sftp internal-sftp\n")
    for _ in range(2):
        result = server.ssh("alice", keys["ed25519"], *words)
        assert result.returncode == 254
        # of a subsystem only standard output is sent
        assert result.stderr == (b"" if "-s" in words else
                                 b"Back at noon.\n")
    server.wait_for_log(
        "User alice not allowed because /etc/nologin exists")


def test_nologin_inside_counts_for_nothing(make_server, jail, keys):
    os.mkdir(f"{jail}/etc")
    open(f"{jail}/etc/nologin", "w").close()
    server = make_server(f"ChrootDirectory {jail}\n")
    try:
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    finally:
        shutil.rmtree(f"{jail}/etc")


def test_nologin_is_not_for_root(make_server, jail, keys, nologin):
    with open(keys["ed25519"] + ".pub") as key, \
            open("/etc/root_keys", "w") as out:
        out.write(key.read())
    server = make_server(f"ChrootDirectory {jail}\nPermitRootLogin yes\n"
                         "AuthorizedKeysFile /etc/root_keys\n")
    assert server.ssh("root", keys["ed25519"], "true").returncode == 0


def test_a_directory_that_others_could_change_ends_the_login(make_server,
                                                             keys):
    path = "/run/loose"
    os.makedirs(path)
    os.chmod(path, 0o775)
    server = make_server(f"ChrootDirectory {path}\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 255
    server.wait_for_log(
        'bad ownership or modes for chroot directory "/run/loose"')
    os.rmdir(path)
