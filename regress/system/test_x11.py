# SPDX-License-Identifier: ISC
"""X11 programs on the server, their windows on the client's display."""

import os
import socket
import subprocess

import pytest

from server import is_running, wait_until
from services import listeners

CONFIG = "X11Forwarding yes\n"
COOKIE = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def display(syslog, tmp_path_factory):
    """A real X server that asks for its cookie; the client's environment."""
    authority = str(tmp_path_factory.mktemp("x") / "Xauthority")
    subprocess.run(["xauth", "-q", "-f", authority, "add", "posternhost/unix:7",
                    "MIT-MAGIC-COOKIE-1", COOKIE], check=True,
                   capture_output=True)
    os.makedirs("/tmp/.X11-unix", exist_ok=True)
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", ":7", "-auth", authority, "-nolisten", "tcp", "-screen", "0",
         "320x200x24", "+extension", "SECURITY", "-displayfd", str(write)],
        pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as ready:
        assert ready.readline() == "7\n"
    yield dict(os.environ, DISPLAY=":7", XAUTHORITY=authority)
    process.terminate()
    process.wait()


@pytest.fixture
def ssh(make_server, keys, display):
    """A function: a command through ssh -Y of a server that allows it."""
    def run(command, config=CONFIG, options=("-Y",), user="alice", **kwargs):
        return make_server(config).ssh(user, keys["ed25519"], command,
                                       options=options, env=display, **kwargs)
    yield run
    # the client does not wait for the end of its display
    wait_until(lambda: not any(map(listeners, range(6010, 6013))),
               what="the end of the displays")
    for name in ("rc", "../.Xauthority"):
        path = f"/home/alice/.ssh/{name}"
        if os.path.lexists(path):
            os.unlink(path)


@pytest.fixture
def ports():
    """A function that occupies a port of one family."""
    taken = []

    def take(port, family=socket.AF_INET, host="127.0.0.1"):
        taken.append(socket.create_server((host, port), family=family))

    yield take
    for sock in taken:
        sock.close()


@pytest.mark.parametrize("trust", ["-X", "-Y"])
def test_a_program_shows_up_on_the_clients_display(ssh, trust):
    result = ssh("echo $DISPLAY; xdpyinfo", options=[trust], text=True)
    lines = result.stdout.splitlines()
    assert lines[0] == "localhost:10.0"
    assert "vendor string:    The X.Org Foundation" in lines, result
    assert any("320x200 pixels" in line for line in lines)


def test_a_window_program_runs_to_its_end(ssh):
    result = ssh("xterm -e 'echo in a window >seen'; cat seen; rm seen")
    assert result.stdout == b"in a window\n", result


def test_without_the_cookie_no_program_gets_in(ssh):
    result = ssh("XAUTHORITY=/nowhere xdpyinfo")
    assert result.returncode != 0
    assert b"unable to open display" in result.stderr


def test_displays_in_use_are_skipped_in_both_families(ssh, ports):
    ports(6010)
    ports(6011, socket.AF_INET6, "::1")
    result = ssh("echo $DISPLAY")
    assert result.stdout == b"localhost:12.0\n"


def test_the_first_display_is_configured(ssh):
    config = CONFIG + "X11DisplayOffset 77\n"
    assert ssh("echo $DISPLAY", config).stdout == b"localhost:77.0\n"
    # the last that has a port: 6000 + 59535
    config = CONFIG + "X11DisplayOffset 59535\n"
    assert ssh("echo $DISPLAY", config).stdout == b"localhost:59535.0\n"
    config = CONFIG + "X11DisplayOffset 59536\n"
    assert ssh("echo \"<$DISPLAY>\"", config).stdout == b"<>\n"


@pytest.mark.parametrize("config, wanted", [
    ("", {"0100007F", "00000000000000000000000001000000"}),
    ("AddressFamily inet\n", {"0100007F"}),
    ("X11UseLocalhost no\n", {"00000000", "0" * 32})])
def test_a_display_listens_where_it_is_to(make_server, keys, display, config,
                                          wanted):
    server = make_server(CONFIG + config)
    process = server.popen("alice", keys["ed25519"],
                           "echo $DISPLAY; xauth list; cat",
                           options=["-Y"], env=display)
    shown = process.stdout.readline().decode()
    host = "posternhost" if "UseLocalhost" in config else "localhost"
    assert shown == f"{host}:10.0\n"
    # xauth finds that posternhost is this host
    assert process.stdout.readline().startswith(b"posternhost/unix:10  ")
    assert listeners(6010) == wanted
    process.stdin.close()
    process.wait()
    wait_until(lambda: not listeners(6010), what="the end of the display")


def test_two_sessions_have_two_displays(make_server, keys, display, tmp_path):
    server = make_server(CONFIG)
    control = str(tmp_path / "control")
    options = ["-Y", "-o", f"ControlPath={control}"]
    master = server.popen("alice", keys["ed25519"], options=[
        "-M", "-N", *options], env=display)
    wait_until(lambda: os.path.exists(control), what="the master")
    first = server.popen("alice", keys["ed25519"], "echo $DISPLAY; cat",
                         options=options, env=display)
    assert first.stdout.readline() == b"localhost:10.0\n"
    second = server.ssh("alice", keys["ed25519"],
                        "echo $DISPLAY; xdpyinfo >/dev/null && echo ok",
                        options=options, env=display)
    assert second.stdout == b"localhost:11.0\nok\n", second
    master.kill()
    for process in (first, master):
        process.wait()
    wait_until(lambda: not listeners(6010), what="the end of the display")


@pytest.mark.parametrize("config", [
    "", "X11Forwarding yes\nDisableForwarding yes\n",
    "X11Forwarding yes\nXAuthLocation /nonexistent/xauth\n",
    "Match user alice\nX11Forwarding no\nMatch all\nX11Forwarding yes\n"])
def test_there_is_no_display_where_the_configuration_has_none(ssh, config):
    result = ssh('echo "<$DISPLAY>"', config)
    assert result.stdout == b"<>\n"


def test_an_rc_file_gets_the_cookie_instead_of_xauth(ssh):
    with open("/home/alice/.ssh/rc", "w") as out:
        out.write("read proto cookie && echo \"$proto $DISPLAY\" && "
                  "echo ${#cookie}\n")
    result = ssh("xauth list")
    assert result.stdout == b"MIT-MAGIC-COOKIE-1 localhost:10.0\n32\n"


def test_the_systems_rc_file_gets_the_cookie(ssh):
    with open("/etc/ssh/sshrc", "w") as out:
        out.write("read proto cookie && echo \"$proto $DISPLAY\"\n")
    try:
        result = ssh("xauth list")
    finally:
        os.unlink("/etc/ssh/sshrc")
    assert result.stdout == b"MIT-MAGIC-COOKIE-1 localhost:10.0\n"


def test_a_display_ends_when_the_client_vanishes(make_server, keys, display):
    server = make_server(CONFIG)
    process = server.popen("alice", keys["ed25519"],
                           "xterm -e 'echo $$ >pid; sleep 1000' & "
                           "echo ready; wait", options=["-Y"], env=display)
    assert process.stdout.readline() == b"ready\n"
    path = "/home/alice/pid"
    wait_until(lambda: os.path.exists(path) and open(path).read(),
               what="the window")
    with open(path) as f:
        pid = int(f.read())
    os.unlink(path)
    process.kill()
    process.wait()
    wait_until(lambda: not listeners(6010), what="the end of the display")
    wait_until(lambda: not is_running(pid), what="the end of xterm")


