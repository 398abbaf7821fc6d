# SPDX-License-Identifier: ISC
"""Every SFTP request and extension, and what each answers when it can't.

Codes are those that OpenSSH's server gives to the same packets; texts are the
system's. In all forms: the program, internal-sftp, and that in a chroot, under
SftpRoot and under SftpRights.
"""

import fcntl
import hashlib
import os
import select
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import raw_sftp
from raw_sftp import (BAD_MESSAGE, CLOSE, DATA, EOF, EXTENDED,
                      EXTENDED_REPLY, FAILURE, FSETSTAT, FSTAT, F_APPEND,
                      F_CREAT, F_EXCL, F_READ, F_TRUNC, F_WRITE, HANDLE,
                      LSTAT, MKDIR, NAME, NO_SUCH_FILE, OPENDIR,
                      OP_UNSUPPORTED, PERMISSION_DENIED, READ, READDIR,
                      READLINK, REMOVE, RENAME, RMDIR, SETSTAT, STATUS,
                      SYMLINK, WRITE, Status, attrs, string, u32, u64)
from server import program, wait_until

pytestmark = pytest.mark.postern_only
ALICE = 2001
HOME = "/home/alice"
POSIX_RENAME = string("posix-rename@openssh.com")
HARDLINK = string("hardlink@openssh.com")
LSETSTAT = string("lsetstat@openssh.com")
EXPAND = string("expand-path@openssh.com")
NOWHERE = string(b"\0\0\0\x63\0\0\0\0")


def start_program(*options, **kwargs):
    return raw_sftp.run(program("sftp-server"), *options, user=ALICE,
                        group=ALICE, extra_groups=[], cwd=HOME,
                        env={"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"},
                        **kwargs)


@pytest.fixture(scope="module")
def servers(tmp_path_factory, host_keys, keys):
    from server import Server
    started = {}
    jail = "/srv/requests"
    os.makedirs(f"{jail}{HOME}", exist_ok=True)
    os.chown(f"{jail}{HOME}", ALICE, ALICE)
    # what is in none of them starts where the others have their home
    start = f"Subsystem sftp internal-sftp -d {HOME}\nSftpRoot {jail}\n"
    for name, config in (
            ("internal", "Subsystem sftp internal-sftp\n"),
            ("chroot", "Subsystem sftp internal-sftp\n"
             f"ChrootDirectory {jail}\n"),
            ("root", start),
            ("rules", start + "SftpRights /**=all\n")):
        started[name] = Server(
            str(tmp_path_factory.mktemp(name)), [host_keys["ed25519"]],
            config).start()
    yield started, jail
    for server in started.values():
        server.stop()
    shutil.rmtree(jail)


FORMS = ["program", "internal", "chroot", "root",
         pytest.param("rules", marks=pytest.mark.slow)]


@pytest.fixture(params=FORMS)
def sftp(request, servers, keys):
    """A session of alice's in a directory with one of everything."""
    started, jail = servers
    top = ("" if request.param in ("program", "internal") else jail) + \
        HOME + "/w"
    _fill(top)
    if request.param == "program":
        session = start_program()
    else:
        session = raw_sftp.over_ssh(started[request.param], "alice",
                                    keys["ed25519"])
    session.top = top
    session.home = "/" if request.param in ("root", "rules") else HOME
    yield session
    session.close()
    shutil.rmtree(top)


def _fill(top):
    shutil.rmtree(top, ignore_errors=True)
    os.makedirs(f"{top}/dir/sub")
    os.makedirs(f"{top}/closed")
    for name, text in (("file", "hello"), ("other", "x"), ("root", "r")):
        with open(f"{top}/{name}", "w") as f:
            f.write(text)
    for target, name in (("file", "link"), ("nope", "dangling"),
                         ("loop", "loop"), ("dir", "to_dir")):
        os.symlink(target, f"{top}/{name}")
    for name in (".", "dir", "dir/sub", "file", "other", "link"):
        os.lchown(f"{top}/{name}", ALICE, ALICE)
    os.chmod(f"{top}/root", 0o644)
    os.chmod(f"{top}/closed", 0)


def refused(sftp, code, text, kind, body, want=STATUS):
    with pytest.raises(Status) as caught:
        sftp.request(kind, body, want)
    assert (caught.value.code, caught.value.text) == (code, text)


def two(a, b):
    return string(f"w/{a}") + string(f"w/{b}")


NO_FILE = (NO_SUCH_FILE, "No such file or directory")
NO_DIR = (NO_SUCH_FILE, "Not a directory")
LOOP = (NO_SUCH_FILE, "Too many levels of symbolic links")
DENIED = (PERMISSION_DENIED, "Permission denied")
NOT_PERMITTED = (PERMISSION_DENIED, "Operation not permitted")
EXISTS = (FAILURE, "File exists")
TOO_LONG = (BAD_MESSAGE, "File name too long")
INVALID = (BAD_MESSAGE, "Invalid argument")
BAD_HANDLE = (FAILURE, "Invalid handle")
NOT_EMPTY = (FAILURE, "Directory not empty")


