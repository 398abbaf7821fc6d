# SPDX-License-Identifier: ISC
"""A hijacked session process against its monitor.

It may write log lines and have its terminals recorded, nothing else: no
record of another's terminal, no line that looks like the monitor's own, no
crash, and whatever breaks the table ends the connection.
"""

import os
import socket
import subprocess
import tempfile

import pytest

from ipc import BY_ID, Channel, Ended, ROWS, bent_datagrams, encode
from peer import Peer
from replaced import ReplacedServer, receive_socket
from server import wait_until
from wire import string, u8

pytestmark = pytest.mark.postern_only

RECORD_SIZE = 384   # of utmp(5)
FROM_SESSION = [row for row in ROWS.values()
                if row.edge == "SESSION_TO_MONITOR"]


class SessionServer(ReplacedServer):
    """A server that starts our session processes."""

    replaced = "sshd-session"

    def __init__(self, *args, **kwargs):
        self.sessions = []
        super().__init__(*args, **kwargs)

    def accepted(self, control):
        channel = Channel(receive_socket(control))
        grant, channel.net_fds = channel.recv("GRANT")
        with self.lock:
            self.sessions.append((control, channel, grant))

    def login(self, key):
        """(connection, channel to the monitor, grant) of a login."""
        peer = Peer(self.port)
        peer.login("alice", key)
        wait_until(lambda: self.sessions, what="a session process")
        with self.lock:
            control, channel, grant = self.sessions.pop()
        channel.control, channel.peer = control, peer
        return channel, grant

    def wait_for_attack(self, channel):
        channel.wait_for_end()
        port = channel.peer.sock.getsockname()[1]
        wait_until(lambda: any(
            "attack: session process of the connection from" in line and
            f"127.0.0.1 port {port} " in line
            for line in self.log().splitlines()),
            what=f"the attack of port {port} in the log")


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("session"))
    with SessionServer(directory, [host_keys["ed25519"]]) as one:
        yield one
        one.assert_well()


@pytest.fixture
def login(server, alice):
    """Logs in again and again; everything is closed at the end."""
    made = []

    def make():
        channel, grant = server.login(alice)
        made.append(channel)
        assert grant["user"] == b"alice"
        return channel

    yield make
    monitors = [channel.monitor_pid() for channel in made]
    for channel in made:
        channel.close()
        channel.control.close()
        channel.peer.close()
        for fd in channel.net_fds:      # closed, net ends the connection
            os.close(fd)
    server.wait_until_gone(*monitors)   # its last records are written
    server.assert_no_crash()


def values_for(name):
    """Sensible fields of each message of a session process."""
    return {"SES_LOG": {"level": 3, "line": b"text"},
            "SES_SFTP_LOG": {"pid": 1, "facility": 32, "level": 3,
                             "lines": string(b"text")},
            "PTY_OPEN": {"channel": 0},
            "FILE_MADE": {"path": b"/run/x"},
            "FILE_GONE": {"path": b"/run/x"},
            "PTY_CLOSED": {"tty": b"/dev/pts/0"}}.get(name, {})


def test_an_honest_line_is_written(server, login):
    channel = login()
    channel.send("SES_LOG", level=3, line=b"said by a session")
    server.wait_for_log("said by a session")


def test_only_a_sessions_own_messages_exist(server, login):
    for number in [*BY_ID, len(BY_ID), 200, 255]:
        row = BY_ID.get(number)
        if row is not None and row.edge == "SESSION_TO_MONITOR":
            continue
        channel = login()
        channel.send_raw(encode(row.name) if row else u8(number))
        server.wait_for_attack(channel)


@pytest.mark.parametrize("name", [row.name for row in FROM_SESSION])
def test_a_malformed_message_ends_the_connection(server, login, name):
    for _what, datagram in bent_datagrams(ROWS[name], values_for(name)):
        channel = login()
        channel.send_raw(datagram)
        server.wait_for_attack(channel)


@pytest.mark.parametrize("name", [row.name for row in FROM_SESSION])
def test_a_descriptor_with_any_message_ends_the_connection(server, login,
                                                           name):
    null = os.open("/dev/null", os.O_RDONLY)
    channel = login()
    channel.send(name, [null], **values_for(name))
    os.close(null)
    server.wait_for_attack(channel)


@pytest.mark.parametrize("level", [0, 8, 255])
def test_a_log_line_of_no_level_ends_the_connection(server, login, level):
    channel = login()
    channel.send("SES_LOG", level=level, line=b"x")
    server.wait_for_attack(channel)


@pytest.mark.parametrize("level, facility", [
    (0, 32), (8, 32), (255, 32), (3, 0), (3, 1), (3, 33), (3, 24 * 8),
    (3, 0xffffffff)])
