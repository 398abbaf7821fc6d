# SPDX-License-Identifier: ISC
"""What watches logs for attackers finds them in ours: Debian's fail2ban filter
for sshd, and sshguard. The clients come from 127.0.0.2, so that the lines of
nobody else count."""

import re
import socket
import subprocess

import paramiko
import pytest

FILTER = "/etc/fail2ban/filter.d/sshd.conf"
SSHGUARD = "/usr/libexec/sshguard/sshg-parser"
ATTACKER = "127.0.0.2"


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port),
                                    source_address=(ATTACKER, 0))


def leave(server):
    """Who leaves something unread resets the connection."""
    with connect(server) as sock, sock.makefile("rb") as stream:
        assert stream.readline().startswith(b"SSH-2.0-")


def speak_http(server):
    with connect(server) as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while sock.recv(4096):
            pass


def try_passwords(server, user, count):
    """As many wrong passwords in one connection as the server allows."""
    with connect(server) as sock:
        transport = paramiko.Transport(sock)
        transport.start_client(timeout=60)
        for number in range(count):
            try:
                transport.auth_password(user, f"wrong {number}",
                                        fallback=False)
            except (paramiko.SSHException, EOFError):
                pass
        transport.close()


def try_key(server, user, key):
    with connect(server) as sock:
        transport = paramiko.Transport(sock)
        transport.start_client(timeout=60)
        with pytest.raises(paramiko.SSHException):
            transport.auth_publickey(user, key)
        transport.close()


@pytest.fixture
def attack(syslog, make_server, tmp_path):
    """A function: does something to a server; the file with what it logged."""
    def run(action, until, config=""):
        server = make_server(f"PasswordAuthentication yes\n{config}",
                             syslog=True)
        mark = syslog.mark()
        action(server)
        syslog.wait_for(until, mark)
        path = tmp_path / "auth.log"
        # as rsyslog writes them: no priority, but the host
        path.write_text("".join(
            re.sub(r"^<\d+>(\w{3} [ \d]\d \S+) ", r"\1 myhost ", line) + "\n"
            for line in syslog.since(mark)))
        return path
    return run


def fail2ban_matches(path, mode):
    """How often the filter counts a failure of the attacker."""
    result = subprocess.run(
        ["fail2ban-regex", "-o", "ip", path, f"{FILTER}[mode={mode}]"],
        capture_output=True, text=True, check=True)
    return result.stdout.split().count(ATTACKER)


def sshguard_matches(path):
    result = subprocess.run([SSHGUARD], input=path.read_text(), text=True,
                            capture_output=True, check=True)
    return result.stdout.count(ATTACKER)


ATTACKS = {
    "wrong-password": (
        lambda server: try_passwords(server, "alice", 1),
        "Connection closed by authenticating user alice", "", "normal",
        True),
    "unknown-user": (
        lambda server: try_passwords(server, "nobody-here", 1),
        "Connection closed by invalid user nobody-here", "", "normal", True),
    "unknown-user-with-a-key": (
        lambda server: try_key(server, "nobody-here",
                               paramiko.RSAKey.generate(2048)),
        "Connection closed by invalid user nobody-here", "", "normal", True),
    "too-many-tries": (
        lambda server: try_passwords(server, "alice", 3),
        "Disconnecting authenticating user alice", "MaxAuthTries 2\n",
        "normal", True),
    "deny-list": (
        lambda server: try_passwords(server, "alice", 1),
        "Connection closed by invalid user alice", "DenyUsers alice\n",
        "normal", True),
    "not-on-the-allow-list": (
        lambda server: try_passwords(server, "alice", 1),
        "Connection closed by invalid user alice", "AllowUsers bob\n",
        "normal", True),
    "in-no-allowed-group": (
        lambda server: try_passwords(server, "alice", 1),
        "Connection closed by invalid user alice", "AllowGroups bob\n",
        "normal", True),
    "closed-before-login": (
        leave, "Connection closed by", "", "aggressive", False),
    "not-ssh-at-all": (
        speak_http, "banner exchange", "", "aggressive", False),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_filter_of_fail2ban_matches(attack, name):
    action, until, config, mode, _guarded = ATTACKS[name]
    path = attack(action, until, config)
    assert fail2ban_matches(path, mode) >= 1, path.read_text()


@pytest.mark.parametrize("name", [name for name in ATTACKS
                                  if ATTACKS[name][4]])
def test_sshguard_matches(attack, name):
    action, until, config, _mode, _guarded = ATTACKS[name]
    path = attack(action, until, config)
    assert sshguard_matches(path) >= 1, path.read_text()


def test_neither_matches_a_login(keys, attack):
    path = attack(lambda server: server.ssh("alice", keys["ed25519"], "true",
                                            options=["-b", ATTACKER]),
                  "Disconnected from user alice")
    assert ATTACKER in path.read_text()
    assert fail2ban_matches(path, "aggressive") == 0, path.read_text()
    assert sshguard_matches(path) == 0
