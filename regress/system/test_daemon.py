# SPDX-License-Identifier: ISC
"""The life of the listener: pid file, signals, reload, upgrade, titles."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import pytest

import server as server_module
from server import (
    SSHD, Server, descendants, is_running, read_pid, title, wait_until)


def test_the_pid_file_names_the_listener_and_goes_with_it(make_server):
    server = make_server()
    with open(server.pid_path) as f:
        assert f.read() == f"{server.process.pid}\n"
    server.stop()
    assert server.process.returncode == 0
    assert not os.path.exists(server.pid_path)
    assert "Received signal 15; terminating." in server.log()


@pytest.mark.postern_only
def test_a_pid_file_that_can_not_be_written_is_not_left_empty(
        host_keys, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", full],
                   check=True)
    subprocess.run(["dd", "if=/dev/zero", f"of={full}/all", "bs=4k"],
                   capture_output=True)
    server = Server(str(tmp_path), [host_keys["ed25519"]],
                    f"PidFile {full}/pid\n")
    process = subprocess.Popen([SSHD, "-D", "-f", server.config_path, "-E",
                                server.log_path])
    try:
        server.wait_for_log(f"Couldn't create pid file \"{full}/pid\": No "
                            "space left on device")
        wait_until(lambda: not (full / "pid").exists(), what="its removal")
    finally:
        process.terminate()
        process.wait(60)
        subprocess.run(["umount", "--lazy", full], check=True)


def test_whoever_starts_a_daemon_gets_its_streams_back(host_keys, keys,
                                                       tmp_path):
    """ssh host sshd ends, although the daemon and its signer stay."""
    server = Server(str(tmp_path), [host_keys["ed25519"]])
    result = subprocess.run([SSHD, "-f", server.config_path], text=True,
                            capture_output=True, timeout=60)
    try:
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    finally:
        os.kill(read_pid(server.pid_path), signal.SIGTERM)
        wait_until(lambda: not os.path.exists(server.pid_path),
                   what="the daemon's end")


def test_a_terminated_listener_leaves_its_sessions_alone(make_server, keys):
    server = make_server()
    with server.popen("alice", keys["ed25519"], "echo up; cat") as process:
        assert process.stdout.readline() == b"up\n"
        server.stop()
        assert process.communicate(b"alive\n")[0] == b"alive\n"
        assert process.returncode == 0


def test_a_terminated_listener_serves_nobody_any_more(make_server, keys):
    server = make_server()
    server.stop()
    result = server.ssh("alice", keys["ed25519"], "true")
    assert b"Connection refused" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_listener_leaves_no_process_behind(make_server, keys, number):
    server = make_server()
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    below = descendants(server.process.pid)
    server.process.send_signal(number)
    server.process.wait(60)
    wait_until(lambda: not any(is_running(pid) for pid in below),
               what="the end of the helpers")


def test_a_reload_takes_the_new_configuration(make_server, keys):
    server = make_server("AcceptEnv NONE\n")
    before = server.process.pid

    def banner():
        return server.ssh("alice", keys["ed25519"], "true",
                          options=["-o", "LogLevel=INFO"]).stderr
    with open(server.directory + "/banner", "w") as out:
        out.write("New rules\n")
    assert b"New rules" not in banner()
    server.write_config(f"Banner {server.directory}/banner\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log("Received SIGHUP; restarting.")
    wait_until(lambda: b"New rules" in banner(), what="the new banner")
    assert read_pid(server.pid_path) == before


def test_a_reload_takes_new_ports(make_server, keys):
    server = make_server()
    server.port = server_module.free_port()
    server.write_config("")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(f"Server listening on 127.0.0.1 port {server.port}.")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0


def test_a_reload_takes_new_host_keys(make_server, keys, host_keys):
    server = make_server(kinds=("ed25519",))
    server.host_keys = [host_keys["ecdsa"]]
    server.write_config("")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.ssh("alice", keys["rsa"], "true").returncode
               == 0, what="the new host key")


def test_sessions_live_through_a_reload(make_server, keys):
    server = make_server()
    with server.popen("alice", keys["ed25519"], "echo up; cat") as process:
        assert process.stdout.readline() == b"up\n"
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_log("Received SIGHUP; restarting.")
        assert process.communicate(b"alive\n")[0] == b"alive\n"


@pytest.mark.postern_only
def test_a_bad_configuration_is_named_and_the_old_one_stays(make_server,
                                                            keys):
    server = make_server("MaxSessions 3\n")
    server.write_config("NoSuchKeyword yes\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log("NoSuchKeyword")
    for _ in range(5):
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    server.write_config("MaxSessions 0\n")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.ssh("alice", keys["ed25519"],
                                  "true").returncode == 255,
               what="the corrected configuration")


@pytest.mark.postern_only
def test_a_reload_that_fails_begins_the_new_log_file_too(make_server, keys):
    server = make_server()
    wait_until(lambda: any("[warm]" in name for name in _titles(server)),
               what="a process that waits")
    old = server.log_path + ".1"
    os.rename(server.log_path, old)
    server.write_config("NoSuchKeyword yes\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log("Reload failed")
    assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    server.wait_for_log("Accepted publickey")
    with open(old) as log:
        assert "Accepted publickey" not in log.read()


@pytest.mark.postern_only
@pytest.mark.parametrize("reloads", [
    20, pytest.param(200, marks=pytest.mark.slow)])
def test_no_login_is_lost_while_the_server_reloads(make_server, keys,
                                                   reloads):
    server = make_server("MaxStartups 100\n")
    results, done = [], threading.Event()

    def log_in():
        while not done.is_set():
            results.append(server.ssh("alice", keys["ed25519"], "echo in"))

    threads = [threading.Thread(target=log_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, reloads + 1):
            seen = len(results)
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: server.log().count(
                "Received SIGHUP; restarting.") == number, what="the reload")
            wait_until(lambda: len(results) > seen, what="a login")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert len(results) >= reloads
    assert {result.stdout for result in results} == {b"in\n"}, \
        [result.stderr for result in results if result.returncode]


@pytest.fixture
def installed(tmp_path):
    """A private copy of the server's programs; the path of its sshd."""
    directory = tmp_path / "installed"
    directory.mkdir()
    for name in ("sshd", "sshd-monitor", "sshd-signer", "sshd-net",
                 "sshd-session"):
        shutil.copy(server_module.program(name), directory)
    return directory