def opening(path, flags, attributes=attrs()):
    return string(path) + u32(flags) + attributes


REFUSED = [
    (kind, string(path), *why)
    for kind in (LSTAT, raw_sftp.STAT, OPENDIR, READLINK, REMOVE, RMDIR)
    for path, why in (("w/nope", NO_FILE), ("w/file/x", NO_DIR),
                      ("w/closed/x", DENIED), ("", NO_FILE),
                      ("w/loop/x", LOOP), ("n" * 300, TOO_LONG),
                      ("p" * 5000, TOO_LONG))
] + [
    (kind, NOWHERE + rest, *why)
    for kind, rest, why in (
        (CLOSE, b"", (NO_SUCH_FILE, "Invalid handle")),
        (FSTAT, b"", BAD_HANDLE), (READDIR, b"", BAD_HANDLE),
        (READ, u64(0) + u32(1), BAD_HANDLE),
        (WRITE, u64(0) + string("x"), BAD_HANDLE),
        (FSETSTAT, attrs(mode=0o600), BAD_HANDLE))
] + [
    (raw_sftp.STAT, string("w/loop"), *LOOP),
    (raw_sftp.STAT, string("w/dangling"), *NO_FILE),
    (raw_sftp.OPEN, opening("w/nope", F_READ), *NO_FILE),
    (raw_sftp.OPEN, opening("w/root", F_WRITE), *DENIED),
    (raw_sftp.OPEN, opening("w/dir", F_WRITE), FAILURE, "Is a directory"),
    (raw_sftp.OPEN, opening("w/file", F_WRITE | F_CREAT | F_EXCL), *EXISTS),
    (raw_sftp.OPEN, opening("w/x/new", F_WRITE | F_CREAT), *NO_FILE),
    (OPENDIR, string("w/file"), *NO_DIR),
    (OPENDIR, string("w/closed"), *DENIED),
    (MKDIR, string("w/dir") + attrs(), *EXISTS),
    (MKDIR, string("w/x/y") + attrs(), *NO_FILE),
    (RMDIR, string("w/dir"), *NOT_EMPTY),
    (RMDIR, string("w/file"), *NO_DIR),
    (REMOVE, string("w/dir"), FAILURE, "Is a directory"),
    (RENAME, two("file", "other"), *EXISTS),
    (RENAME, two("file", "file"), *EXISTS),
    (RENAME, two("nope", "new"), *NO_FILE),
    (RENAME, two("dir/sub", "file"), *EXISTS),
    (RENAME, two("dir", "dir/inside"), *INVALID),
    (READLINK, string("w/file"), *INVALID),
    (SYMLINK, string("any") + string("w/link"), *EXISTS),
    (SETSTAT, string("w/nope") + attrs(mode=0o600), *NO_FILE),
    (SETSTAT, string("w/root") + attrs(mode=0o600), *NOT_PERMITTED),
    (SETSTAT, string("w/root") + attrs(size=0), *DENIED),
    (SETSTAT, string("w/file") + attrs(owner=(0, 0)), *NOT_PERMITTED),
    (SETSTAT, string("w/file") + attrs(size=1 << 63), *INVALID),
    (raw_sftp.REALPATH, string("w/nope/x"), *NO_FILE),
    (raw_sftp.REALPATH, string("w/file/x"), *NO_DIR),
    (raw_sftp.REALPATH, string("w/loop"), *LOOP),
    (EXTENDED, POSIX_RENAME + two("dir/sub", "dir"), *NOT_EMPTY),
    (EXTENDED, POSIX_RENAME + two("nope", "new"), *NO_FILE),
    (EXTENDED, HARDLINK + two("file", "other"), *EXISTS),
    (EXTENDED, HARDLINK + two("dir", "new"), *NOT_PERMITTED),
    (EXTENDED, LSETSTAT + string("w/file") + attrs(size=1), BAD_MESSAGE,
     "Bad message"),
    (EXTENDED, LSETSTAT + string("w/link") + attrs(mode=0o600), FAILURE,
     "Operation not supported"),
    (EXTENDED, string("statvfs@openssh.com") + string("w/nope"), *NO_FILE),
    (EXTENDED, string("fstatvfs@openssh.com") + NOWHERE, *BAD_HANDLE),
    (EXTENDED, string("fsync@openssh.com") + NOWHERE, NO_SUCH_FILE,
     "Invalid handle"),
    (EXTENDED, EXPAND + string("~nobody-of-this-name/x"), *NO_FILE),
    (EXTENDED, string("home-directory") + string("nobody-of-this-name"),
     FAILURE, "No such user"),
    (EXTENDED, string("copy-data") + NOWHERE + u64(0) + u64(0) + NOWHERE +
     u64(0), *BAD_HANDLE),
    (EXTENDED, string("check-file-name") + string("w/nope") + string("md5") +
     u64(0) + u64(0) + u32(0), *NO_FILE),
    (EXTENDED, string("check-file-name") + string("w/file") +
     string("crc32") + u64(0) + u64(0) + u32(0), OP_UNSUPPORTED,
     "Operation unsupported: the digests are sha256, sha1, md5"),
    (EXTENDED, string("check-file-name") + string("w/file") + string("md5") +
     u64(0) + u64(0) + u32(255), *INVALID),
    (EXTENDED, string("users-groups-by-id@openssh.com") + string("odd") +
     string(""), BAD_MESSAGE, "Bad message"),
    (EXTENDED, string("unheard-of@example.org"), OP_UNSUPPORTED,
     "Operation unsupported"),
    (99, b"", OP_UNSUPPORTED, "Operation unsupported"),
    (raw_sftp.STAT, string(b"w/file\0"), BAD_MESSAGE,
     "Bad message: a path has a NUL byte in it"),
    (raw_sftp.STAT, b"", BAD_MESSAGE, "Bad message: path: message too short"),
]