def test_an_sftp_line_of_no_level_or_facility_ends_the_connection(
        server, login, level, facility):
    channel = login()
    channel.send("SES_SFTP_LOG", pid=1, facility=facility, level=level,
                 lines=string(b"x"))
    server.wait_for_attack(channel)


@pytest.mark.parametrize("lines", [
    b"", b"x", string(b"x") + b"\0\0\0", string(b"x") + b"\0\0\0\1",
    string(b"x" * 1025), b"\xff\xff\xff\xffx"])
def test_sftp_lines_that_are_none_end_the_connection(server, login, lines):
    channel = login()
    channel.send("SES_SFTP_LOG", pid=1, facility=32, level=3, lines=lines)
    server.wait_for_attack(channel)


def test_sftp_lines_are_written_each_for_itself(server, login):
    channel = login()
    mark = channel.peer.sock.getsockname()[1]
    channel.send("SES_SFTP_LOG", pid=1, facility=32, level=3, lines=b"".join(
        string(f"sftp {mark} {word}".encode()) for word in ("one", "two")))
    server.wait_for_log(f"sftp {mark} two")
    assert server.log().splitlines().count(f"sftp {mark} one") == 1


def test_an_sftp_line_can_not_forge_another(server, login):
    channel = login()
    mark = channel.peer.sock.getsockname()[1]
    channel.send("SES_SFTP_LOG", pid=1, facility=32, level=3,
                 lines=string(
                     f"sftp {mark}\nFORGED\r\0\x1b[0m%s%n".encode()))
    assert "\x1b" not in server.wait_for_log(f"sftp {mark}\\")
    assert not any(one.startswith("FORGED")
                   for one in server.log().splitlines())


def test_a_log_line_can_not_forge_another(server, login):
    channel = login()
    mark = channel.peer.sock.getsockname()[1]
    channel.send("SES_LOG", level=3, line=f"{mark}\nFORGED\r\nFORGED\0"
                 "\x1b[0m%s%n".encode())
    line = server.wait_for_log(f"{mark}\\")
    assert "\x1b" not in line
    assert not any(one.startswith("FORGED")
                   for one in server.log().splitlines())


@pytest.mark.parametrize("tty", [
    b"", b"/dev/pts/", b"/dev/null", b"/dev/pts/../null", b"pts/0",
    b"/dev/pts/0\0", b"/dev/pts/0\n", b"/dev/pts/-1", b"/dev/pts/0/..",
    b"/etc/passwd"], ids=repr)
def test_what_is_no_terminal_is_not_closed(server, login, tty):
    before = os.path.getsize("/var/log/wtmp")
    channel = login()
    channel.send("PTY_CLOSED", tty=tty)
    server.wait_for_attack(channel)
    assert os.path.getsize("/var/log/wtmp") == before


# ---- files that end with the session ---------------------------------------

def told(of, **changes):
    """The fields of FILE_MADE for a file that is there."""
    st = os.lstat(of)
    return dict({"path": of.encode(), "device": st.st_dev,
                 "inode": st.st_ino}, **changes)


def make_socket(path, owner=2001):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
    os.chown(path, owner, owner)


def make_file(path, owner=2001):
    open(path, "w").close()
    os.chown(path, owner, owner)


def end(server, channel):
    """The session process ends without a word; so does its monitor."""
    monitor = channel.monitor_pid()
    channel.close()
    channel.control.close()
    channel.peer.close()
    for fd in channel.net_fds:
        os.close(fd)
    channel.net_fds = []
    server.wait_until_gone(monitor)


@pytest.fixture
def left(server, alice):
    """A session that is to end in a test."""
    return server.login(alice)[0]


def test_what_a_session_made_is_removed_after_it(server, left):
    """The control of the tests below."""
    paths = ["/home/alice/left", tempfile.mktemp("", "sshauth.", "/tmp")]
    make_socket(paths[0])
    make_file(paths[1])
    for path in paths:
        left.send("FILE_MADE", **told(path))
    end(server, left)
    assert not any(os.path.lexists(path) for path in paths)


