# SPDX-License-Identifier: ISC
"""SftpRights, SftpModes, SftpUpload and SftpAudit."""

import os
import re
import shutil
import signal
import struct
import subprocess

import pytest

from isolated import host_file
from raw_sftp import (EXTENDED_REPLY, F_CREAT, F_EXCL, F_READ, F_TRUNC,
                      F_WRITE, FSETSTAT, HANDLE, LSTAT, MKDIR, OPENDIR,
                      REMOVE, RENAME, RMDIR, SETSTAT, SYMLINK, Status, attrs,
                      over_ssh, string)
from server import SSHD, descendants, title, wait_until
from sftp_clients import OpenSSH, sftp_process
from test_sftp_clients import _content, _random_file

pytestmark = pytest.mark.postern_only

TREE = "/home/alice/rights"
BASE = f"SftpRoot {TREE}\nSubsystem sftp internal-sftp\n"
NEW = F_WRITE | F_CREAT | F_TRUNC


@pytest.fixture
def tree():
    shutil.rmtree(TREE, ignore_errors=True)
    for name in ("in", "out", "keep", "keep/below"):
        os.makedirs(f"{TREE}/{name}")
    for name in ("out/ready", "keep/old", "keep/below/deep", "in/there"):
        with open(f"{TREE}/{name}", "w") as out:
            out.write("old content")
    os.system(f"chown -R 2001:2001 {TREE}")
    yield TREE
    shutil.rmtree(TREE)


def _put(sftp, path, data=b"new", flags=NEW):
    handle = sftp.open(path, flags)
    sftp.write(handle, 0, data)
    sftp.close_handle(handle)


def _refused(attempt, text="Permission denied"):
    with pytest.raises(Status, match=text):
        attempt()


RIGHTS = BASE + """\
SftpRights /in/**=list,create,mkdir,setattr
SftpRights /out/**=list,read,delete "/work/*.part=create,write,rename"
SftpRights /keep/below/**=list,read /keep/**=all /=list
"""


def test_upload_only(tree, make_server, keys):
    with over_ssh(make_server(RIGHTS), "alice", keys["ed25519"]) as sftp:
        _put(sftp, "/in/new")
        handle = sftp.open("/in/other", F_WRITE | F_CREAT | F_EXCL)
        sftp.request(FSETSTAT, string(handle) + attrs(times=(5, 5)))
        sftp.close_handle(handle)
        sftp.request(MKDIR, string("/in/dir") + attrs())
        _put(sftp, "/in/dir/deeper")
        # neither replaced nor emptied, whatever the flags are
        for flags in (NEW, F_WRITE | F_CREAT):
            _refused(lambda: sftp.open("/in/there", flags), "File exists")
        _refused(lambda: sftp.open("/in/there", F_WRITE))
        _refused(lambda: sftp.open("/in/there", F_READ))
        _refused(lambda: sftp.open("/in/new2", F_READ | NEW))
        _refused(lambda: sftp.request(REMOVE, string("/in/there")))
        _refused(lambda: sftp.request(RMDIR, string("/in/dir")))
        _refused(lambda: sftp.request(SETSTAT, string("/in/there") +
                                      attrs(size=0)))
        _refused(lambda: sftp.request(RENAME, string("/in/there") +
                                      string("/in/moved")))
        _refused(lambda: sftp.request(SYMLINK, string("/keep/old") +
                                      string("/in/link")))
    assert _content(f"{tree}/in/there") == b"old content"
    assert _content(f"{tree}/in/dir/deeper") == b"new"


def test_download_only_and_what_no_rule_names(tree, make_server, keys):
    with over_ssh(make_server(RIGHTS), "alice", keys["ed25519"]) as sftp:
        sftp.close_handle(sftp.open("/out/ready", F_READ))
        for path in ("/out/ready", "/out/new", "/elsewhere", "/keep2"):
            _refused(lambda: _put(sftp, path))
        _refused(lambda: sftp.stat("/elsewhere"))
        assert len(sftp.list("/")) == 5
        _refused(lambda: sftp.request(SETSTAT, string("/out/ready") +
                                      attrs(mode=0o777)))
        handle = sftp.open("/out/ready", F_READ)
        _refused(lambda: sftp.request(FSETSTAT, string(handle) +
                                      attrs(mode=0o777)))
        sftp.request(REMOVE, string("/out/ready"))
    assert not os.path.exists(f"{tree}/out/ready")


