# SPDX-License-Identifier: ISC
"""Flags of sshd, what it says to bad ones, and its exit codes."""

import json
import os
import shutil
import signal
import subprocess

import pytest

from isolated import host_file
from server import (
    IS_POSTERN, SSHD, Server, free_port, make_key, read_pid, wait_until)

VERSION = "Postern_" if IS_POSTERN else "OpenSSH_"


def sshd(*args, **kwargs):
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([SSHD, *args], capture_output=True, text=True,
                          timeout=60, **kwargs)


@pytest.fixture
def config(tmp_path, host_keys):
    """A function: writes a configuration file, returns its path."""
    def write(text="", kinds=("ed25519",), blocks=""):
        path = tmp_path / "sshd_config"
        lines = [f"HostKey {host_keys[kind]}" for kind in kinds]
        path.write_text("\n".join([text, *lines, blocks]) + "\n")
        return str(path)
    return write


def test_the_version_goes_to_stderr():
    result = sshd("-V")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith(VERSION)


def test_a_good_configuration_passes_the_check_silently(config):
    result = sshd("-t", "-f", config())
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_check_leaves_the_port_alone(config, make_server):
    server = make_server()
    assert sshd("-t", "-f", config(f"Port {server.port}")).returncode == 0


def test_the_check_works_for_an_ordinary_user(tmp_path, config):
    path = config(kinds=())
    key = make_key("/home/alice/check_key")
    shutil.chown(key, "alice")
    shutil.copy(path, "/home/alice/check_config")
    result = subprocess.run(
        ["setpriv", "--reuid=2001", "--regid=2001", "--clear-groups", SSHD,
         "-t", "-f", "/home/alice/check_config", "-h", key],
        capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def _effective(*args):
    result = sshd(*args)
    assert result.returncode == 0, result.stderr
    values = {}
    for line in result.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        values.setdefault(keyword, []).append(value)
    return values


def test_the_effective_configuration_is_printed(config):
    values = _effective("-T", "-f", config(
        "MaxAuthTries 4\nPort 2200\nPort 2201\nAcceptEnv A B\nBanner /x"))
    assert values["maxauthtries"] == ["4"]
    assert values["port"] == ["2200", "2201"]
    assert values["acceptenv"] == ["A", "B"]
    assert values["banner"] == ["/x"]
    assert values["logingracetime"] == ["120"]


@pytest.mark.postern_only
def test_g_prints_the_configuration_without_host_keys(tmp_path):
    path = tmp_path / "none"
    path.write_text("HostKey /nonexistent\nMaxSessions 3\n")
    values = _effective("-G", "-f", str(path))
    assert values["maxsessions"] == ["3"]


GLOBAL_TO_EXPLAIN = "MaxAuthTries 4\nMaxAuthTries 5"
BLOCKS_TO_EXPLAIN = """\
Match user alice
    MaxAuthTries 2
Match address 192.0.2.0/24
    Banner none"""


@pytest.mark.postern_only
def test_the_configuration_is_explained_line_by_line(config):
    path = config(GLOBAL_TO_EXPLAIN, blocks=BLOCKS_TO_EXPLAIN)
    shown = sshd("-T", "--explain", "-C", "user=alice", "-f", path)
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0, shown.stderr
    assert (f"maxauthtries 2 # Match at {path}:4, set at {path}:5"
            in lines)
    assert f"#   overridden: maxauthtries 4 # {path}:1" in lines
    assert f"#   shadowed: maxauthtries 5 # {path}:2" in lines
    assert "maxsessions 10 # default" in lines
    assert lines[-1] == f"# Match at {path}:6 is not decided: -C lacks addr"
    plain = sshd("-T", "-C", "user=alice", "-f", path).stdout.splitlines()
    assert plain == [line.rpartition(" # ")[0] for line in lines
                     if not line.startswith("#")]


@pytest.mark.postern_only
def test_the_configuration_is_printed_as_json(config):
    path = config(GLOBAL_TO_EXPLAIN, blocks=BLOCKS_TO_EXPLAIN)
    shown = sshd("-T", "--json", "-f", path, "-o", "MaxSessions 4")
    found = json.loads(shown.stdout)
    assert found["settings"]["maxauthtries"] == [
        {"value": "4",
         "origins": [{"from": "file", "file": path, "line": 1}]}]
    assert found["settings"]["maxsessions"] == [
        {"value": "4", "origins": [{"from": "command line"}]}]
    assert found["settings"]["logingracetime"] == [
        {"value": "120", "origins": []}]
    assert found["without_effect"] == [
        {"keyword": "maxauthtries", "value": "5", "why": "shadowed",
         "from": "file", "file": path, "line": 2}]
    assert found["undecided"] == [
        {"file": path, "line": 4, "lacking": "user"},
        {"file": path, "line": 6, "lacking": "addr"}]
    plain = sshd("-T", "-f", path, "-o", "MaxSessions 4").stdout
    assert plain == "".join(
        f"{keyword} {entry['value']}\n"
        for keyword, entries in found["settings"].items()
        for entry in entries)


@pytest.mark.postern_only
def test_a_strict_check_finds_what_an_ordinary_one_accepts(config):
    path = config("MaxAuthTries 4\nMaxAuthTries 5\nUseLogin no\n"
                  "PermitRootLogin yes\n")
    assert sshd("-t", "-f", path).returncode == 0
    result = sshd("-t", "--strict", "-f", path)
    assert result.returncode == 255
    assert [line.partition(": ")[2] for line in
            result.stderr.splitlines()] == [
        "Deprecated option UseLogin",
        f"MaxAuthTries has no effect: line 1 of {path} comes first",
        "PermitRootLogin yes is weak: root's password can be guessed from "
        "outside",
        "terminating, 3 bad configuration options"]
    assert sshd("-t", "--strict", "-f", config()).returncode == 0


@pytest.mark.postern_only
def test_a_strict_print_wants_every_block_decided(config):
    path = config(blocks=BLOCKS_TO_EXPLAIN)
    result = sshd("-T", "--strict", "-C", "user=bob", "-f", path)
    assert result.returncode == 255
    assert result.stderr.strip() == \
        f"{path} line 5: Match is not decided: -C lacks addr"
    assert sshd("-T", "--strict", "-C", "user=bob,addr=192.0.2.1", "-f",
                path).returncode == 0


@pytest.mark.parametrize("given", [
    ["-o", "MaxSessions=7"], ["-oMaxSessions=7"], ["-o", "MaxSessions 7"],
    ["-omaxsessions 7"]])
def test_an_option_of_the_command_line_wins_over_the_file(config, given):
    values = _effective("-T", *given, "-f", config("MaxSessions 2"))
    assert values["maxsessions"] == ["7"]


def test_options_may_be_joined(config):
    path = config()
    assert sshd(f"-tf{path}").returncode == 0
    assert sshd("-Tqf", path).returncode == 0
    assert sshd("-ddt", "-f", path).returncode == 0


def test_ports_of_the_command_line_replace_those_of_the_file(config):
    values = _effective("-T", "-p", "2300", "-p2301", "-f",
                        config("Port 2200"))
    assert values["port"] == ["2300", "2301"]


@pytest.mark.parametrize("flag, family", [("-4", "inet"), ("-6", "inet6")])
def test_the_address_family_may_be_chosen(config, flag, family):
    assert _effective("-T", flag, "-f", config())["addressfamily"] == [family]


@pytest.mark.parametrize("flag, address", [("-4", "0.0.0.0"), ("-6", "::")])
def test_only_the_chosen_address_family_is_served(config, tmp_path, flag,
                                                  address):
    log = tmp_path / "log"
    pid = tmp_path / "pid"
    port = free_port()
    with subprocess.Popen([SSHD, "-D", flag, "-p", str(port), "-E", log,
                           "-f", config(f"PidFile {pid}")]) as process:
        wait_until(pid.exists, what="the pid file")
        shown = subprocess.run(["ss", "-tlnH", f"sport = :{port}"],
                               capture_output=True, text=True).stdout
        process.terminate()
    assert len(shown.splitlines()) == 1
    assert f"Server listening on {address} port {port}." in log.read_text()


def test_an_unknown_flag_prints_the_usage():
    result = sshd("-Z")
    assert result.returncode == 1
    assert "usage: sshd" in result.stderr


def test_an_extra_word_is_named(config):
    result = sshd("-t", "-f", config(), "superfluous")
    assert result.returncode == 1
    assert "Extra argument superfluous." in result.stderr


@pytest.mark.parametrize("args", [["-p", "0"], ["-p", "70000"], ["-p", "x"],
                                  ["-g", "soon"]])
def test_a_bad_value_of_a_flag_ends_with_1(config, args):
    result = sshd("-t", *args, "-f", config())
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1


def test_an_unknown_keyword_is_named_with_file_and_line(config):
    path = config("Port 22\n\nNoSuchThing yes\n")
    result = sshd("-t", "-f", path)
    assert result.returncode == 255
    assert f"{path}: line 3: Bad configuration option: NoSuchThing" in \
        result.stderr or f"{path} line 3:" in result.stderr


@pytest.mark.postern_only
def test_the_nearest_keyword_is_suggested(config):
    result = sshd("-t", "-f", config("PermitRotLogin no"))
    assert "PermitRootLogin" in result.stderr


@pytest.mark.parametrize("line", [
    "MaxAuthTries many", "PermitRootLogin perhaps", "LoginGraceTime soon",
    "Ciphers rot13", "KexAlgorithms none-such", "LogLevel LOUD",
    "ClientAliveInterval", "Port 0", "StrictModes yes no"])
def test_a_bad_value_is_reported_with_file_and_line(config, line):
    path = config(f"# comment\n{line}\n")
    result = sshd("-t", "-f", path)
    assert result.returncode == 255
    assert path in result.stderr and "line 2" in result.stderr


def test_a_missing_configuration_file_ends_with_1():
    result = sshd("-t", "-f", "/nonexistent/sshd_config")
    assert result.returncode == 1
    assert result.stderr.strip() == \
        "/nonexistent/sshd_config: No such file or directory"


def test_a_relative_name_of_the_program_is_refused(config, tmp_path):
    result = subprocess.run(
        [os.path.basename(SSHD), "-D", "-f", config()],
        executable=SSHD, capture_output=True, text=True)
    assert result.returncode == 255
    assert "requires execution with an absolute path" in result.stderr


def test_a_relative_name_does_for_a_check(config):
    result = subprocess.run(
        [os.path.basename(SSHD), "-t", "-f", config()], executable=SSHD,
        capture_output=True, text=True)
    assert result.returncode == 0


def test_a_port_in_use_is_reported(config, make_server):
    server = make_server()
    result = sshd("-D", "-e", "-f", config(
        f"Port {server.port}\nListenAddress 127.0.0.1"))
    assert result.returncode == 255
    assert f"Bind to port {server.port} on 127.0.0.1 failed: " \
        "Address already in use." in result.stderr
    assert "Cannot bind any address." in result.stderr


def test_without_a_host_key_it_does_not_start(tmp_path):
    path = tmp_path / "config"
    path.write_text(f"HostKey {tmp_path}/missing\n")
    result = sshd("-D", "-e", "-f", str(path))
    assert result.returncode == 1
    assert f"Unable to load host key: {tmp_path}/missing" in result.stderr
    assert "sshd: no hostkeys available -- exiting." in result.stderr


def test_a_missing_privilege_separation_directory_is_named(config):
    os.rename("/run/sshd", "/run/sshd.away")
    try:
        result = sshd("-t", "-f", config())
    finally:
        os.rename("/run/sshd.away", "/run/sshd")
    assert result.returncode == 255
    assert "Missing privilege separation directory: /run/sshd" in \
        result.stderr


@pytest.mark.postern_only
def test_it_is_named_when_it_is_removed_while_the_server_runs(make_server,
                                                              keys):
    server = make_server()
    os.rename("/run/sshd", "/run/sshd.away")
    try:
        server.process.send_signal(signal.SIGHUP)   # for new processes
        server.wait_for_log("monitor: directory of net")
        wait_until(lambda: server.log().count(
            "Missing privilege separation directory: /run/sshd") > 1,
            what="the listener's word, and a monitor's")
    finally:
        os.rename("/run/sshd.away", "/run/sshd")
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 0, what="a login")


