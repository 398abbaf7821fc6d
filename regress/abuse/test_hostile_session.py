# SPDX-License-Identifier: ISC
"""A hijacked net process, logged in, against the session process.

Whatever it asks, nothing happens beyond the grant; what breaks the table
ends the session, and no process crashes.
"""

import os
import random
import socket
import threading

import pytest

from hostile_net import HostileServer
from ipc import BY_ID, Ended, ROWS, encode
from patient import family, unshared_kib
from server import descendants, program_of, wait_until
from shared_input import SharedInput, TAKEN
from wire import string, u8

pytestmark = pytest.mark.postern_only

TO_SESSION = [row for row in ROWS.values() if row.edge == "NET_TO_SESSION"]
KEY_DIRECTORY = "/etc/abuse_keys"
START_SHELL, START_EXEC, START_SUBSYSTEM = range(3)
CONFIG = f"AuthorizedKeysFile {KEY_DIRECTORY}/%u\nMaxSessions 3\n" \
    "Subsystem cat /bin/cat\n"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("hostile"))
    os.makedirs(KEY_DIRECTORY, exist_ok=True)
    with HostileServer(directory, [host_keys["ed25519"]], CONFIG) as server:
        yield server
        server.assert_well()


@pytest.fixture
def login(hostile, alice):
    """Logs alice in under options of her key: the child, with .session."""
    children = []

    def make(options="", server=hostile):
        with open(f"{KEY_DIRECTORY}/alice", "w") as out:
            out.write(f"{options} {alice.public_line()}".lstrip())
        child = server.take()
        children.append(child)
        child.login(alice)
        return child

    yield make
    for child in children:
        pids = family(child.monitor_pid)
        child.close()
        hostile.wait_until_gone(*pids)
    hostile.assert_no_crash()


def output_of(session, channel=0, kind=START_EXEC, command=b"", request=9):
    """Opens a channel, starts a program and reads all of its output."""
    session.send("SES_OPEN", channel=channel)
    session.send("SES_START", request=request, channel=channel, kind=kind,
                 command=command)
    _values, fds = session.recv("SES_STARTED")
    os.close(fds[0])
    for fd in fds[2:]:
        os.close(fd)
    with os.fdopen(fds[1], "rb") as out:
        return out.read()


def answer_to(session, name, /, **values):
    """(name, fields) of the answer; descriptors are closed."""
    session.send(name, **values)
    answer, fields, fds = session.recv()
    if answer == "SES_REMARK":
        answer, fields, fds = session.recv()
    for fd in fds:
        os.close(fd)
    return answer, fields


def assert_no(session, name, /, **values):
    """It is answered "no"."""
    answer, fields = answer_to(session, name, request=7, **values)
    assert fields["request"] == 7
    assert answer == "CONNECT_FAILED" or (
        answer == "SES_DONE" and fields["ok"] == 0), (answer, fields)


def assert_no_or_ends(session, name, /, **values):
    """net itself would never have asked: no answer is as good."""
    try:
        assert_no(session, name, **values)
    except Ended:
        pass


def assert_ends(hostile, session):
    """The session process refuses it, and the connection is over."""
    for _name, values in session.wait_for_end():
        assert not values.get("ok")
    hostile.wait_for_log("session: refused a message of the network process")


# ---- the grant ------------------------------------------------------------

@pytest.mark.parametrize("kind, command", [
    (START_EXEC, b"id"), (START_SHELL, b""), (START_SHELL, b"id"),
    (START_SUBSYSTEM, b"cat")])
def test_a_forced_command_is_all_that_runs(login, kind, command):
    session = login('command="echo forced"').session
    assert output_of(session, kind=kind, command=command) == b"forced\n"


def test_a_forced_command_of_the_configuration_is_all_that_runs(
        tmp_path, host_keys, keys, alice):
    os.makedirs(KEY_DIRECTORY, exist_ok=True)
    with open(f"{KEY_DIRECTORY}/alice", "w") as out:
        out.write(alice.public_line())
    with HostileServer(str(tmp_path), [host_keys["ed25519"]],
                       "ForceCommand echo configured\n" + CONFIG) as server:
        child = server.take()
        session = child.login(alice)
        assert output_of(session, command=b"id") == b"configured\n"
        child.close()