def test_what_can_not_be_done_is_refused_with_code_and_text(sftp):
    wrong = []
    for kind, body, code, text in REFUSED:
        try:
            sftp.request(kind, body)
            got = "done"
        except Status as status:
            got = (status.code, status.text)
        if got != (code, text):
            wrong.append((kind, body, got, (code, text)))
    assert wrong == []


def test_files_are_opened_in_every_way(sftp):
    path = f"{sftp.top}/new"
    handle = sftp.open("w/new", F_WRITE | F_CREAT, attrs(mode=0o640))
    sftp.write(handle, 0, b"0123456789")
    sftp.write(handle, 20, b"end")          # a hole
    refused(sftp, NO_SUCH_FILE, "Bad file descriptor", READ,
            string(handle) + u64(0) + u32(1), DATA)
    sftp.extended("fsync@openssh.com", string(handle))
    sftp.close_handle(handle)
    with open(path, "rb") as f:
        assert f.read() == b"0123456789" + bytes(10) + b"end"
    assert os.stat(path).st_mode & 0o7777 == 0o640
    handle = sftp.open("w/new", F_WRITE | F_APPEND)
    sftp.write(handle, 0, b"!")
    sftp.close_handle(handle)
    assert os.stat(path).st_size == 24
    handle = sftp.open("w/new", F_READ | F_WRITE | F_TRUNC)
    assert os.stat(path).st_size == 0
    sftp.write(handle, 3, b"x")
    assert sftp.read(handle, 0, 100) == b"\0\0\0x"
    sftp.close_handle(handle)


def test_reads_end_where_the_file_ends(sftp):
    handle = sftp.open("w/file", F_READ)
    assert sftp.read(handle, 0, 0xffffffff) == b"hello"
    assert sftp.read(handle, 3, 100) == b"lo"
    assert sftp.read(handle, 0, 0) == b""
    for offset in (5, 1 << 40):
        with pytest.raises(Status) as caught:
            sftp.read(handle, offset, 1)
        assert caught.value.code == EOF
    for offset in (1 << 63, (1 << 64) - 1):
        refused(sftp, *INVALID, READ, string(handle) + u64(offset) + u32(1),
                DATA)
        refused(sftp, *INVALID, WRITE,
                string(handle) + u64(offset) + string("x"))
    for data in ("x", ""):
        refused(sftp, NO_SUCH_FILE, "Bad file descriptor", WRITE,
                string(handle) + u64(0) + string(data))