def test_links_and_renames_are_no_way_around(tree, make_server, keys):
    with over_ssh(make_server(RIGHTS), "alice", keys["ed25519"]) as sftp:
        sftp.request(SYMLINK, string("../in/there") + string("/keep/way"))
        sftp.request(SYMLINK, string("/") + string("/keep/top"))
        for path in ("/keep/way", "/keep/top/in/there",
                     "/keep/../in/there", "//in/./there"):
            _refused(lambda: sftp.open(path, F_READ))
            _refused(lambda: sftp.open(path, F_WRITE))
        # a name with more rights than the old one
        _refused(lambda: sftp.request(RENAME, string("/keep/below/deep") +
                                      string("/keep/deep")))
        _refused(lambda: sftp.extended(
            "hardlink@openssh.com",
            string("/keep/below/deep") + string("/keep/deep")))
        # a directory with other rules below it
        _refused(lambda: sftp.request(RENAME, string("/keep/below") +
                                      string("/keep/other")))
        _refused(lambda: sftp.request(RENAME, string("/keep") +
                                      string("/keep3")))
        sftp.request(MKDIR, string("/keep/free") + attrs())
        sftp.request(RENAME, string("/keep/free") + string("/keep/freed"))
        sftp.request(RENAME, string("/keep/old") + string("/keep/freed/old"))
    assert _content(f"{tree}/keep/freed/old") == b"old content"
    assert _content(f"{tree}/in/there") == b"old content"


def test_rights_without_a_root_leave_no_shell_either(tree, make_server, keys):
    server = make_server("Subsystem sftp internal-sftp\n"
                         f"SftpRights {TREE}/out/**=read\n")
    result = server.ssh("alice", keys["ed25519"], "id")
    assert result.stdout == b"This service allows sftp connections only.\n"
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        sftp.close_handle(sftp.open(f"{TREE}/out/ready", F_READ))
        sftp.close_handle(sftp.open("rights/out/ready", F_READ))
        _refused(lambda: sftp.open("/etc/passwd", F_READ))
        _refused(lambda: sftp.request(OPENDIR, string("/"), HANDLE))


# with rules, rules look at what a path really is
every_tree = pytest.mark.parametrize("rules", [
    "", "SftpRights /**=all\n", "SftpUpload atomic\n",
    "SftpUpload atomic\nSftpRights /**=all\n"])


@every_tree
def test_a_directory_that_can_not_be_entered_is_still_named(
        rules, tree, make_server, keys):
    with over_ssh(make_server(BASE + rules), "alice",
                  keys["ed25519"]) as sftp:
        sftp.request(MKDIR, string("/shut") + attrs(mode=0o700))
        sftp.request(SETSTAT, string("/shut") + attrs(mode=0o600,
                                                      times=(5, 6)))
        sftp.request(SYMLINK, string("shut") + string("/link"))
        for path in ("keep/../shut", "/shut/", "/link", "/link//"):
            assert sftp.realpath(path) == b"/shut"
            assert sftp.stat(path)["mode"] == 0o40600
        assert sftp.stat("/shut")["mtime"] == 6
        _refused(lambda: sftp.stat("/shut/x"))
        _refused(lambda: sftp.stat("/shut/.."))
        _refused(lambda: sftp.realpath("/shut/.."))
        assert {n for n, *_ in sftp.list("/shut")} <= {b".", b".."}
        sftp.request(SETSTAT, string("/shut") + attrs(mode=0o755))
        assert _mode(f"{tree}/shut") == 0o755


