# SPDX-License-Identifier: ISC
"""Files of a session that is killed: nothing of them stays."""

import os
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from server import is_running, stat_fields, wait_until
from test_agent import agent  # noqa: F401
from test_chroot import jail  # noqa: F401
from users_server import users_server

CONFIG = "ExposeAuthInfo yes\n"
TELL = "echo $$ $PPID $SSH_AUTH_SOCK $SSH_USER_AUTH; exec cat"
AGENTS = "/home/alice/.ssh/agent"


@pytest.fixture
def session(keys, agent):  # noqa: F811
    """A function: a session with an agent, a forwarded socket and a file."""
    running = []

    def start(server, path, command=TELL):
        process = server.popen("alice", keys["ed25519"], command, env=agent,
                               options=["-A", "-o",
                                        "ExitOnForwardFailure=yes", "-R",
                                        f"{path}:127.0.0.1:1"])
        running.append(process)
        program, pid, *files = process.stdout.readline().decode().split()
        process.program, process.session = int(program), int(pid)
        process.files = [*files, path]
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
        wait_until(lambda pid=process.program: not is_running(pid),
                   what="the end of the command")


def wait_until_gone(process, root=""):
    """The files, as they are seen in root."""
    for path in process.files:
        wait_until(lambda path=path: not os.path.lexists(root + path),
                   what=f"the end of {path}")


def kinds(files, root=""):
    return [stat.S_IFMT(os.lstat(root + path).st_mode) for path in files]


def kill_session(process):
    os.kill(process.session, signal.SIGKILL)


def kill_monitor(process):
    os.kill(int(stat_fields(process.session)[1]), signal.SIGKILL)


def kill_all_of_alice(_process):
    """As she does it with kill -9 -1."""
    subprocess.run(["setpriv", "--reuid=alice", "--clear-groups", "bash",
                    "-c", "kill -9 -1"])


@pytest.mark.postern_only
@pytest.mark.parametrize("kill", [kill_session, kill_monitor,
                                  kill_all_of_alice])
def test_nothing_stays_after_a_kill(make_server, session, kill):
    server = make_server(CONFIG)
    process = session(server, "/home/alice/forwarded")
    assert kinds(process.files) == [stat.S_IFSOCK, stat.S_IFREG,
                                    stat.S_IFSOCK]
    kill(process)
    wait_until_gone(process)


@pytest.mark.postern_only
def test_nothing_stays_where_the_server_is_the_users(session):
    with users_server(CONFIG) as server:
        process = session(server, "/home/alice/forwarded")
        kill_session(process)
        wait_until_gone(process)


@pytest.fixture
def furnished(jail):  # noqa: F811
    """The jail with a /tmp and a home directory."""
    os.mkdir(f"{jail}/tmp")
    os.chmod(f"{jail}/tmp", 0o1777)
    os.makedirs(f"{jail}/home/alice")
    os.chown(f"{jail}/home/alice", 2001, 2001)
    yield jail
    for name in ("tmp", "home"):
        shutil.rmtree(f"{jail}/{name}")


@pytest.mark.postern_only
def test_nothing_stays_in_a_chroot(make_server, furnished, session):
    jail = furnished  # noqa: F811
    server = make_server(f"{CONFIG}ChrootDirectory {jail}\n")
    process = session(server, "/home/alice/forwarded")
    assert kinds(process.files, jail) == [stat.S_IFSOCK, stat.S_IFREG,
                                          stat.S_IFSOCK]
    # the same names of the host are another's
    os.makedirs(AGENTS, exist_ok=True)
    for path in process.files:
        open(path, "w").close()
    kill_session(process)
    wait_until_gone(process, jail)
    server.wait_for_log("session process of user alice killed by signal 9")
    for path in process.files:
        os.unlink(path)


def test_a_session_goes_on_where_the_file_can_not_be_made(
        make_server, keys, jail):  # noqa: F811
    """There is no /tmp in the chroot."""
    server = make_server(f"{CONFIG}ChrootDirectory {jail}\n")
    result = server.ssh("alice", keys["ed25519"], 'echo "<$SSH_USER_AUTH>"')
    assert result.stdout == b"<>\n", server.log()


@pytest.mark.postern_only
def test_a_socket_that_took_the_place_stays(make_server, session):
    """StreamLocalBindUnlink let another session have the path."""
    server = make_server("StreamLocalBindUnlink yes\n" + CONFIG)
    path = "/home/alice/forwarded"
    first, second = session(server, path), session(server, path)
    kill_session(first)
    wait_until(lambda: not os.path.lexists(first.files[0]),
               what="the end of the first session's agent")
    inode = os.lstat(path).st_ino
    third = session(server, path)
    assert os.lstat(path).st_ino != inode
    second.kill()
    wait_until(lambda: not os.path.lexists(second.files[0]),
               what="the end of the second session's agent")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(path)
    kill_session(third)
    wait_until_gone(third)


@pytest.mark.postern_only
def test_dead_sockets_of_before_are_removed(make_server, session):
    """As after a loss of power: nobody was left who could have done it."""
    server = make_server(CONFIG)
    live = session(server, "/home/alice/one")
    name = live.files[0].rpartition(".")[0]
    dead, young, other = f"{name}.dead", f"{name}.young", f"{AGENTS}/s.x.dead"
    listening = f"{name}.listening"
    made = []
    for path in (dead, young, other, listening):
        made.append(socket.socket(socket.AF_UNIX))
        made[-1].bind(path)
        os.chown(path, 2001, 2001)
        os.chmod(path, 0o666)
        os.utime(path, (0, 0)) if path != young else None
    made[0].close()
    made[1].close()
    made[-1].listen()
    made[-1].setblocking(False)
    plain = f"{name}.plain"
    open(plain, "w").close()
    os.chown(plain, 2001, 2001)
    os.utime(plain, (0, 0))
    os.utime(live.files[0], (0, 0))
    session(server, "/home/alice/two")
    assert not os.path.lexists(dead)
    for path in (young, other, listening, plain, live.files[0]):
        assert os.path.lexists(path), path
    with pytest.raises(BlockingIOError):
        made[-1].accept()       # nobody knocked
    for path in (young, other, listening, plain):
        os.unlink(path)
    for sock in made:
        sock.close()
