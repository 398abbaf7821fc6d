# SPDX-License-Identifier: ISC
"""SftpRoot: nothing outside of the tree is ever opened.

Both forms: under root, where the session is in a chroot as well, and under
an ordinary user, where openat2() and Landlock hold alone.
"""

import contextlib
import os
import re
import shutil
import sysconfig

import pytest

import raw_sftp
import storm
from raw_sftp import (F_CREAT, F_READ, F_WRITE, HANDLE, LSTAT, MKDIR, OPEN,
                      OPENDIR, PERMISSION_DENIED, READ, READLINK, REMOVE,
                      RENAME, RMDIR, SETSTAT, SYMLINK, Status, attrs,
                      over_ssh, string, u32, u64)
from server import descendants, make_key, open_files, title, wait_until
from tracing import strace
from users_server import users_server

pytestmark = pytest.mark.postern_only

HOME = "/home/alice/outside"
JAIL = f"{HOME}/jail"
CONFIG = f"SftpRoot {JAIL}\nSubsystem sftp internal-sftp -l ERROR\n"
SECRET = b"the secret outside"


def _give(*paths):
    for path in paths:
        os.chown(path, 2001, 2001, follow_symlinks=False)


@pytest.fixture
def tree():
    """A directory with a secret, and the jail in it; all alice's."""
    shutil.rmtree(HOME, ignore_errors=True)
    os.makedirs(f"{JAIL}/d")
    os.mkdir(f"{HOME}/etc")
    for path in (f"{HOME}/secret", f"{HOME}/etc/passwd"):
        with open(path, "wb") as out:
            out.write(SECRET)
    with open(f"{JAIL}/d/inside", "wb") as out:
        out.write(b"inside")
    for name, target in (("up", ".."), ("rel", "../secret"),
                         ("abs", f"{HOME}/secret"), ("home", HOME),
                         ("proc", "/proc/self/root"), ("in", "/d/inside"),
                         ("far", "../../../../d/inside"), ("loop", "loop")):
        os.symlink(target, f"{JAIL}/{name}")
        _give(f"{JAIL}/{name}")
    _give(HOME, JAIL, f"{JAIL}/d", f"{HOME}/etc", f"{HOME}/secret",
          f"{HOME}/etc/passwd", f"{JAIL}/d/inside")
    yield JAIL
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(params=["root", "user"])
def jailed(request, tree, keys, make_server):
    if request.param == "root":
        yield make_server(CONFIG)
    else:
        with users_server(CONFIG) as server:
            yield server


def _outside():
    """Everything beside the jail, with its content."""
    found = {}
    for folder, folders, files in os.walk(HOME):
        if folder == HOME:
            folders.remove("jail")
        for name in folders + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            found[path] = (st.st_mode, st.st_mtime, st.st_size)
    return found


def _read(sftp, path):
    handle = sftp.open(path, F_READ)
    try:
        return sftp.read(handle, 0, 1000)
    finally:
        sftp.close_handle(handle)


ESCAPES = ["../secret", "/../secret", "/../../../home/alice/outside/secret",
           f"{HOME}/secret", "/rel", "/abs", "/up/secret", "/home/secret",
           "/proc/etc/passwd", "/proc/self/environ", "d/../../secret",
           "/up/../secret", "/etc/passwd", "/loop"]


def test_no_path_leads_out(jailed, keys, tree):
    before = _outside()
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        for path in ESCAPES:
            for attempt in (
                    lambda: _read(sftp, path),
                    lambda: sftp.stat(path),
                    lambda: sftp.request(SETSTAT, string(path) +
                                         attrs(mode=0o600, times=(1, 1))),
                    lambda: sftp.request(SETSTAT, string(path) +
                                         attrs(size=0)),
                    lambda: sftp.request(OPENDIR, string(path), HANDLE),
                    lambda: sftp.open(path, F_WRITE)):
                with pytest.raises(Status):
                    attempt()
        # what is made by such a path is made inside, or not at all
        for path in ("/../made", "/up/made2", f"{HOME}/made3", "/home/made4"):
            with contextlib.suppress(Status):
                sftp.close_handle(sftp.open(path, F_WRITE | F_CREAT))
            with contextlib.suppress(Status):
                sftp.request(MKDIR, string(path + "dir") + attrs())
            with contextlib.suppress(Status):
                sftp.request(RENAME, string("/d/inside") + string(path + "r"))
            with contextlib.suppress(Status):
                sftp.request(RENAME, string(path + "r") + string("/d/inside"))
            with contextlib.suppress(Status):
                sftp.extended("hardlink@openssh.com",
                              string("/rel") + string(path + "h"))
        assert {"made", "made2"} <= set(os.listdir(tree))
    assert _outside() == before


