# SPDX-License-Identifier: ISC
"""internal-sftp: the SFTP server inside the session process."""

import os
import re
import signal
import subprocess

import pytest

import raw_sftp
from raw_sftp import F_CREAT, F_READ, F_WRITE, over_ssh, string
from server import SSHD, descendants, make_key, title, wait_until

pytestmark = pytest.mark.postern_only
INTERNAL = "Subsystem sftp internal-sftp -l VERBOSE\n"


@pytest.fixture
def jail():
    """A directory that is fit for ChrootDirectory, with alice's inside."""
    path = "/srv/jail"
    os.makedirs(f"{path}/files", exist_ok=True)
    for folder in ("/srv", path):
        os.chmod(folder, 0o755)
    os.chown(f"{path}/files", 2001, 2001)
    yield path
    subprocess.run(["rm", "-rf", path], check=True)


def _session_process(server, wanted):
    return wait_until(lambda: next(
        (pid for pid in descendants(server.process.pid)
         if title(pid) == wanted), None), what=f"the process {wanted!r}")


def test_a_file_goes_up_and_down(make_server, keys):
    server = make_server(INTERNAL)
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("made", F_READ | F_WRITE | F_CREAT)
        sftp.write(handle, 0, b"x" * 100000)
        assert sftp.read(handle, 50000, 100000) == b"x" * 50000
        sftp.close_handle(handle)
        assert sftp.realpath("made") == b"/home/alice/made"
    assert os.stat("/home/alice/made").st_uid == 2001
    os.unlink("/home/alice/made")


def test_no_other_program_runs_and_the_title_says_what_it_is(make_server,
                                                             keys):
    server = make_server(INTERNAL)
    with over_ssh(server, "alice", keys["ed25519"]):
        pid = _session_process(server, "sshd: alice@internal-sftp")
        assert os.readlink(f"/proc/{pid}/exe").endswith("sshd-session")
        with open(f"/proc/{pid}/status") as f:
            status = f.read()
        assert re.search(r"^Uid:\t2001\t2001\t2001\t2001$", status, re.M)
        assert re.search(r"^NoNewPrivs:\t1$", status, re.M)
        # 0, 1, 2 and the way of its log lines
        assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2", "3"]


def test_one_that_is_killed_is_told_of(make_server, keys):
    server = make_server(INTERNAL)
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        sftp.realpath(".")
        pid = _session_process(server, "sshd: alice@internal-sftp")
        os.kill(pid, signal.SIGKILL)
        server.wait_for_log(f"internal-sftp[{pid}] of user alice was ended "
                            "by signal 9: no line tells of transfers that "
                            "were open")


def test_an_empty_chroot_is_enough_and_its_lines_are_logged(make_server, keys,
                                                            jail, syslog):
    server = make_server(
        f"{INTERNAL}LogLevel ERROR\nMatch User alice\n"
        f"ChrootDirectory {jail}\n", syslog=True)
    mark = syslog.mark()
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        pid = _session_process(server, "sshd: alice@internal-sftp")
        assert sftp.realpath(".") == b"/"
        handle = sftp.open("/files/new\n", F_WRITE | F_CREAT)
        sftp.write(handle, 0, b"data")
        sftp.close_handle(handle)
        handle = sftp.open("/files/new\n", F_READ)
    with open(f"{jail}/files/new\n", "rb") as f:
        assert f.read() == b"data"
    ident = f"internal-sftp[{pid}]: "
    syslog.wait_for(f"{ident}session closed for local user alice from "
                    "[127.0.0.1]", mark)
    lines = [line.partition(ident)[2] for line in syslog.since(mark)
             if ident in line]
    assert lines == [
        "session opened for local user alice from [127.0.0.1]",
        "received client version 3",
        'realpath "."',
        'open "/files/new\\n" flags WRITE,CREATE mode 0666',
        'close "/files/new\\n" bytes read 0 written 4',
        'open "/files/new\\n" flags READ mode 0666',
        'forced close "/files/new\\n" bytes read 0 written 0',
        "session closed for local user alice from [127.0.0.1]",
    ]


def test_its_lines_have_its_own_facility_and_level(make_server, keys, syslog):
    server = make_server(
        "Subsystem sftp internal-sftp -f LOCAL3 -l ERROR\n", syslog=True)
    mark = syslog.mark()
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        sftp.send(77, b"")
        sftp.receive()
    # LOCAL3 is 19, error is 3
    line = syslog.wait_for("Unknown message 77", mark)
    assert line.startswith(f"<{19 * 8 + 3}>")
    assert "error: Unknown message 77" in line
    assert not any("session opened" in line for line in syslog.since(mark)
                   if "internal-sftp" in line)