@every_tree
def test_a_slash_at_the_end_means_a_directory(rules, tree, make_server, keys):
    with over_ssh(make_server(BASE + rules), "alice",
                  keys["ed25519"]) as sftp:
        sftp.request(SYMLINK, string("keep") + string("/link"))
        assert sftp.stat("/link/", LSTAT)["mode"] & 0o170000 == 0o40000
        sftp.request(MKDIR, string("/new/") + attrs())
        sftp.request(RENAME, string("/new/") + string("/moved/"))
        sftp.request(RMDIR, string("/moved/"))
        for attempt in (
                lambda: sftp.request(RENAME, string("/keep/old") +
                                     string("/new/")),
                lambda: sftp.request(RENAME, string("/keep/old/") +
                                     string("/new")),
                lambda: sftp.request(REMOVE, string("/keep/old/")),
                lambda: sftp.request(SYMLINK, string("x") + string("/new/")),
                lambda: sftp.extended("hardlink@openssh.com", string(
                    "/keep/old") + string("/new/")),
                lambda: sftp.stat("/keep/old/", LSTAT),
                lambda: sftp.realpath("/new/"),
                lambda: sftp.open("/new/", NEW)):
            with pytest.raises(Status):
                attempt()
    assert sorted(os.listdir(tree)) == ["in", "keep", "link", "out"]
    assert sorted(os.listdir(f"{tree}/keep")) == ["below", "old"]


@every_tree
def test_exclusive_means_nothing_unless_a_file_is_made(rules, tree,
                                                       make_server, keys):
    with over_ssh(make_server(BASE + rules), "alice",
                  keys["ed25519"]) as sftp:
        _put(sftp, "/keep/old", b"new", F_WRITE | F_TRUNC | F_EXCL)
        sftp.request(SYMLINK, string("old") + string("/keep/link"))
        sftp.close_handle(sftp.open("/keep/link", F_READ | F_EXCL))
    assert _content(f"{tree}/keep/old") == b"new"