def test_who_appends_may_send_any_offset(sftp):
    handle = sftp.open("w/file", F_WRITE | F_APPEND)
    for offset in (0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        sftp.write(handle, offset, b"!")
    with open(f"{sftp.top}/file", "rb") as f:
        assert f.read() == b"hello!!!!"


def test_nobody_waits_for_the_other_end_of_a_fifo(sftp):
    """A client that went meanwhile would leave the server behind."""
    path = f"{sftp.top}/fifo"
    os.mkfifo(path)
    os.chown(path, ALICE, ALICE)
    handle = sftp.open("w/fifo", F_READ)
    refused(sftp, FAILURE, "Illegal seek", READ,
            string(handle) + u64(0) + u32(1), DATA)
    refused(sftp, FAILURE, "Illegal seek", EXTENDED,
            string("check-file-name") + string("w/fifo") + string("md5") +
            u64(0) + u64(0) + u32(0))
    sftp.close_handle(handle)
    refused(sftp, FAILURE, "No such device or address", raw_sftp.OPEN,
            opening("w/fifo", F_WRITE | F_CREAT | F_TRUNC))


def test_the_lease_of_another_program_is_waited_for(sftp):
    fd = os.open(f"{sftp.top}/file", os.O_RDWR)
    try:
        signal.signal(signal.SIGIO, lambda *_: fcntl.fcntl(
            fd, fcntl.F_SETLEASE, fcntl.F_UNLCK))
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        assert sftp.read(sftp.open("w/file", F_READ), 0, 9) == b"hello"
    finally:
        os.close(fd)
        signal.signal(signal.SIGIO, signal.SIG_DFL)


def test_a_read_and_a_write_move_255_kib_at_once(sftp):
    data = os.urandom(raw_sftp.DATA_MAX)
    handle = sftp.open("w/big", F_READ | F_WRITE | F_CREAT)
    sftp.write(handle, 0, data)
    sftp.write(handle, len(data), data)
    assert sftp.read(handle, 1, 0xffffffff) == data[1:] + data[:1]


def test_many_requests_are_answered_in_their_order(sftp):
    data = os.urandom(3_000_000)
    with open(f"{sftp.top}/big", "wb") as f:
        f.write(data)
    handle = sftp.open("w/big", F_READ)
    offsets = range(0, len(data), 32768)
    for offset in offsets:
        sftp.send(READ, string(handle) + u64(offset) + u32(32768))
    got = b""
    first = sftp.next_id - len(offsets) + 1
    for number in range(first, sftp.next_id + 1):
        kind, reply_id, body = sftp.receive()
        assert (kind, reply_id) == (DATA, number)
        got += body.string()
    assert got == data


def test_handles_name_what_is_open_and_nothing_else(sftp):
    handle = sftp.open("w/file", F_READ)
    sftp.close_handle(handle)
    again = sftp.open("w/file", F_READ)
    assert again != handle
    refused(sftp, *BAD_HANDLE, FSTAT, string(handle))
    refused(sftp, *BAD_HANDLE, READDIR, string(again))
    refused(sftp, *BAD_HANDLE, FSTAT, string(again[:7]))
    directory = sftp.request(OPENDIR, string("w"), HANDLE).string()
    refused(sftp, *BAD_HANDLE, READ, string(directory) + u64(0) + u32(1))
    refused(sftp, *BAD_HANDLE, FSTAT, string(directory))
    refused(sftp, BAD_MESSAGE, "Bad message: handle: value out of range",
            FSTAT, string(b"x" * 257))


def test_attributes_are_told_and_set(sftp):
    path = f"{sftp.top}/file"
    sftp.request(SETSTAT, string("w/link") + attrs(
        size=2, owner=(ALICE, ALICE), mode=0o604, times=(11, 22)))
    told = sftp.stat("w/link")
    assert told == {"size": 2, "uid": ALICE, "gid": ALICE, "mode": 0o100604,
                    "atime": 11, "mtime": 22}
    handle = sftp.open("w/file", F_READ | F_WRITE)
    sftp.request(FSETSTAT, string(handle) + attrs(size=9, mode=0o600,
                                                  times=(33, 44)))
    body = sftp.request(FSTAT, string(handle), raw_sftp.ATTRS)
    assert body.attrs()["size"] == 9
    body.end()
    status = os.stat(path)
    assert (status.st_size, status.st_mode, status.st_mtime) == (
        9, 0o100600, 44)
    sftp.extended("lsetstat@openssh.com",
                  string("w/link") + attrs(times=(55, 66)))
    assert sftp.stat("w/link", LSTAT)["mtime"] == 66
    assert os.stat(path).st_mtime == 44
    sftp.extended("lsetstat@openssh.com", string("w/file") + attrs(mode=0o640))
    assert os.stat(path).st_mode == 0o100640
    # pairs that nobody knows are read over
    sftp.request(SETSTAT, string("w/file") + u32(0x80000004) + u32(0o644) +
                 u32(1) + string("a@b") + string("c"))
    assert os.stat(path).st_mode == 0o100644


def test_names_are_made_moved_and_removed(sftp):
    top = sftp.top
    sftp.request(MKDIR, string("w/made") + attrs(mode=0o700))
    assert os.stat(f"{top}/made").st_mode & 0o7777 == 0o700
    sftp.request(RENAME, two("made", "moved"))
    sftp.request(RMDIR, string("w/moved"))
    sftp.request(SYMLINK, string("../any where") + string("w/new"))
    assert os.readlink(f"{top}/new") == "../any where"
    assert sftp.name(READLINK, string("w/new")) == b"../any where"
    sftp.request(RENAME, two("new", "new2"))
    sftp.request(REMOVE, string("w/new2"))
    sftp.extended("hardlink@openssh.com", two("file", "hard"))
    assert os.stat(f"{top}/file").st_nlink == 2
    sftp.extended("posix-rename@openssh.com", two("other", "hard"))
    assert os.stat(f"{top}/file").st_nlink == 1
    name = b"w/" + bytes(range(1, 47)) + bytes(range(48, 256))
    sftp.close_handle(sftp.open(name, F_WRITE | F_CREAT))
    assert name[2:] in [entry for entry, _, _ in sftp.list("w")]
    sftp.request(REMOVE, string(name))
    assert sorted(os.listdir(top)) == [
        "closed", "dangling", "dir", "file", "hard", "link", "loop", "root",
        "to_dir"]


def test_paths_are_made_canonical(sftp):
    for path, want in ((".", HOME), ("", HOME), ("w/link", f"{HOME}/w/file"),
                       ("w/to_dir/sub/..", f"{HOME}/w/dir"),
                       ("/../..//home/./alice/", HOME), ("//", "/"),
                       ("w/not_there", f"{HOME}/w/not_there"),
                       ("w/dangling", f"{HOME}/w/nope")):
        assert sftp.realpath(path) == want.encode(), path
    for path, want in (("~", HOME), ("~/w/link", f"{HOME}/w/file"),
                       ("w", f"{HOME}/w"), ("", HOME),
                       ("~alice/..", os.path.dirname(sftp.home))):
        assert sftp.name(EXTENDED, EXPAND + string(path)) == want.encode()
    assert sftp.name(EXTENDED, string("home-directory") +
                     string("")) == sftp.home.encode()


def test_a_listing_has_every_entry_once(sftp):
    for number in range(1500):
        with open(f"{sftp.top}/dir/{number:04}" + "x" * 100, "w"):
            pass
    listed = sftp.list("w/dir")
    assert sorted(name for name, _, _ in listed) == sorted(
        [b".", b"..", b"sub"] + [b"%04d" % number + b"x" * 100
                                 for number in range(1500)])


def test_a_directory_that_is_removed_ends(sftp):
    handle = sftp.request(OPENDIR, string("w/dir/sub"), HANDLE).string()
    sftp.request(RMDIR, string("w/dir/sub"))
    refused(sftp, EOF, "End of file", READDIR, string(handle), NAME)
    sftp.close_handle(handle)


def test_a_listing_looks_like_ls(sftp):
    os.chmod(f"{sftp.top}/file", 0o4755)
    os.utime(f"{sftp.top}/file", (0, 981173106))
    listed = {name: (line, told) for name, line, told in sftp.list("w")}
    line, told = listed[b"file"]
    words = line.split()
    assert words[0] == b"-rwsr-xr-x" and words[1] == b"1"
    assert words[2] in (b"alice", b"2001") and words[4] == b"5"
    assert words[5] == b"Feb" and words[7:] == [b"2001", b"file"]
    assert told["size"] == 5 and told["mode"] == 0o104755
    assert listed[b"link"][0].startswith(b"lrwxrwxrwx")
    assert listed[b"dir"][0].startswith(b"drwx")


def test_file_systems_and_limits_are_told(sftp):
    handle = sftp.open("w/file", F_READ)
    by_path = sftp.extended("statvfs@openssh.com", string("w"),
                            EXTENDED_REPLY)
    by_handle = sftp.extended("fstatvfs@openssh.com", string(handle),
                              EXTENDED_REPLY)
    real = os.statvfs(sftp.top)
    for body in (by_path, by_handle):
        values = [body.u64() for _ in range(11)]
        body.end()
        assert values[0:3] == [real.f_bsize, real.f_frsize, real.f_blocks]
        assert values[5] == real.f_files and values[10] == real.f_namemax
    body = sftp.extended("limits@openssh.com", b"", EXTENDED_REPLY)
    assert [body.u64() for _ in range(3)] == [262144, 261120, 261120]
    assert body.u64() > 0
    body.end()


def test_data_is_copied_between_open_files(sftp):
    data = os.urandom(700_000)
    with open(f"{sftp.top}/big", "wb") as f:
        f.write(data)
    os.chown(f"{sftp.top}/big", ALICE, ALICE)
    source = sftp.open("w/big", F_READ)
    target = sftp.open("w/copy", F_READ | F_WRITE | F_CREAT)
    sftp.extended("copy-data", string(source) + u64(1000) + u64(0) +
                  string(target) + u64(0))
    with open(f"{sftp.top}/copy", "rb") as f:
        assert f.read() == data[1000:]
    sftp.extended("copy-data", string(source) + u64(5) + u64(10) +
                  string(target) + u64(100))
    with open(f"{sftp.top}/copy", "rb") as f:
        f.seek(100)
        assert f.read(10) == data[5:15]
    refused(sftp, FAILURE,
            "Failure: source and destination are the same file", EXTENDED,
            string("copy-data") + string(source) + u64(0) + u64(0) +
            string(sftp.open("w/big", F_WRITE)) + u64(0))
    refused(sftp, *INVALID, EXTENDED, string("copy-data") + string(source) +
            u64(1 << 63) + u64(0) + string(target) + u64(0))


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_digests_of_files_and_their_blocks(sftp, algorithm):
    data = os.urandom(100_000)
    with open(f"{sftp.top}/big", "wb") as f:
        f.write(data)
    offered = string(f"sha999,{algorithm},md5")
    handle = string(sftp.open("w/big", F_READ))
    for name, subject in (("check-file-name", string("w/big")),
                          ("check-file-handle", handle),
                          ("check-file", handle)):
        for offset, length, block in ((0, 0, 0), (10, 5000, 0),
                                      (7, 50000, 1000), (0, 0, 256),
                                      (100_000, 0, 0)):
            body = sftp.extended(name, subject + offered + u64(offset) +
                                 u64(length) + u32(block), EXTENDED_REPLY)
            if name == "check-file":
                assert body.string() == b"check-file"
            assert body.string() == algorithm.encode()
            part = data[offset:offset + length] if length else data[offset:]
            blocks = [part[at:at + block] for at in range(
                0, len(part), block)] if block else [part]
            assert body.data == b"".join(
                hashlib.new(algorithm, each).digest() for each in blocks)


def test_more_digests_than_a_message_holds_are_refused(sftp):
    with open(f"{sftp.top}/file", "wb") as f:
        f.truncate(5_000_000)
    refused(sftp, FAILURE, "Message too long", EXTENDED,
            string("check-file-name") + string("w/file") + string("md5") +
            u64(0) + u64(0) + u32(256), EXTENDED_REPLY)


def _check_without_end(sftp):
    handle = sftp.open("w/file", F_WRITE)
    sftp.request(FSETSTAT, string(handle) + attrs(size=1 << 42))
    return string("check-file-name") + string("w/file") + string("md5") + \
        u64(0) + u64(0) + u32(0)


def _copy_without_end(sftp):
    return string("copy-data") + string(sftp.open("/dev/zero", F_READ)) + \
        u64(0) + u64(0) + string(sftp.open("/dev/null", F_WRITE)) + u64(0)


@pytest.mark.parametrize("start", [_check_without_end, _copy_without_end])
def test_long_work_ends_when_the_client_goes(work, start):
    sftp = start_program()
    sftp.send(EXTENDED, start(sftp))
    try:
        assert sftp.close() in (0, 1)
    finally:
        sftp.process.kill()


def test_owners_have_names(sftp):
    body = sftp.extended("users-groups-by-id@openssh.com", string(
        u32(ALICE) + u32(4242424)) + string(u32(4242424)), EXTENDED_REPLY)
    users, groups = (raw_sftp.Reader(body.string()) for _ in range(2))
    body.end()
    assert users.string() in (b"alice", b"")    # a chroot has no passwd
    assert users.string() == b"" and groups.string() == b""
    users.end()
    groups.end()


LONG_NAME = "a-name-of-a-directory-service@" + "department." * 20 + "example"


@pytest.fixture
def long_names():
    """Of a user and a group that have the same number."""
    before = {}
    for path, line in (("/etc/passwd", "x:4711:4711::/:/bin/sh"),
                       ("/etc/group", "x:4711:")):
        with open(path) as f:
            before[path] = f.read()
        with open(path, "a") as f:
            f.write(f"{LONG_NAME}:{line}\n")
    yield LONG_NAME.encode()
    for path, text in before.items():
        with open(path, "w") as f:
            f.write(text)


def test_long_names_of_owners_are_whole(work, long_names):
    os.chown(f"{work}/file", 4711, 4711)
    with start_program() as sftp:
        line, = [line for name, line, _attrs in sftp.list(work)
                 if name == b"file"]
        assert line.split()[2:4] == [long_names] * 2
        reply = sftp.extended("users-groups-by-id@openssh.com", string(
            u32(4711)) + string(u32(4711)), EXTENDED_REPLY)
        assert reply.data == string(string(long_names)) * 2
        # more than a reply can hold
        many = string(u32(4711) * 4096)
        refused(sftp, FAILURE, "Message too long", EXTENDED, string(
            "users-groups-by-id@openssh.com") + many * 2, EXTENDED_REPLY)
        assert sftp.realpath("/") == b"/"


def test_extensions_are_offered_with_their_versions(sftp):
    assert sftp.version == 3
    assert sftp.extensions == {
        "posix-rename@openssh.com": "1", "statvfs@openssh.com": "2",
        "fstatvfs@openssh.com": "2", "hardlink@openssh.com": "1",
        "fsync@openssh.com": "1", "lsetstat@openssh.com": "1",
        "limits@openssh.com": "1", "expand-path@openssh.com": "1",
        "copy-data": "1", "home-directory": "1",
        "users-groups-by-id@openssh.com": "1", "check-file-name": "1",
        "check-file-handle": "1", "check-file": "1"}


# ---- options ------------------------------------------------------------------

@pytest.fixture
def work():
    _fill(f"{HOME}/w")
    yield f"{HOME}/w"
    shutil.rmtree(f"{HOME}/w")


WRITES = [
    ("write", WRITE, NOWHERE + u64(0) + string("x")),
    ("setstat", SETSTAT, string("w/file") + attrs(mode=0o600)),
    ("fsetstat", FSETSTAT, NOWHERE + attrs(mode=0o600)),
    ("remove", REMOVE, string("w/file")),
    ("mkdir", MKDIR, string("w/new") + attrs()),
    ("rmdir", RMDIR, string("w/dir/sub")),
    ("rename", RENAME, two("file", "new")),
    ("symlink", SYMLINK, two("file", "new")),
    ("posix-rename", EXTENDED, POSIX_RENAME + two("file", "new")),
    ("hardlink", EXTENDED, HARDLINK + two("file", "new")),
    ("fsync", EXTENDED, string("fsync@openssh.com") + NOWHERE),
    ("lsetstat", EXTENDED, LSETSTAT + string("w/file") + attrs(mode=0o600)),
    ("copy-data", EXTENDED, string("copy-data") + NOWHERE + u64(0) + u64(0) +
     NOWHERE + u64(0)),
    ("open", raw_sftp.OPEN, opening("w/file", F_WRITE)),
    ("open", raw_sftp.OPEN, opening("w/new", F_READ | F_CREAT)),
    ("open", raw_sftp.OPEN, opening("w/file", F_READ | F_TRUNC)),
]


def _snapshot(top):
    return subprocess.run(["find", top, "-printf", "%p %m %s %l\n"],
                          capture_output=True, check=True).stdout


def test_a_read_only_session_changes_nothing(work, tmp_path):
    before = _snapshot(work)
    with open(tmp_path / "log", "wb") as log, start_program(
            "-R", "-e", "-l", "VERBOSE", stderr=log) as sftp:
        for _name, kind, body in WRITES:
            refused(sftp, *DENIED, kind, body)
        assert sftp.read(sftp.open("w/file", F_READ), 0, 9) == b"hello"
        assert not {"posix-rename@openssh.com", "copy-data"} & set(
            sftp.extensions)
    assert _snapshot(work) == before
    lines = (tmp_path / "log").read_text().splitlines()
    for name, _kind, _body in WRITES:
        assert f"Refusing {name} request in read-only mode" in lines
    # which file it was about
    assert 'open "w/new" flags READ,CREATE mode 0666' in lines


def test_requests_are_denied_and_allowed_by_name(work, tmp_path):
    with open(tmp_path / "log", "wb") as log, start_program(
            "-p", "stat,remove,hardlink", "-P", "remove", "-e", "-l",
            "VERBOSE", stderr=log) as sftp:
        assert sftp.stat("w/file")["size"] == 5
        assert set(sftp.extensions) == {"hardlink@openssh.com"}
        refused(sftp, *DENIED, REMOVE, string("w/file"))
        refused(sftp, *DENIED, LSTAT, string("w/file"))
    lines = (tmp_path / "log").read_text().splitlines()
    assert "Refusing denylisted remove request" in lines
    assert "Refusing non-allowlisted lstat request" in lines


def test_modes_of_new_files_can_be_set(work):
    with start_program("-u", "027") as sftp:
        sftp.open("w/a", F_WRITE | F_CREAT)
        sftp.request(MKDIR, string("w/d") + attrs(mode=0o777))
    with start_program("-m", "664", "-u", "077") as sftp:
        sftp.open("w/b", F_WRITE | F_CREAT, attrs(mode=0o600))
        sftp.request(MKDIR, string("w/e") + attrs(mode=0o777))
    modes = [os.stat(f"{work}/{name}").st_mode & 0o777 for name in "adbe"]
    assert modes == [0o640, 0o750, 0o664, 0o700]


def test_every_request_has_a_name_that_is_in_the_manual():
    names = subprocess.run([program("sftp-server"), "-Q", "requests"],
                           capture_output=True, text=True,
                           check=True).stdout.split()
    assert names[:18] == [
        "open", "close", "read", "write", "lstat", "fstat", "setstat",
        "fsetstat", "opendir", "readdir", "remove", "mkdir", "rmdir",
        "realpath", "stat", "rename", "readlink", "symlink"]
    assert len(names) == len(set(names)) == 32


@pytest.mark.parametrize("options, said", [
    (["-x"], 'unknown option "-x"'), (["-l"], 'option "-l" needs a value'),
    (["-P", "x"], 'unknown request "x"'), (["-h"], "usage: sftp-server"),
    (["-Q", "x"], 'unknown query "x"')])
def test_bad_options_of_the_program_are_named(options, said):
    result = subprocess.run([program("sftp-server"), *options],
                            capture_output=True, text=True,
                            stdin=subprocess.DEVNULL)
    assert result.returncode == 1 and said in result.stderr


def test_the_lines_of_a_session_are_openssh_s(work, tmp_path):
    with open(tmp_path / "log", "wb") as log, start_program(
            "-e", "-l", "VERBOSE", stderr=log) as sftp:
        handle = sftp.open("w/new", F_WRITE | F_CREAT | F_EXCL | F_TRUNC)
        sftp.write(handle, 0, b"123")
        sftp.extended("fsync@openssh.com", string(handle))
        sftp.request(FSETSTAT, string(handle) + attrs(
            size=2, mode=0o100640, times=(0, 0), owner=(ALICE, ALICE)))
        sftp.close_handle(handle)
        sftp.list("w/dir")
        sftp.stat("w/file")
        sftp.stat("w/file", LSTAT)
        refused(sftp, *NO_FILE, REMOVE, string("w/nope"))
        sftp.request(RENAME, two("new", "new2"))
        sftp.open("w/new2", F_READ | F_APPEND)
        sftp.request(OPENDIR, string("w"), HANDLE)
        for path in ("~alice/x", "~nobody-of-this-name"):
            sftp.send(EXTENDED, EXPAND + string(path))
            sftp.receive()
        sftp.send(EXTENDED, string("what\n"))
        sftp.receive()
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines == [
        "session opened for local user alice from [192.0.2.1]",
        "received client version 3",
        'open "w/new" flags WRITE,CREATE,TRUNCATE,EXCL mode 0666',
        'fsync "w/new"', 'set "w/new" size 2', 'set "w/new" mode 100640',
        'set "w/new" modtime 19700101-00:00:00',
        'set "w/new" owner 2001 group 2001',
        'close "w/new" bytes read 0 written 3', 'opendir "w/dir"',
        'closedir "w/dir"', 'stat name "w/file"', 'lstat name "w/file"',
        'remove name "w/nope"', "sent status No such file",
        'rename old "w/new" new "w/new2"',
        'open "w/new2" flags READ,APPEND mode 0666', 'opendir "w"',
        'expand "/home/alice/x"', 'expand "~nobody-of-this-name"',
        "sent status No such file",
        'Unknown extended request "what\\n"',
        "sent status Operation unsupported",
        'forced close "w/new2" bytes read 0 written 0',
        'forced closedir "w"',
        "session closed for local user alice from [192.0.2.1]"]


# ---- hostile and unlucky clients ------------------------------------------------

def _ends(session):
    """The exit status, and that nothing but replies came before it."""
    while session.receive() is not None:
        pass
    return session.process.wait(60)


@pytest.mark.parametrize("data", [
    u32(0), u32(262145) + bytes(100), u32(0xffffffff), string(b"\x03"),
    string(b"\x03\0\0\0"), string(b"\x01\0\0")],
    ids=["empty", "long", "longest", "no-id", "short-id", "init"])
def test_a_message_without_sense_ends_the_session(data, tmp_path):
    with open(tmp_path / "log", "wb") as log:
        session = start_program("-e", stderr=log)
        session.send_raw(data)
        assert _ends(session) == 11
    assert "bad message from 192.0.2.1 local user alice" in (
        tmp_path / "log").read_text()


def test_requests_before_init_end_the_session():
    session = start_program(init=False)
    session.send(raw_sftp.STAT, string("/"))
    assert _ends(session) == 11


def test_init_may_carry_extensions_and_any_version():
    session = start_program(init=False)
    session.init(6, string("newline@vandyke.com") + string("\n"))
    assert session.version == 3
    assert session.close() == 0


def test_a_client_that_never_reads_is_not_read_from_either(work):
    """Requests find room in pipes and buffers, and then no more."""
    with open(f"{work}/file", "wb") as f:
        f.write(bytes(262144))
    session = start_program()
    handle = session.open("w/file", F_READ)
    stdin = session.process.stdin.fileno()
    os.set_blocking(stdin, False)
    request = string(bytes([READ]) + u32(1) + string(handle) + u64(0) +
                     u32(8192))
    requests = request * 100_000
    sent = 0
    poll = select.poll()
    poll.register(stdin, select.POLLOUT)
    while poll.poll(1000):
        sent += os.write(stdin, requests[sent:sent + 10000])
        assert sent < 3_000_000
    with open(f"/proc/{session.process.pid}/status") as f:
        resident_kib = int(next(line for line in f if line.startswith(
            "VmRSS")).split()[1])
    assert resident_kib < 6000
    # once it reads, all of it is answered
    with ThreadPoolExecutor(1) as pool:
        pool.submit(session.process.stdin.close)
        count = 0
        while session.receive() is not None:
            count += 1
    assert count == sent // len(request)
    assert session.process.wait(60) == 0


def test_descriptors_run_out_with_an_error_and_come_back(work):
    session = start_program()
    handles = []
    with pytest.raises(Status) as caught:
        while True:
            handles.append(session.open("w/file", F_READ))
    assert (caught.value.code, caught.value.text) == (
        FAILURE, "Too many open files")
    session.close_handle(handles.pop())
    handles.append(session.open("w/file", F_READ))
    assert session.read(handles[0], 0, 9) == b"hello"
    assert session.close() == 0


def test_a_full_disk_is_told_in_words(work):
    os.mkdir(f"{work}/small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777",
                    "tmpfs", f"{work}/small"], check=True)
    try:
        with start_program() as sftp:
            handle = sftp.open("w/small/file", F_WRITE | F_CREAT)
            refused(sftp, FAILURE, "No space left on device", WRITE,
                    string(handle) + u64(0) + string(bytes(200_000)))
            sftp.close_handle(handle)
    finally:
        subprocess.run(["umount", f"{work}/small"], check=True)


def test_an_idle_session_gives_its_buffers_back(work):
    def resident_kib():
        with open(f"/proc/{session.process.pid}/smaps_rollup") as f:
            return int(next(line for line in f if line.startswith(
                "Private_Dirty")).split()[1])

    with open(f"{work}/file", "wb") as f:
        f.write(bytes(3_000_000))
    with start_program() as session:
        handle = session.open("w/file", F_READ)
        for _ in range(10):
            session.send(READ, string(handle) + u64(0) + u32(261120))
        for _ in range(10):
            session.receive()
        wait_until(lambda: resident_kib() < 400, what="little memory")