def test_links_inside_work_and_names_are_of_the_tree(jailed, keys, tree):
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == sftp.realpath("") == b"/"
        assert sftp.realpath("../../..") == b"/"
        assert sftp.realpath("/in") == b"/d/inside"
        assert sftp.realpath("far") == b"/d/inside"
        assert sftp.realpath("d/../up/d/missing") == b"/d/missing"
        assert _read(sftp, "/in") == _read(sftp, "far") == b"inside"
        assert _read(sftp, "up/../d/inside") == b"inside"
        assert sftp.name(READLINK, string("/in")) == b"/d/inside"
        assert sftp.stat("/in", LSTAT)["mode"] & 0o170000 == 0o120000
        sftp.request(SYMLINK, string("/d") + string("/new"))
        assert _read(sftp, "/new/inside") == b"inside"
        assert sftp.extended("expand-path@openssh.com", string("~/d"),
                             raw_sftp.NAME).names()[0][0] == b"/d"
        names = {name for name, _long, _attrs in sftp.list("/d")}
        assert names == {b".", b"..", b"inside"}
        with pytest.raises(Status, match="Too many levels"):
            _read(sftp, "/loop")


def test_all_that_changes_names_works_inside(jailed, keys, tree):
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        sftp.request(MKDIR, string("/e") + attrs(mode=0o700))
        sftp.request(RENAME, string("/d/inside") + string("/e/moved"))
        sftp.extended("hardlink@openssh.com",
                      string("/e/moved") + string("/d/twin"))
        with pytest.raises(Status, match="File exists"):
            sftp.request(RENAME, string("/d/twin") + string("/e/moved"))
        sftp.request(SETSTAT, string("/d/twin") +
                     attrs(mode=0o4640, times=(3, 4)))
        found = sftp.stat("/e/moved")
        assert (found["mode"] & 0o7777, found["mtime"]) == (0o4640, 4)
        sftp.request(SETSTAT, string("/d/twin") + attrs(size=2))
        assert _read(sftp, "/e/moved") == b"in"
        sftp.extended("posix-rename@openssh.com",
                      string("/d/twin") + string("/e/moved"))
        sftp.request(REMOVE, string("/e/moved"))
        with pytest.raises(Status):
            sftp.request(REMOVE, string("/e/"))
        sftp.request(RMDIR, string("/e/"))
        for kind in (RMDIR, REMOVE):
            for path in ("/", "/d/..", "."):
                with pytest.raises(Status):
                    sftp.request(kind, string(path))
        assert sftp.extended("statvfs@openssh.com", string("/"),
                             raw_sftp.EXTENDED_REPLY)


def test_handles_and_offsets_are_checked(jailed, keys, tree):
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("/d/inside", F_READ)
        sftp.close_handle(handle)
        again = sftp.open("/d/inside", F_READ | F_WRITE)
        for forged in (handle, b"", b"\0" * 8, b"\xff" * 8, again + b"\0",
                       u32(0) + u32(99), u32(1 << 30) + u32(0)):
            if forged == again:
                continue
            for kind, rest in ((READ, u64(0) + u32(1)),
                               (raw_sftp.WRITE, u64(0) + string(b"x")),
                               (raw_sftp.CLOSE, b"")):
                with pytest.raises(Status):
                    sftp.request(kind, string(forged) + rest)
        for offset in (1 << 63, (1 << 64) - 1):
            with pytest.raises(Status):
                sftp.read(again, offset, 10)
            with pytest.raises(Status):
                sftp.write(again, offset, b"x")
            with pytest.raises(Status):
                sftp.request(SETSTAT, string("/d/inside") +
                             attrs(size=offset))
        assert sftp.read(again, 0, 10) == b"inside"


def test_10000_handles_are_refused_at_the_limit_and_it_goes_on(
        jailed, keys, tree):
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        opened, refused = [], 0
        body = string("/d/inside") + u32(F_READ) + attrs()
        for _ in range(100):
            for _ in range(100):
                sftp.send(OPEN, body)
            for _ in range(100):
                kind, _id, reader = sftp.receive()
                if kind == HANDLE:
                    opened.append(reader.string())
                else:
                    refused += 1
        assert len(opened) + refused == 10000
        for handle in opened[:5]:
            sftp.close_handle(handle)
        assert _read(sftp, "/d/inside") == b"inside"