@pytest.mark.parametrize("rules", ["", "SftpRights /**=all\n"])
def test_a_session_may_start_where_it_can_not_list(rules, tree, make_server,
                                                   keys):
    os.chmod(f"{tree}/in", 0o300)
    server = make_server(f"SftpRoot {TREE}\n{rules}"
                         "Subsystem sftp internal-sftp -d /in\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        assert sftp.realpath(".") == b"/in"
        _put(sftp, "x")
    assert _content(f"{tree}/in/x") == b"new"


def test_an_open_file_is_dressed_by_who_may_by_its_name(tree, make_server,
                                                        keys):
    server = make_server(BASE + "SftpRights /**=all\n")
    wish = attrs(mode=0o604, times=(5, 6))
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("/keep/old", F_READ)
        sftp.request(FSETSTAT, string(handle) + wish)
        assert _mode(f"{tree}/keep/old") == 0o604
        sftp.request(RENAME, string("/keep/old") + string("/keep/other"))
        _put(sftp, "/keep/old")
        _refused(lambda: sftp.request(FSETSTAT, string(handle) + wish))


def _mode(path):
    return os.stat(path).st_mode & 0o7777


def test_modes_are_forced(tree, make_server, keys):
    with over_ssh(make_server(BASE + "SftpModes file=0640 directory=02750\n"),
                  "alice", keys["ed25519"]) as sftp:
        sftp.close_handle(sftp.open("/f", NEW, attrs(mode=0o777)))
        sftp.request(MKDIR, string("/m") + attrs(mode=0o777))
        sftp.request(SETSTAT, string("/f") + attrs(mode=0o777))
        # a directory that is open as a file is none
        handle = sftp.open("/m", F_READ)
        sftp.request(FSETSTAT, string(handle) + attrs(mode=0o777))
        assert (_mode(f"{tree}/f"), _mode(f"{tree}/m")) == (0o640, 0o2750)
        os.chmod(f"{tree}/out/ready", 0o600)
        _put(sftp, "/out/ready")
        assert _mode(f"{tree}/out/ready") == 0o600


def test_the_umask_holds_for_chmod_too(tree, make_server, keys):
    with over_ssh(make_server(BASE + "SftpModes umask=007\n"),
                  "alice", keys["ed25519"]) as sftp:
        sftp.close_handle(sftp.open("/f", NEW, attrs(mode=0o666)))
        assert _mode(f"{tree}/f") == 0o660
        sftp.request(SETSTAT, string("/f") + attrs(mode=0o777))
        assert _mode(f"{tree}/f") == 0o770


# ---- uploads -----------------------------------------------------------------

ATOMIC = BASE + "SftpUpload atomic\n"


def test_a_file_appears_when_it_is_complete(tree, make_server, keys):
    part = f"{tree}/.x.partial-0"
    with over_ssh(make_server(ATOMIC), "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("/x", NEW)
        sftp.write(handle, 0, b"half")
        assert sftp.stat("/x")["size"] == 4
        sftp.request(SETSTAT, string("/x") + attrs(
            owner=(2001, 2001), mode=0o640, times=(5, 6)))
        assert os.path.exists(part) and not os.path.exists(f"{tree}/x")
        sftp.write(handle, 4, b" and half")
        sftp.close_handle(handle)
        assert _content(f"{tree}/x") == b"half and half"
        # an old file stays until then, with its mode
        os.chmod(f"{tree}/x", 0o604)
        handle = sftp.open("/x", NEW)
        sftp.write(handle, 0, b"new")
        assert _content(f"{tree}/x") == b"half and half"
        sftp.close_handle(handle)
        assert _content(f"{tree}/x") == b"new"
        assert _mode(f"{tree}/x") == 0o604
        # without emptying it: in place, as a resumed upload wants
        _put(sftp, "/x", b"N", F_WRITE)
        assert _content(f"{tree}/x") == b"New"
        os.chmod(f"{tree}/out/ready", 0o400)
        _refused(lambda: sftp.open("/out/ready", NEW))
    assert not os.path.exists(part)


def _internal(server):
    return wait_until(lambda: next(
        (pid for pid in descendants(server.process.pid)
         if title(pid) == "sshd: alice@internal-sftp"), None),
        what="internal-sftp")


def test_broken_uploads_leave_nothing(tree, make_server, keys):
    server = make_server(ATOMIC)
    session = over_ssh(server, "alice", keys["ed25519"])
    session.write(session.open("/x", NEW), 0, b"half")
    assert os.path.exists(f"{tree}/.x.partial-0")
    session.close()
    wait_until(lambda: not os.path.exists(f"{tree}/.x.partial-0"),
               what="the end of the partial file")
    assert not os.path.exists(f"{tree}/x")


def test_what_a_killed_session_left_goes_with_the_next_upload(
        tree, make_server, keys):
    server = make_server(ATOMIC)
    session = over_ssh(server, "alice", keys["ed25519"])
    session.write(session.open("/x", NEW), 0, b"half")
    os.kill(_internal(server), signal.SIGKILL)
    session.close()
    assert _content(f"{tree}/.x.partial-0") == b"half"
    with over_ssh(server, "alice", keys["ed25519"]) as one:
        first = one.open("/x", NEW)
        one.write(first, 0, b"1")
        # what another session writes is no leftover
        with over_ssh(server, "alice", keys["ed25519"]) as two:
            second = two.open("/x", NEW)
            two.write(second, 0, b"2")
            assert _content(f"{tree}/.x.partial-0") == b"1"
            assert _content(f"{tree}/.x.partial-1") == b"2"
            two.close_handle(second)
        assert _content(f"{tree}/x") == b"2"
        one.close_handle(first)
    assert _content(f"{tree}/x") == b"1"
    assert not [n for n in os.listdir(tree) if "partial" in n]


@pytest.mark.parametrize("mode", [0o440, 0o200])
def test_what_was_left_goes_whatever_its_mode_is(mode, tree, make_server,
                                                 keys):
    server = make_server(ATOMIC + f"SftpModes file=0{mode:o}\n")
    session = over_ssh(server, "alice", keys["ed25519"])
    session.write(session.open("/x", NEW), 0, b"half")
    os.kill(_internal(server), signal.SIGKILL)
    session.close()
    assert _mode(f"{tree}/.x.partial-0") == mode
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        _put(sftp, "/x")
    assert _content(f"{tree}/x") == b"new"
    assert not [n for n in os.listdir(tree) if "partial" in n]


def test_a_directory_need_not_be_readable_for_fsync(tree, make_server, keys):
    os.chmod(f"{tree}/in", 0o300)
    server = make_server(BASE + "SftpUpload atomic fsync\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        _put(sftp, "/in/x")
        _put(sftp, "/y")
    assert _content(f"{tree}/in/x") == b"new"


# user::rw- user:2002:rw- group::r-- mask::rw- other::---
ACCESS_LIST = struct.pack("<I" + "HHI" * 5, 2, 1, 6, 0xffffffff, 2, 6, 2002,
                          4, 4, 0xffffffff, 16, 6, 0xffffffff,
                          32, 0, 0xffffffff)
ACCESS = "system.posix_acl_access"


@pytest.fixture
def team():
    """Number of a group of which alice is a member."""
    with host_file("/etc/group", "team:x:4711:alice\n", "a"):
        yield 4711


def _replace(path, owner, group, mode, server, key):
    """What became of a file that was not emptied but replaced."""
    with open(path, "w") as out:
        out.write("old")
    os.chown(path, owner, group)
    os.chmod(path, mode)
    with over_ssh(server, "alice", key) as sftp:
        _put(sftp, os.path.basename(path))
    st = os.stat(path)
    assert _content(path) == b"new"
    return st.st_uid, st.st_gid, st.st_mode & 0o7777


def test_the_new_file_keeps_what_it_can_of_the_old_one(tree, make_server,
                                                       keys, team):
    server = make_server(ATOMIC)
    key = keys["ed25519"]
    assert _replace(f"{tree}/x", 2002, team, 0o664, server, key) == (
        2001, team, 0o664)
    # other people don't get what the group had
    assert _replace(f"{tree}/y", 2002, 2002, 0o672, server, key) == (
        2001, 2001, 0o622)
    os.setxattr(f"{tree}/x", ACCESS, ACCESS_LIST)
    with over_ssh(server, "alice", key) as sftp:
        _put(sftp, "/x", b"newer")
    assert _content(f"{tree}/x") == b"newer"
    assert os.getxattr(f"{tree}/x", ACCESS) == ACCESS_LIST


def test_an_upload_that_may_not_replace_does_not(tree, make_server, keys):
    server = make_server(ATOMIC + "SftpRights /**=list,create\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("/x", NEW)
        sftp.write(handle, 0, b"late")
        with open(f"{tree}/x", "w") as out:
            out.write("early")
        _refused(lambda: sftp.close_handle(handle), "File exists")
    assert _content(f"{tree}/x") == b"early"
    assert sorted(os.listdir(tree)) == ["in", "keep", "out", "x"]


# ---- audit -------------------------------------------------------------------

def _transfers(server):
    return [re.sub(r"in \d+\.\d{3} s", "in T s", line[line.index("SFTP "):])
            for line in server.log().splitlines()
            if re.search(r"\bSFTP (up|down)load", line)]


def test_each_transfer_has_its_line(tree, make_server, keys, tmp_path):
    server = make_server(BASE + "LogLevel INFO\n")
    client = OpenSSH(server, keys)
    source = _random_file(tmp_path / "source", 100_000)
    client.put(source, "/in/new")
    client.get("/in/new", str(tmp_path / "back"))
    session = over_ssh(server, "alice", keys["ed25519"])
    up = session.open("/in/broken\n", NEW)
    session.write(up, 0, b"12345")
    down = session.open("/in/new", F_READ)
    session.read(down, 0, 1000)
    session.close_handle(down)
    session.close()
    lines = wait_until(lambda: len(_transfers(server)) == 4 and
                       _transfers(server), what="four lines")
    who = r"alice from 127\.0\.0\.1 port \d+"
    for line, wanted in zip(lines, (
            rf'SFTP upload complete: {who}, 100000 bytes in T s, "/in/new"',
            rf'SFTP download complete: {who}, 100000 bytes in T s, '
            r'"/in/new"',
            rf'SFTP download partial: {who}, 1000 bytes in T s, "/in/new"',
            rf'SFTP upload partial: {who}, 5 bytes in T s, '
            r'"/in/broken\\n"')):
        assert re.fullmatch(wanted, line), line


@pytest.mark.parametrize("config, top", [
    (BASE, ""), (BASE + "SftpRights /**=all\n", ""),
    ("Subsystem sftp internal-sftp\n", TREE),
    (f"SftpRoot {TREE}\nSubsystem sftp internal-sftp -d /in\n", "/in")])
def test_a_line_names_the_file_from_the_top(config, top, tree, make_server,
                                            keys):
    server = make_server(config)
    name = "rights/new" if top == TREE else "new"
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        _put(sftp, name)
    server.wait_for_log(f' s, "{top}/new"')


def test_what_a_line_of_a_download_says_is_true(tree, make_server, keys,
                                                 tmp_path):
    """Whole means every byte; an open for both hides nothing."""
    with open(f"{tree}/in/there", "wb") as out:
        out.write(bytes(100_000))
    server = make_server(BASE)
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        handle = sftp.open("/in/there", F_READ)
        for _ in range(4):
            sftp.read(handle, 0, 50_000)
        sftp.close_handle(handle)
        handle = sftp.open("/in/there", F_READ | F_WRITE)
        for offset in (60_000, 20_000, 0, 40_000, 80_000):
            sftp.read(handle, offset, 20_000)
        sftp.close_handle(handle)
        sftp.extended("check-file-name", string("/in/there") +
                      string("md5") + bytes(20), EXTENDED_REPLY)
        handle = sftp.open("/in/back\\slash\n", F_READ | F_WRITE | F_CREAT)
        sftp.write(handle, 0, b"x")
        sftp.read(handle, 0, 1)
        sftp.close_handle(handle)
    lines = wait_until(lambda: len(_transfers(server)) == 4 and
                       _transfers(server), what="four lines")
    assert [re.sub(r": .*, (\d+) bytes in T s,", r" \1", line)
            for line in lines] == [
        'SFTP download partial 200000 "/in/there"',
        'SFTP download complete 100000 "/in/there"',
        r'SFTP download complete 1 "/in/back\\slash\n"',
        r'SFTP upload complete 1 "/in/back\\slash\n"']


def test_a_failed_transfer_says_why(tree, make_server, keys):
    os.mkdir(f"{tree}/small")
    os.system(f"mount -t tmpfs -o size=64k,uid=2001 tmpfs {tree}/small")
    try:
        server = make_server(BASE)
        with over_ssh(server, "alice", keys["ed25519"]) as sftp:
            handle = sftp.open("/small/x", NEW)
            with pytest.raises(Status, match="No space left on device"):
                sftp.write(handle, 0, bytes(200_000))
            sftp.close_handle(handle)
        server.wait_for_log(
            "SFTP upload failed (No space left on device): alice from")
    finally:
        os.system(f"umount -l {tree}/small")


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_no_line_of_many_is_lost(tree, make_server, keys, end):
    """They are gathered on their way to the log."""
    server = make_server(BASE)
    sftp = over_ssh(server, "alice", keys["ed25519"])
    for number in range(200):
        _put(sftp, f"/in/{number}")
    if end == "killed":
        os.kill(sftp_process(server), signal.SIGKILL)
    sftp.close()
    lines = wait_until(lambda: len(_transfers(server)) == 200 and
                       _transfers(server), what="200 lines")
    assert [line.rsplit(" ", 1)[1] for line in lines] == [
        f'"/in/{number}"' for number in range(200)]


def test_no_lines_when_they_are_not_wanted(tree, make_server, keys):
    server = make_server(BASE + "SftpAudit no\n")
    with over_ssh(server, "alice", keys["ed25519"]) as sftp:
        _put(sftp, "/in/new")
    server.wait_for_log("Close session")
    assert _transfers(server) == []


# ---- the configuration -------------------------------------------------------

@pytest.mark.parametrize("line,reason", [
    ("SftpRights in/**=read", 'must begin with "/"'),
    ("SftpRights /in/=read", 'must not end in "/"'),
    ("SftpRights /in/../x=read", '".." component'),
    ("SftpRights /in**=read", '"**" must be a whole component'),
    ("SftpRights /in", "expected PATTERN=RIGHT,RIGHT"),
    ("SftpRights /in=read,", "the rights are list, read"),
    ("SftpRights /in=reed", "the rights are list, read"),
    ("SftpUpload slowly", "expected direct, atomic or atomic fsync"),
    ("SftpUpload direct fsync", "expected direct, atomic or atomic fsync"),
    ("SftpModes file=0888", "octal number up to 07777"),
    ("SftpModes mode=0644", "expected file=MODE, directory=MODE or umask"),
    ("SftpRoot srv/sftp", "is not an absolute path"),
    ("SftpRoot /srv/%q", "unknown % sequence"),
])
def test_a_bad_line_is_told(line, reason, host_keys, tmp_path):
    path = tmp_path / "config"
    path.write_text(f"HostKey {host_keys['ed25519']}\n{line}\n")
    result = subprocess.run([SSHD, "-t", "-f", str(path)],
                            capture_output=True, text=True)
    assert result.returncode != 0
    assert reason in result.stderr
    assert f"{path} line 2" in result.stderr or \
        f"{path}: line 2" in result.stderr, result.stderr