@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_a_writable_privilege_separation_directory_is_refused(config, mode):
    os.chmod("/run/sshd", mode)
    try:
        result = sshd("-t", "-f", config())
    finally:
        os.chmod("/run/sshd", 0o755)
    assert result.returncode == 255
    assert "/run/sshd must be owned by root and not group or " \
        "world-writable." in result.stderr


def test_a_missing_privilege_separation_user_is_named(config):
    with open("/etc/passwd") as f:
        others = [line for line in f if not line.startswith("sshd:")]
    with host_file("/etc/passwd", "".join(others)):
        result = sshd("-t", "-f", config())
    assert result.returncode == 255
    assert "Privilege separation user sshd does not exist" in result.stderr


def test_the_log_may_go_to_stderr(config, keys, tmp_path, host_keys):
    server = Server(str(tmp_path), [host_keys["ed25519"]])
    with subprocess.Popen([SSHD, "-D", "-e", "-f", server.config_path],
                          stderr=subprocess.PIPE) as process:
        line = process.stderr.readline()
        assert line == (f"Server listening on 127.0.0.1 port {server.port}."
                        "\r\n").encode()
        assert server.ssh("alice", keys["rsa"], "true").returncode == 0
        while b"Accepted publickey for alice" not in line:
            line = process.stderr.readline()
            assert line
        process.terminate()
        process.stderr.read()