def test_only_sftp_is_served(jailed, keys, tree, shouter):
    for words in ((), ("id",)):
        result = jailed.ssh("alice", keys["ed25519"], *words)
        assert result.returncode == 1
        assert result.stdout == \
            b"This service allows sftp connections only.\n"
    jailed.wait_for_log("refusing non-sftp session")
    result = jailed.ssh("alice", keys["ed25519"], options=[
        "-W", f"127.0.0.1:{shouter}"], input=b"")
    assert result.returncode != 0
    result = jailed.ssh("alice", keys["ed25519"], options=[
        "-N", "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes"])
    assert result.returncode != 0


def _internal(server):
    return wait_until(lambda: next(
        (pid for pid in descendants(server.process.pid)
         if title(pid) == "sshd: alice@internal-sftp"), None),
        what="internal-sftp")


def test_its_processes_gain_nothing_and_hold_nothing_else(jailed, keys,
                                                          tree):
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        sftp.realpath(".")
        pid = _internal(jailed)
        parent = int(open(f"/proc/{pid}/stat").read().split()[3])
        for one in (pid, parent):
            with open(f"/proc/{one}/status") as f:
                assert re.search(r"^NoNewPrivs:\t1$", f.read(), re.M)
        held = open_files(pid).values()
        assert {name for name in held if name.startswith("/")} <= {
            JAIL, "/dev/null"}
        if os.stat(f"/proc/{jailed.process.pid}").st_uid == 0:
            assert os.readlink(f"/proc/{parent}/root") == JAIL


def _name_service(tree):
    """Files that would have a library load code, and believe names."""
    folder = f"{tree}/lib/{sysconfig.get_config_var('MULTIARCH')}"
    os.makedirs(folder)
    os.mkdir(f"{tree}/etc")
    module = os.path.join(os.environ["POSTERN_BUILD"],
                          "regress/system/libnss_odd.so.2")
    shutil.copy(module, folder)
    for name, text in (("nsswitch.conf", "passwd: odd files\ngroup: files\n"),
                       ("passwd", "mallory:x:2001:2001::/mallory:/bin/sh\n"),
                       ("group", "mallory:x:2001:\n")):
        with open(f"{tree}/etc/{name}", "w") as out:
            out.write(text)
    os.system(f"chown -R 2001:2001 {tree}")


def test_names_of_users_are_not_looked_up_in_the_tree(jailed, keys, tree):
    _name_service(tree)
    with over_ssh(jailed, "alice", keys["ed25519"]) as sftp:
        assert all(re.match(rb"\S+ +\d+ 2001     2001 ", line)
                   for _name, line, _attrs in sftp.list("/etc"))
        reply = sftp.extended("users-groups-by-id@openssh.com",
                              string(u32(2001)) + string(u32(2001)),
                              raw_sftp.EXTENDED_REPLY)
        assert [reply.string(), reply.string()] == [u32(0)] * 2
        for name in ("home-directory", "expand-path@openssh.com"):
            who = "mallory" if name == "home-directory" else "~mallory"
            with pytest.raises(Status, match="No such"):
                sftp.extended(name, string(who), raw_sftp.NAME)
        with open(f"/proc/{_internal(jailed)}/maps") as maps:
            assert "libnss" not in maps.read()


def _trace_a_storm(server, keys, tree, tmp_path, count):
    before = _outside()
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        sftp.realpath(".")
        opened = storm.trace(sftp, _internal(server), str(tmp_path / "trace"),
                             count, tree, HOME)
    assert opened > count // 8
    assert _outside() == before


def test_links_that_are_swapped_lead_nowhere(jailed, keys, tree, tmp_path):
    _trace_a_storm(jailed, keys, tree, tmp_path, 2000)


@pytest.mark.slow
def test_links_that_are_swapped_lead_nowhere_100000_times(jailed, keys, tree,
                                                          tmp_path):
    _trace_a_storm(jailed, keys, tree, tmp_path, 100_000)