def test_nothing_else_is_removed(server, left):
    """Other kinds of files, other owners, other files of the name."""
    os.makedirs("/home/alice/closed", exist_ok=True)
    os.chmod("/home/alice/closed", 0o555)
    directory = tempfile.mkdtemp("", "sshauth.", "/tmp")
    os.chmod(directory, 0o777)
    made = []

    def make(function, path, owner=2001):
        function(path, owner)
        made.append(path)
        return path

    plain = make(make_file, "/home/alice/plain")
    below = make(make_file, f"{directory}/plain")
    root_file = make(make_file, tempfile.mktemp("", "sshauth.", "/tmp"),
                     owner=0)
    other = make(make_socket, "/home/alice/of_root", owner=0)
    system = make(make_socket, "/run/of_alice")
    closed = make(make_socket, "/home/alice/closed/socket")
    replaced = make(make_socket, "/home/alice/replaced")
    link = make(lambda path, _owner: os.symlink(system, path),
                "/home/alice/link")
    for path in (plain, below, root_file, other, system, closed, link):
        left.send("FILE_MADE", **told(path))
    left.send("FILE_MADE", **told(system, path=link.encode()))
    left.send("FILE_MADE", **told(plain, path=f"{directory}/../../"
                                  "home/alice/plain".encode()))
    left.send("FILE_MADE", **told(replaced,
                                  inode=os.lstat(plain).st_ino))
    left.send("FILE_MADE", path=b"/home/alice", device=0, inode=0)
    left.send("FILE_MADE", path=b"/nowhere/at/all", device=0, inode=0)
    end(server, left)
    for path in made:
        assert os.path.lexists(path), path
        os.unlink(path)
    os.rmdir(directory)


@pytest.mark.parametrize("path", [b"", b"relative", b"/run/x\0y", b"\0run"],
                         ids=repr)
def test_what_is_no_path_ends_the_connection(server, login, path):
    channel = login()
    channel.send("FILE_MADE", path=path, device=1, inode=1)
    server.wait_for_attack(channel)


def test_a_file_that_was_not_made_is_not_gone(server, login):
    channel = login()
    channel.send("FILE_MADE", path=b"/run/x", device=1, inode=1)
    channel.send("FILE_GONE", path=b"/run/x")
    channel.send("FILE_GONE", path=b"/run/x")
    server.wait_for_attack(channel)


def test_files_do_not_add_up_without_end(server, login):
    channel = login()
    with pytest.raises(Ended):
        for number in range(16400):
            channel.send("FILE_MADE", path=f"/run/{number}".encode(),
                         device=1, inode=1)
        channel.recv_raw()
    server.wait_for_attack(channel)


@pytest.mark.parametrize("config", [
    "DisableForwarding yes\n",
    "AllowAgentForwarding no\nAllowStreamLocalForwarding local\n"])
def test_without_the_right_no_file_is_made(tmp_path, host_keys, keys, alice,
                                           config):
    with SessionServer(str(tmp_path), [host_keys["ed25519"]],
                       config) as server:
        channel, _grant = server.login(alice)
        channel.send("FILE_MADE", path=b"/run/x", device=1, inode=1)
        server.wait_for_attack(channel)
        end(server, channel)


def open_pty(channel):
    channel.send("PTY_OPEN", channel=5)
    fields, fds = channel.recv("PTY_OPENED")
    assert fields["channel"] == 5
    return fields["tty"].decode(), fds


def test_a_terminal_is_made_for_the_user(login):
    tty, (master,) = open_pty(login())
    status = os.stat(tty)
    assert (status.st_uid, status.st_mode & 0o777) == (2001, 0o620)
    assert f"alice    {tty.removeprefix('/dev/')} " in subprocess.run(
        ["who"], capture_output=True, text=True).stdout
    os.close(master)


def test_the_terminal_of_another_is_not_closed(server, login):
    """That of another connection, and one that is closed already."""
    before = os.path.getsize("/var/log/wtmp")
    other = login()
    tty, (master,) = open_pty(other)
    channel = login()
    channel.send("PTY_CLOSED", tty=tty.encode())
    server.wait_for_attack(channel)
    other.send("PTY_CLOSED", tty=tty.encode())
    other.send("PTY_CLOSED", tty=tty.encode())
    server.wait_for_attack(other)
    os.close(master)
    assert os.path.getsize("/var/log/wtmp") == before + 2 * RECORD_SIZE


def test_without_the_right_nobody_gets_a_terminal(tmp_path, host_keys, keys,
                                                  alice):
    with SessionServer(str(tmp_path), [host_keys["ed25519"]],
                       "PermitTTY no\n") as server:
        channel, _grant = server.login(alice)
        channel.send("PTY_OPEN", channel=0)
        server.wait_for_attack(channel)
        channel.close()
        channel.control.close()
        channel.peer.close()
        for fd in channel.net_fds:
            os.close(fd)


def test_terminals_do_not_add_up_without_end(server, login):
    channel, masters = login(), []
    for _ in range(1100):
        tty, fds = open_pty(channel)
        masters += fds
        if not tty:
            break
    assert len(masters) <= 1024 and not fds
    server.wait_for_log("user alice")
    for master in masters:
        os.close(master)