def test_the_log_file_is_made_for_root_alone(make_server):
    server = make_server()
    assert os.stat(server.log_path).st_mode & 0o777 == 0o600


def test_the_log_file_grows_and_its_name_may_be_joined(config, tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    port = free_port()
    result = subprocess.Popen([SSHD, "-D", f"-E{log}", "-p", str(port),
                               "-f", config("ListenAddress 127.0.0.1\n"
                                            f"PidFile {tmp_path}/pid")])
    wait_until((tmp_path / "pid").exists, what="the pid file")
    result.terminate()
    result.wait()
    text = log.read_text()
    assert text.startswith("before\n")
    assert f"Server listening on 127.0.0.1 port {port}." in text


def test_a_quiet_server_logs_nothing(make_server, keys):
    server = make_server("LogLevel INFO\n", args=["-q"])
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    assert server.ssh("nobody-here", keys["ed25519"], "true").returncode
    assert server.log() == ""


@pytest.mark.parametrize("level, seen", [
    ("ERROR", False), ("INFO", True), ("VERBOSE", True), ("DEBUG1", True)])
def test_the_log_level_chooses_the_lines(make_server, keys, level, seen):
    server = make_server(f"LogLevel {level}\n")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    if seen:
        server.wait_for_log("Disconnected from user alice")
    log = server.log()
    assert ("Accepted publickey" in log) == seen
    assert ("Starting session: command" in log) == (
        level in ("VERBOSE", "DEBUG1"))
    assert ("debug1: " in log) == (level == "DEBUG1")


def test_a_debugging_server_serves_one_connection_and_ends(
        tmp_path, host_keys, keys):
    server = Server(str(tmp_path), [host_keys["ed25519"]])
    with subprocess.Popen([SSHD, "-d", "-f", server.config_path],
                          stderr=subprocess.PIPE) as process:
        said = [process.stderr.readline()]
        while b"Server listening" not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], b"".join(said)
        result = server.ssh("alice", keys["ed25519"], "echo one")
        assert result.stdout == b"one\n"
        said.append(process.stderr.read())
        process.wait(60)
    assert b"debug1: " in b"".join(said)
    assert not os.path.exists(server.pid_path)


def test_it_goes_into_the_background_by_itself(tmp_path, host_keys, keys):
    server = Server(str(tmp_path), [host_keys["ed25519"]])
    result = sshd("-f", server.config_path, "-E", server.log_path)
    assert (result.returncode, result.stderr) == (0, "")
    pid = wait_until(lambda: read_pid(server.pid_path), what="the pid file")
    try:
        assert os.getsid(pid) != os.getsid(0)
        assert os.readlink(f"/proc/{pid}/cwd") == "/"
        for fd in (0, 1):
            assert os.readlink(f"/proc/{pid}/fd/{fd}") == "/dev/null"
        result = server.ssh("alice", keys["ed25519"], "echo there")
        assert result.stdout == b"there\n"
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not os.path.exists(server.pid_path),
               what="the end of the pid file")