def test_the_forced_command_serves_sftp_and_nothing_else(make_server, keys):
    server = make_server("Subsystem sftp /nonexistent\nMatch User alice\n"
                         "ForceCommand internal-sftp -d /tmp\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == b"/tmp"
    for words in ([], ["true"]):
        result = server.ssh("alice", keys["ed25519"], *words)
        assert result.returncode == 1
        assert result.stdout == b"This service allows sftp connections only.\n"
        server.wait_for_log("refusing non-sftp session")


def test_a_client_can_not_ask_for_it_as_a_command(make_server, keys):
    server = make_server(INTERNAL)
    result = server.ssh("alice", keys["ed25519"], "internal-sftp")
    assert result.returncode == 127


def test_match_blocks_choose_the_subsystem(make_server, keys):
    server = make_server(
        "Subsystem sftp internal-sftp -d /home\nMatch User bob\n"
        "Subsystem sftp internal-sftp -d /home/%u\n")
    for user, where in (("alice", b"/home"), ("bob", b"/home/bob")):
        with over_ssh(server, user, keys["ed25519"]) as sftp:
            assert sftp.realpath(".") == where


def test_the_start_directory_lies_in_the_chroot(make_server, keys, jail):
    server = make_server(
        "Subsystem sftp internal-sftp -d /files\nMatch User alice\n"
        f"ChrootDirectory {jail}\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == b"/files"


def test_a_storm_of_lines_is_logged_and_ends_nothing(make_server, keys):
    """The child is slowed down to what the log takes."""
    server = make_server(INTERNAL)
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        for number in range(30000):
            sftp.send(raw_sftp.STAT, string(f"missing-{number}"))
            if number >= 64:
                assert sftp.receive() is not None
        for _ in range(64):
            assert sftp.receive() is not None
    server.wait_for_log("session closed for local user alice")
    log = server.log()
    assert log.count('stat name "missing-') == 30000
    assert log.count("sent status No such file") == 30000


@pytest.mark.parametrize("line, said", [
    ("Subsystem sftp internal-sftp -x", 'internal-sftp: unknown option "-x"'),
    ("Subsystem sftp internal-sftp -l LOUD", 'unknown log level "LOUD"'),
    ("ForceCommand internal-sftp -u 9", 'internal-sftp: bad mode "9"'),
    ("Match User a\nForceCommand internal-sftp -P delete",
     'internal-sftp: unknown request "delete"'),
    ("Match User a\nSubsystem sftp internal-sftp -d %z",
     'bad token in directory "%z"'),
])
def test_bad_options_are_errors_of_the_configuration(host_keys, tmp_path, line,
                                                     said):
    config = tmp_path / "sshd_config"
    config.write_text(f"HostKey {host_keys['ed25519']}\n{line}\n")
    result = subprocess.run([SSHD, "-t", "-f", str(config)],
                            capture_output=True, text=True)
    assert result.returncode != 0
    assert said in result.stderr


def test_bad_options_of_a_key_are_told_at_its_login(make_server, tmp_path):
    key = make_key(str(tmp_path / "key"))
    with open(key + ".pub") as f, open("/etc/odd_keys", "w") as out:
        out.write('command="internal-sftp -x" ' + f.read())
    server = make_server("AuthorizedKeysFile /etc/odd_keys\n"
                         "Subsystem sftp internal-sftp\n")
    assert server.ssh("alice", key, "sftp", options=["-s"]).returncode == 255
    server.wait_for_log('internal-sftp: unknown option "-x"')


@pytest.mark.parametrize("bad", ["/srv/jail", "/srv/jail/inner"])
def test_a_chroot_that_others_could_write_is_refused(make_server, keys, jail,
                                                     bad):
    os.makedirs(f"{jail}/inner", exist_ok=True)
    os.chown(bad, 2001, 2001)
    server = make_server(f"{INTERNAL}ChrootDirectory {jail}/inner\n")
    assert server.ssh("alice", keys["ed25519"], "-s",
                      "sftp").returncode != 0
    part = "" if bad.endswith("inner") else "component "
    server.wait_for_log("bad ownership or modes for chroot directory "
                        f'{part}"{bad}"')
    os.chown(bad, 0, 0)


@pytest.fixture
def roots_home(keys):
    """alice's home belongs to root, as a chroot must; her keys to her."""
    os.chown("/home/alice", 0, 0)
    os.mkdir("/home/alice/alice%2001")
    yield "/home/alice"
    os.rmdir("/home/alice/alice%2001")
    os.chown("/home/alice", 2001, 2001)


@pytest.mark.parametrize("written, means", [
    ("~", "/home/alice"),
    ("~/", "/home/alice/"),
    ("~/%u%%%U", "/home/alice/alice%2001"),
    ("%h", "/home/alice"),
    ("%h/%u%%%U", "/home/alice/alice%2001"),
    ("/home/%u", "/home/alice"),
])
def test_a_chroot_may_be_named_by_the_user(make_server, keys, roots_home,
                                           written, means):
    server = make_server(
        f"Subsystem sftp internal-sftp\nChrootDirectory {written}\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        found = {name for name, _, _ in sftp.list("/")} - {b".", b".."}
        assert found == {os.fsencode(name) for name in os.listdir(means)}
    server.wait_for_log(f'Changed root directory to "{means}"')


@pytest.mark.parametrize("written, why", [
    ("~bob", "chroot path is not absolute"),
    ("home/%u", "chroot path is not absolute"),
    ("/home/%u%q", "unknown %-sequence"),
    ("/home/%u/%i", "unknown %-sequence"),
    ("%h", 'bad ownership or modes for chroot directory "/home/alice"'),
])
def test_a_chroot_that_names_nothing_ends_the_login(make_server, keys,
                                                    written, why):
    server = make_server(
        f"Subsystem sftp internal-sftp\nChrootDirectory {written}\n")
    assert server.ssh("alice", keys["ed25519"], "-s",
                      "sftp").returncode == 255
    server.wait_for_log(why)