def test_a_kernel_without_openat2_is_told(tree, keys, make_server):
    server = make_server(CONFIG)
    # a login takes a pair that is warm, and so traced
    wait_until(lambda: any("[net]" in title(pid) for pid in
                           descendants(server.process.pid)), what="a pair")
    with strace("-o", "/dev/null", "-e", "inject=openat2:error=ENOSYS",
                pids=[server.process.pid,
                      *descendants(server.process.pid)]):
        result = server.ssh("alice", keys["ed25519"], "sftp", options=["-s"],
                            input=raw_sftp.string(b"\1\0\0\0\3"))
        assert result.stdout == b""
    server.wait_for_log("openat2, which needs Linux 5.6")


def test_a_key_can_be_locked_in_too(tree, make_server, tmp_path, keys):
    key = make_key(str(tmp_path / "locked"))
    with open(key + ".pub") as f:
        public = f.read()
    with open("/etc/jail_keys", "w") as out:
        out.write(f'sftp-root="{JAIL}" {public}')
    server = make_server("AuthorizedKeysFile /etc/jail_keys\n"
                         "Subsystem sftp internal-sftp\n")
    with over_ssh(server, "alice", key) as sftp:
        assert _read(sftp, "/d/inside") == b"inside"
        with pytest.raises(Status):
            _read(sftp, "/abs")
    assert server.ssh("alice", key, "id").returncode == 1


def test_options_of_a_program_count_where_it_is_replaced(tree, make_server,
                                                         keys):
    server = make_server(f"SftpRoot {JAIL}\nSubsystem sftp "
                         "/usr/lib/openssh/sftp-server -R -d /d\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == b"/d"
        assert _read(sftp, "inside") == b"inside"
        with pytest.raises(Status) as refused:
            sftp.open("new", F_WRITE | F_CREAT)
        assert refused.value.code == PERMISSION_DENIED
    assert not os.path.lexists(f"{JAIL}/d/new")


def test_a_forced_command_is_not_replaced_by_sftp(tree, make_server, keys):
    server = make_server(CONFIG + "ForceCommand /bin/true\n")
    for options, words in ((["-s"], ["sftp"]), ([], ["id"])):
        assert server.ssh("alice", keys["ed25519"], *words,
                          options=options).returncode != 0
    server.wait_for_log("forced command '/bin/true' of user alice can't run")


@pytest.mark.parametrize("root", ["%h/outside/%u%%%U", "~/outside/%u%%%U",
                                  "/home/%u/outside/alice%%2001"])
def test_tokens_and_a_start_directory(tree, make_server, keys, root):
    os.makedirs(f"{HOME}/alice%2001/start")
    _give(f"{HOME}/alice%2001", f"{HOME}/alice%2001/start")
    server = make_server(f"SftpRoot {root}\n"
                         "Subsystem sftp internal-sftp -d /start\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == b"/start"
        sftp.request(MKDIR, string("made") + attrs())
    assert os.path.isdir(f"{HOME}/alice%2001/start/made")


def test_the_root_lies_in_the_chroot(tree, make_server, keys):
    shutil.rmtree("/srv/outer", ignore_errors=True)
    os.makedirs("/srv/outer/d")
    shutil.copytree(f"{JAIL}/d", "/srv/outer/inner/d")
    server = make_server("ChrootDirectory /srv/outer\nSftpRoot /inner\n"
                         "Subsystem sftp internal-sftp\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert _read(sftp, "/d/inside") == b"inside"
        assert {name for name, *_ in sftp.list("/..")} == {b".", b"..", b"d"}
    shutil.rmtree("/srv/outer")


def test_the_home_directory_itself(tree, make_server, keys):
    server = make_server("SftpRoot ~\nSubsystem sftp internal-sftp\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert _read(sftp, "/outside/jail/d/inside") == b"inside"
        with pytest.raises(Status):
            _read(sftp, "/etc/passwd")
    server.wait_for_log('Locked into SftpRoot "/home/alice"')


def test_another_users_home_is_no_root(tree, make_server, keys):
    server = make_server("SftpRoot ~bob\nSubsystem sftp internal-sftp\n")
    assert server.ssh("alice", keys["ed25519"], "sftp",
                      options=["-s"]).returncode == 255
    server.wait_for_log("login of alice: SftpRoot is not absolute")


def test_a_missing_directory_ends_the_session_with_its_name(
        tree, make_server, keys):
    server = make_server("SftpRoot /home/alice/missing\n"
                         "Subsystem sftp internal-sftp\n")
    assert server.ssh("alice", keys["ed25519"], "sftp",
                      options=["-s"]).returncode == 255
    server.wait_for_log('SftpRoot "/home/alice/missing": No such file')