@pytest.mark.postern_only
def test_an_upgrade_on_disk_does_not_disturb_a_running_server(
        make_server, keys, installed, monkeypatch):
    monkeypatch.setattr(server_module, "SSHD", str(installed / "sshd"))
    server = make_server()
    for path in installed.iterdir():
        path.unlink()
        path.write_text("rubbish\n")
        path.chmod(0o755)
    for _ in range(10):
        result = server.ssh("alice", keys["ed25519"], "echo in")
        assert result.stdout == b"in\n", server.log()


def _titles(server):
    pids = [server.process.pid, *descendants(server.process.pid)]
    return [title(pid) for pid in pids]


def test_each_process_of_a_connection_says_what_it_is(make_server, keys):
    server = make_server()
    with server.popen("alice", keys["ed25519"], "echo up; cat") as process:
        assert process.stdout.readline() == b"up\n"
        wait_until(lambda: re.fullmatch(
            r"sshd: .*sshd -D -f .* \[listener\] 0 of 10-100 startups",
            title(server.process.pid)), what="the listener's title")
        titles = _titles(server)
        assert "sshd: alice [priv]" in titles
        assert "sshd: alice@notty" in titles
        process.communicate(b"")


@pytest.mark.postern_only
def test_the_network_process_of_a_session_stays(make_server, keys):
    server = make_server()
    with server.popen("alice", keys["ed25519"], "echo up; cat") as process:
        assert process.stdout.readline() == b"up\n"
        assert "sshd: alice [net]" in _titles(server)
        process.communicate(b"")


def test_a_session_on_a_terminal_names_it_in_its_title(make_server, keys):
    server = make_server()
    with server.popen("alice", keys["ed25519"], "tty; cat",
                      options=["-tt"]) as process:
        tty = process.stdout.readline().decode().strip()
        name = tty.removeprefix("/dev/")
        assert f"sshd: alice@{name}" in _titles(server)
        process.kill()


def test_the_listener_counts_those_who_have_not_logged_in(make_server):
    server = make_server()
    with socket.create_connection(("127.0.0.1", server.port)):
        wait_until(lambda: title(server.process.pid).endswith(
            "[listener] 1 of 10-100 startups"), what="the count")
    wait_until(lambda: title(server.process.pid).endswith(
        "[listener] 0 of 10-100 startups"), what="the count")


def test_no_process_is_left_when_sessions_have_ended(make_server, keys):
    server = make_server()
    for _ in range(5):
        assert server.ssh("alice", keys["ed25519"], "true").returncode == 0
    wait_until(lambda: not [
        name for name in _titles(server) if "alice" in name],
        what="the end of the sessions")


@pytest.mark.postern_only
@pytest.mark.parametrize("name_space", ["file", "abstract"])
def test_the_service_manager_is_told_and_sessions_do_not_know_it(
        make_server, keys, tmp_path, name_space):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path if name_space == "file" else f"\0{path}")
        manager.settimeout(60)
        server = make_server(env={
            **os.environ,
            "NOTIFY_SOCKET": path if name_space == "file" else f"@{path}"})
        assert manager.recv(200) == b"READY=1"
        server.process.send_signal(signal.SIGHUP)
        assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=[0-9]+",
                            manager.recv(200))
        assert manager.recv(200) == b"READY=1"
        environment = server.ssh("alice", keys["ed25519"], "env").stdout
        assert b"HOME=" in environment and b"NOTIFY" not in environment
        server.stop()
        assert manager.recv(200) == b"STOPPING=1"


def test_the_start_directory_is_left(make_server):
    server = make_server()
    assert os.readlink(f"/proc/{server.process.pid}/cwd") == "/"


def _oom_score(pid):
    with open(f"/proc/{pid}/oom_score_adj") as f:
        return int(f.read())


def _may_lower_oom_score():
    return subprocess.run(
        "echo -1000 >/proc/self/oom_score_adj", shell=True,
        stderr=subprocess.DEVNULL).returncode == 0


def test_sessions_do_not_inherit_the_listeners_shelter_from_the_oom_killer(
        make_server, keys):
    server = make_server()
    if _may_lower_oom_score():
        assert _oom_score(server.process.pid) == -1000
    result = server.ssh("alice", keys["ed25519"],
                        "cat /proc/self/oom_score_adj")
    assert int(result.stdout) == _oom_score("self")