def test_what_runs_has_the_users_rights_only(login):
    out = output_of(login().session, command=b"id; grep -E "
                    b"'^(Cap(Inh|Prm|Eff)|Groups)' /proc/self/status; "
                    b"ls -l /proc/self/fd | grep -c socket").decode()
    assert out.startswith("uid=2001(alice) gid=2001(alice)")
    assert "uid=0" not in out
    for line in out.splitlines():
        if line.startswith("Cap"):
            assert int(line.split()[1], 16) == 0
    assert out.splitlines()[-1] == "0"


def pty(session, **values):
    fields = {"request": 7, "channel": 0, "term": b"xterm", "columns": 80,
              "rows": 24, "modes": b"\0"}
    fields.update(values)
    return answer_to(session, "SES_PTY", **fields)


def test_no_pty_means_no_pty(login):
    session = login("no-pty").session
    session.send("SES_OPEN", channel=0)
    assert pty(session)[1]["ok"] == 0
    session.send("SES_START", request=9, channel=0, kind=START_EXEC,
                 command=b"tty")
    values, fds = session.recv("SES_STARTED")
    assert values["is_pty"] == 0
    for fd in fds:
        os.close(fd)


@pytest.fixture
def listener():
    """A port of the host that a forward could reach."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock.getsockname()[1]


def connect(port, host=b"127.0.0.1"):
    return {"host": host, "port": port, "originator": b"127.0.0.1",
            "originator_port": 1}


def test_a_connect_works_where_nothing_forbids_it(login, listener):
    """The control of the tests below."""
    session = login().session
    assert answer_to(session, "CONNECT_TCP", request=7,
                     **connect(listener))[0] == "CONNECTED"


def test_connects_that_are_asked_at_once_are_answered_each(login, listener):
    session = login().session
    left = set(range(1, 41))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        nobody = silent.getsockname()[1]
        for number in sorted(left):
            session.send("CONNECT_TCP", request=number,
                         **connect(listener if number % 5 else nobody))
        while left:
            answer, fields, fds = session.recv()
            left.remove(fields["request"])
            if fields["request"] % 5 == 0:
                assert (answer, fds) == ("CONNECT_FAILED", [])
                continue
            assert answer == "CONNECTED"
            with socket.socket(fileno=fds[0]) as connected:
                assert connected.getpeername()[1] == listener


@pytest.mark.parametrize("options", ["restrict", "no-port-forwarding"])
def test_a_key_without_forwarding_connects_and_listens_nowhere(
        login, listener, options):
    session = login(options).session
    assert_no(session, "CONNECT_TCP", **connect(listener))
    assert_no(session, "LISTEN_TCP", address=b"127.0.0.1", port=0)
    assert_no(session, "CONNECT_STREAM", path=b"/run/isolated/x")
    assert_no(session, "LISTEN_STREAM", path=b"/home/alice/sock")
    assert not os.path.exists("/home/alice/sock")


@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost", b"127.1",
                                  b"2130706433", b"::ffff:127.0.0.1",
                                  b"0.0.0.0", b"", b"*", b"127.0.0.1\0x"])
def test_permitopen_holds_for_every_spelling(login, listener, host):
    session = login('permitopen="127.0.0.1:1"').session
    assert_no(session, "CONNECT_TCP", **connect(listener, host))


@pytest.mark.parametrize("options", ["", 'permitopen="127.0.0.1:*"'])
@pytest.mark.parametrize("beyond", [65536, 2 ** 31, 2 ** 32 - 65536])
def test_a_port_is_not_narrowed(login, listener, options, beyond):
    assert_no_or_ends(login(options).session, "CONNECT_TCP",
                      **connect(listener + beyond))
    assert_no_or_ends(login(options).session, "LISTEN_TCP",
                      address=b"127.0.0.1", port=3333 + beyond)


def test_permitopen_names_one_port(login, listener):
    session = login(f'permitopen="127.0.0.1:{listener}"').session
    assert_no(session, "CONNECT_TCP", **connect(0))
    assert_no(session, "CONNECT_TCP", **connect(listener - 1))
    assert answer_to(session, "CONNECT_TCP", request=7,
                     **connect(listener))[0] == "CONNECTED"


def test_permitlisten_holds(login):
    session = login('permitlisten="127.0.0.1:2222"').session
    for address, port in ((b"127.0.0.1", 2223), (b"127.0.0.1", 0),
                          (b"0.0.0.0", 2222), (b"", 2222), (b"*", 2222)):
        assert_no(session, "LISTEN_TCP", address=address, port=port)
    assert answer_to(session, "LISTEN_TCP", request=7, address=b"127.0.0.1",
                     port=2222)[1]["ok"] == 1


@pytest.mark.parametrize("port", [1, 22, 80, 1023, 65536 + 22, 2 ** 32 - 1])
def test_a_user_does_not_listen_on_a_port_of_roots(login, port):
    assert_no_or_ends(login().session, "LISTEN_TCP", address=b"127.0.0.1",
                      port=port)


def test_without_gateway_ports_a_listener_is_on_loopback(login):
    session = login().session
    fields = answer_to(session, "LISTEN_TCP", request=7, address=b"0.0.0.0",
                       port=0)[1]
    assert fields["ok"] == 1
    with open("/proc/net/tcp") as f:
        local = [line.split()[1] for line in f if f":{fields['port']:04X} "
                 in line and line.split()[3] == "0A"]
    assert local == [f"0100007F:{fields['port']:04X}"]


@pytest.mark.parametrize("path", [b"", b"\0x", b"/x\0y", b"relative",
                                  b"/root/sock", b"/etc/sock",
                                  b"/etc/passwd", b"/nowhere/sock"])
def test_a_socket_is_made_where_alice_may_make_one(login, path):
    session = login().session
    assert_no(session, "LISTEN_STREAM", path=path)
    assert_no(session, "CONNECT_STREAM", path=path)
    assert os.stat("/etc/passwd").st_size > 0


@pytest.mark.parametrize("name", [
    b"LD_PRELOAD", b"PATH", b"HOME", b"LANGX\0", b"LANG\0", b"TEST_A=B",
    b"TEST_\nX", b"", b"=", b"lang", b"SSH_ORIGINAL_COMMAND"])
def test_only_accepted_environment_reaches_a_program(login, name):
    session = login().session
    session.send("SES_OPEN", channel=0)
    session.send("SES_ENV", request=7, channel=0, name=name,
                 value=b"/forged")
    fields = session.recv("SES_DONE")[0]
    session.send("SES_START", request=9, channel=0, kind=START_EXEC,
                 command=b"env")
    _, fds = session.recv("SES_STARTED")
    os.close(fds[0])
    os.close(fds[2])
    with os.fdopen(fds[1], "rb") as out:
        lines = out.read().split(b"\n")
    if not name.startswith(b"TEST_"):
        assert fields["ok"] == 0
        assert not any(line.endswith(b"/forged") for line in lines)
    # whatever AcceptEnv's pattern lets in, it defines one odd name at most
    for variable in (b"LD_PRELOAD=", b"PATH=/forged", b"HOME=/forged"):
        assert not any(line.startswith(variable) for line in lines)


@pytest.mark.parametrize("name", [b"sftp", b"cat\0", b"", b"/bin/cat",
                                  b"cat; id"])
def test_a_subsystem_that_is_not_configured_does_not_start(login, name):
    session = login().session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_START", channel=0, kind=START_SUBSYSTEM,
              command=name)


@pytest.fixture(scope="module")
def with_x11(tmp_path_factory, host_keys, keys):
    directory = str(tmp_path_factory.mktemp("x11"))
    os.makedirs(KEY_DIRECTORY, exist_ok=True)
    with HostileServer(directory, [host_keys["ed25519"]],
                       "X11Forwarding yes\n" + CONFIG) as server:
        yield server
        server.assert_well()


def listens_on_a_display():
    """A connection of before may still be in TIME_WAIT: that is no listener."""
    with open("/proc/net/tcp") as f:
        next(f)
        listening = [fields[1] for fields in map(str.split, f)
                     if fields[3] == "0A"]
    return any(address.endswith(f":{port:04X}") for address in listening
               for port in range(6010, 6020))


X11 = {"channel": 0, "protocol": b"MIT-MAGIC-COOKIE-1", "cookie": b"0123"}


def test_without_x11_forwarding_there_is_no_display(login):
    session = login().session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_X11", **X11)
    assert not listens_on_a_display()


@pytest.mark.parametrize("options", ["restrict", "no-x11-forwarding"])
def test_a_key_without_x11_gets_no_display(with_x11, login, alice, options):
    session = login(options, with_x11).session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_X11", **X11)
    assert not listens_on_a_display()


@pytest.mark.parametrize("name", ["protocol", "cookie"])
@pytest.mark.parametrize("value", [
    b"", b"a\nadd :0 x 00", b"a\0", b"a b", b"$(id)", b"\xff", b"a;id"])
def test_what_xauth_could_misread_is_refused(with_x11, login, name, value):
    session = login("", with_x11).session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_X11", **dict(X11, **{name: value}))
    assert not listens_on_a_display()


def test_a_display_is_had_once_and_before_the_start(with_x11, login):
    session = login("", with_x11).session
    session.send("SES_OPEN", channel=0)
    assert answer_to(session, "SES_X11", request=7, screen=2 ** 32 - 1,
                     **X11)[1]["ok"] == 1
    assert listens_on_a_display()
    assert_no(session, "SES_X11", **X11)
    session.send("SES_OPEN", channel=1)
    session.send("SES_START", request=9, channel=1, kind=START_EXEC,
                 command=b"true")
    for fd in session.recv("SES_STARTED")[1]:
        os.close(fd)
    session.recv("SES_EXITED")
    assert_no(session, "SES_X11", **dict(X11, channel=1))
    session.send("SES_CLOSE", channel=0)
    wait_until(lambda: not listens_on_a_display(), what="the end of it")


def test_a_device_is_not_had_without_permit_tunnel(login):
    session = login().session
    for mode in (0, 1, 2, 3, 2 ** 32 - 1):
        for unit in (0, 0x7fffffff, 2 ** 32 - 1):
            assert_no(session, "OPEN_TUN", mode=mode, unit=unit)


def test_modes_and_units_that_do_not_exist_are_refused(
        tmp_path, host_keys, alice):
    """As root, whom the kernel would refuse nothing."""
    os.makedirs(KEY_DIRECTORY, exist_ok=True)
    with open(f"{KEY_DIRECTORY}/root", "w") as out:
        out.write(alice.public_line())
    before = os.listdir("/sys/class/net")
    with HostileServer(str(tmp_path), [host_keys["ed25519"]],
                       "PermitTunnel point-to-point\n" + CONFIG) as server:
        child = server.take()
        session = child.login(alice, user="root")
        for mode, unit in ((0, 5), (2, 5), (3, 5), (2 ** 32 - 1, 5),
                           (1, 0x7ffffffe), (1, 0x80000000),
                           (1, 2 ** 32 - 1)):
            assert_no(session, "OPEN_TUN", mode=mode, unit=unit)
        assert os.listdir("/sys/class/net") == before
        child.close()


@pytest.mark.parametrize("options", ["restrict", "no-agent-forwarding"])
def test_a_key_without_agent_forwarding_gets_no_socket(login, options):
    session = login(options).session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_AGENT", channel=0)
    assert b"SSH_AUTH_SOCK" not in output_of(session, channel=1,
                                             command=b"env")


def test_an_agents_socket_is_not_cancelled_as_a_forwarded_path(login):
    session = login().session
    session.send("SES_OPEN", channel=0)
    assert answer_to(session, "SES_AGENT", request=7,
                     channel=0)[1]["ok"] == 1
    path = output_of(session, channel=1,
                     command=b"printf %s $SSH_AUTH_SOCK")
    session.recv("SES_EXITED")
    assert os.path.exists(path)
    assert_no(session, "CANCEL_STREAM", path=path)
    assert os.path.exists(path)


def test_a_command_with_a_nul_does_not_start(login):
    session = login().session
    session.send("SES_OPEN", channel=0)
    assert_no(session, "SES_START", channel=0, kind=START_EXEC,
              command=b"id\0x")


def test_sessions_beyond_the_grant_end_the_connection(hostile, login):
    session = login().session
    for channel in range(4):
        session.send("SES_OPEN", channel=channel)
    assert_ends(hostile, session)


def test_a_session_never_signals_what_is_not_its_own(login):
    """A forced command and a subsystem take no signals at all."""
    session = login('command="sleep 1000"').session
    session.send("SES_OPEN", channel=0)
    session.send("SES_START", request=9, channel=0, kind=START_SHELL)
    for fd in session.recv("SES_STARTED")[1]:
        os.close(fd)
    assert_no(session, "SES_SIGNAL", channel=0, name=b"KILL")


@pytest.mark.parametrize("name", [b"SIGKILL", b"kill", b"9", b"", b"KILL\0",
                                  b"STOP", b"CHLD", b"\n"])
def test_an_unknown_signal_is_none(login, name):
    session = login().session
    session.send("SES_OPEN", channel=0)
    session.send("SES_START", request=9, channel=0, kind=START_EXEC,
                 command=b"sleep 1000")
    for fd in session.recv("SES_STARTED")[1]:
        os.close(fd)
    assert_no(session, "SES_SIGNAL", channel=0, name=name)


# ---- the table ------------------------------------------------------------

def good_values():
    return {
        "SES_OPEN": {"channel": 1},
        "SES_PTY": {"request": 7, "term": b"xterm", "columns": 80,
                    "rows": 24, "modes": b"\0"},
        "SES_ENV": {"request": 7, "name": b"LANG", "value": b"C"},
        "SES_X11": {"request": 7, "protocol": b"MIT-MAGIC-COOKIE-1",
                    "cookie": b"0123"},
        "SES_AGENT": {"request": 7},
        "SES_START": {"request": 7, "kind": 1, "command": b"true"},
        "SES_WINDOW": {"columns": 1, "rows": 1},
        "SES_SIGNAL": {"request": 7, "name": b"TERM"},
        "SES_BREAK": {"request": 7}, "SES_CLOSE": {},
        "CONNECT_TCP": {"request": 7, **connect(1)},
        "CONNECT_STREAM": {"request": 7, "path": b"/x"},
        "OPEN_TUN": {"request": 7, "mode": 1, "unit": 0x7fffffff},
        "LISTEN_TCP": {"request": 7, "address": b"127.0.0.1"},
        "LISTEN_STREAM": {"request": 7, "path": b"/x"},
        "CANCEL_TCP": {"request": 7, "address": b"127.0.0.1", "port": 1},
        "CANCEL_STREAM": {"request": 7, "path": b"/x"},
    }


def test_the_table_and_this_test_agree():
    assert set(good_values()) == {row.name for row in TO_SESSION}


def test_a_message_of_another_edge_ends_the_connection(hostile, login):
    for number in [*BY_ID, len(BY_ID), 255]:
        row = BY_ID.get(number)
        if row and row.edge == "NET_TO_SESSION":
            continue
        session = login().session
        session.send_raw(encode(row.name) if row else u8(number))
        assert_ends(hostile, session)


@pytest.mark.parametrize("channel", [0, 1, 7, 2 ** 31, 2 ** 32 - 1])
@pytest.mark.parametrize("name", [row.name for row in TO_SESSION
                                  if any(field[0] == "channel"
                                         for field in row.fields)])
def test_an_unknown_channel_ends_the_connection(hostile, login, name,
                                                channel):
    session = login().session
    values = dict(good_values()[name], channel=channel)
    session.send(name, **values)
    if name == "SES_OPEN":
        session.send(name, **values)    # the second is one too many
    assert_ends(hostile, session)


@pytest.mark.parametrize("first, second", [
    ("SES_CLOSE", "SES_CLOSE"), ("SES_CLOSE", "SES_START"),
    ("SES_CLOSE", "SES_PTY"), ("SES_CLOSE", "SES_WINDOW"),
    ("SES_START", "SES_START"), ("SES_START", "SES_PTY"),
    ("SES_PTY", "SES_PTY")])
def test_an_order_that_net_never_uses_ends_the_connection(
        hostile, login, first, second):
    session = login().session
    session.send("SES_OPEN", channel=0)
    for name in (first, second):
        session.send(name, **dict(good_values()[name], channel=0))
    said = session.wait_for_end()
    assert sum(name == "SES_STARTED" for name, _ in said) <= 1
    hostile.wait_for_log("session: refused a message of the network process")


@pytest.mark.parametrize("name", [row.name for row in TO_SESSION])
def test_a_malformed_message_ends_the_connection(hostile, login, name):
    row, good = ROWS[name], good_values()[name]
    whole = encode(name, **good)
    variants = [whole[:cut] for cut in range(1, len(whole))]
    variants += [whole + b"\0"]
    for field, kind, limit in row.fields:
        if kind == "str" and limit < 190000:
            variants.append(encode(name, **dict(
                good, **{field: b"A" * (limit + 1)})))
    for datagram in variants:
        session = login().session
        session.send("SES_OPEN", channel=0)
        session.send_raw(datagram)
        assert_ends(hostile, session)


def test_a_descriptor_with_any_message_ends_the_connection(hostile, login):
    null = os.open("/dev/null", os.O_RDONLY)
    for row in TO_SESSION:
        session = login().session
        session.send("SES_OPEN", channel=0)
        session.send(row.name, [null], **good_values()[row.name])
        assert_ends(hostile, session)
    os.close(null)


@pytest.mark.parametrize("kind", [3, 4, 255])
def test_a_program_of_no_kind_does_not_start(login, kind):
    session = login().session
    session.send("SES_OPEN", channel=0)
    session.send("SES_START", request=7, channel=0, kind=kind,
                 command=b"echo ran")
    try:
        name, fields, fds = session.recv()
    except Ended:
        return
    assert name == "SES_DONE" and fields["ok"] == 0, (name, fields)


def forbidden(port):
    """What a restricted key under a forced command must not get."""
    return {
        "SES_PTY": {"channel": 0, "term": b"xterm", "modes": b"\0"},
        "SES_X11": dict(X11), "SES_AGENT": {"channel": 0},
        "SES_ENV": {"channel": 0, "name": b"LD_PRELOAD", "value": b"x"},
        "SES_SIGNAL": {"channel": 0, "name": b"KILL"},
        "SES_BREAK": {"channel": 0},
        "CONNECT_TCP": connect(port), "CONNECT_STREAM": {"path": b"/x"},
        "OPEN_TUN": {"mode": 1, "unit": 0x7fffffff},
        "LISTEN_TCP": {"address": b"127.0.0.1", "port": 0},
        "LISTEN_STREAM": {"path": b"/home/alice/forbidden"},
        "CANCEL_TCP": {"address": b"127.0.0.1", "port": port},
        "CANCEL_STREAM": {"path": b"/home/alice/.ssh/authorized_keys"},
    }


def test_what_is_forbidden_is_forbidden_in_every_order(with_x11, login,
                                                       listener):
    """Each after each other, before the program runs and while it does."""
    requests = forbidden(listener)
    session = login('restrict,command="echo forced; cat"', with_x11).session
    session.send("SES_OPEN", channel=0)
    for first in requests:
        for second in requests:
            for name in (first, second):
                assert_no(session, name, **requests[name])
    session.send("SES_START", request=9, channel=0, kind=START_EXEC,
                 command=b"id")
    values, fds = session.recv("SES_STARTED")
    assert (values["is_pty"], len(fds)) == (0, 3)
    del requests["SES_PTY"]     # after the start it ends the connection
    for first in requests:
        for second in requests:
            for name in (first, second):
                assert_no(session, name, **requests[name])
    os.close(fds[0])
    with os.fdopen(fds[1], "rb") as out:
        assert out.read() == b"forced\n"
    os.close(fds[2])
    assert not os.path.lexists("/home/alice/forbidden")
    assert not listens_on_a_display()


def test_a_key_for_sftp_only_gets_nothing_else(with_x11, login, listener):
    session = login('sftp-root="/home/alice"', with_x11).session
    session.send("SES_OPEN", channel=0)
    requests = forbidden(listener)
    for name in requests:
        assert_no(session, name, **requests[name])
    for channel, kind in ((1, START_EXEC), (2, START_SHELL)):
        assert output_of(session, channel=channel, kind=kind,
                         command=b"internal-sftp") == \
            b"This service allows sftp connections only.\n"
        session.recv("SES_EXITED")
    assert not os.path.lexists("/home/alice/forbidden")
    assert not listens_on_a_display()


SFTP_INIT = bytes([0, 0, 0, 5, 1, 0, 0, 0, 3])
SFTP_VERSION = bytes([2, 0, 0, 0, 3])


@pytest.fixture
def sftp(login):
    """internal-sftp in the hands of a hijacked net."""
    session = login('sftp-root="/home/alice"').session
    session.send("SES_OPEN", channel=0)
    session.send("SES_START", request=9, channel=0, kind=START_SUBSYSTEM,
                 command=b"cat")
    values, (bell, output, memory) = session.recv("SES_STARTED")
    assert values["input_is_shared"] == 1
    shared = SharedInput(bell, memory)
    shared.session = session
    with os.fdopen(output, "rb") as shared.output:
        yield shared
    shared.close()


def test_the_input_of_internal_sftp_carries_bytes_only(sftp):
    end, carried = os.pipe()
    sftp.place(SFTP_INIT)
    sftp.written += len(SFTP_INIT)
    socket.send_fds(sftp.bell, [b"\0"], [carried])
    os.close(carried)
    sftp.say(sftp.written)
    assert sftp.output.read(9)[4:] == SFTP_VERSION
    assert os.read(end, 1) == b""
    os.close(end)


def test_the_memory_of_input_can_not_be_taken_away(sftp):
    for size in (0, 4096, 1 << 30):
        with pytest.raises(PermissionError):
            os.ftruncate(sftp.memory, size)
    sftp.write(SFTP_INIT)
    assert sftp.output.read(9)[4:] == SFTP_VERSION


@pytest.mark.parametrize("beyond", [1, 4096, 1 << 31, -1])
def test_a_position_that_can_not_be_ends_the_transfer(hostile, sftp, beyond):
    sftp.write(SFTP_INIT)
    assert sftp.output.read(9)[4:] == SFTP_VERSION
    sftp.say(sftp.written + (sftp.size + beyond if beyond > 0 else beyond))
    values, _ = sftp.session.recv("SES_EXITED")
    assert (values["by_signal"], values["status"]) == (0, 1)
    hostile.wait_for_log("input: position in a shared pipe: "
                         "value out of range")


def test_a_message_that_changes_while_it_is_read_harms_nobody(sftp):
    """Its type and the lengths of its fields, all the time."""
    sftp.write(SFTP_INIT)
    sftp.output.read(9)
    message = string(bytes([6]) + bytes(4) + string(b"1234") + bytes(8) +
                     string(bytes(1000)))
    fields = range(4, 4 + 1 + 4 + 4 + 4 + 8 + 4)

    def drain():
        while sftp.output.read1(65536):
            pass
    reader = threading.Thread(target=drain)
    reader.start()
    chosen = random.Random(1)
    for _ in range(50):
        places = [sftp.place_of(number * len(message) + at)
                  for number in range(40) for at in fields]
        sftp.write(message * 40)
        while sftp.position(TAKEN) != sftp.written:
            sftp.map[chosen.choice(places)] = chosen.choice(
                (0, 1, 4, 6, 200, 255))
    sftp.bell.close()
    reader.join()
    values, _ = sftp.session.recv("SES_EXITED")
    assert (values["by_signal"], values["status"]) == (0, 0)


def test_a_request_number_may_be_used_again(login):
    """It is net's own business: nothing of ours depends on it."""
    session = login().session
    session.send("SES_OPEN", channel=0)
    for _ in range(3):
        session.send("SES_ENV", request=7, channel=0, name=b"LANG",
                     value=b"C")
        assert session.recv("SES_DONE")[0] == {"request": 7, "ok": 1,
                                               "port": 0}


def test_messages_without_end_do_not_grow_the_session(login):
    child = login()
    session_pid, = wait_until(lambda: [
        pid for pid in family(child.monitor_pid)
        if program_of(pid) == "sshd-session"],
        what="the session process")
    child.session.send("SES_OPEN", channel=0)
    for i in range(2000):
        child.session.send("SES_ENV", request=0, channel=0,
                           name=f"TEST_{i}".encode(), value=b"x" * 1000)
        child.session.recv()
    assert unshared_kib(session_pid) < 8192


def test_a_killed_net_ends_the_users_programs_terminal(hostile, login):
    """The hangup of the pty is all that reaches a program, as ever."""
    child = login()
    child.session.send("SES_OPEN", channel=0)
    pty(child.session)
    child.session.send("SES_START", request=9, channel=0, kind=START_EXEC,
                       command=b"sleep 1000")
    _, fds = child.session.recv("SES_STARTED")
    pids = descendants(child.monitor_pid)
    assert len(pids) >= 3
    for fd in fds:
        os.close(fd)
    child.close()
    hostile.wait_until_gone(*pids)
