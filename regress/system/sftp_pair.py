# SPDX-License-Identifier: ISC
"""Two SFTP servers that are asked the same, each on a copy of one tree.

Each runs in a root directory of its own, so that all names mean the same to
both and a server with root's rights harms nothing. What is compared is what a
client can see: replies, log lines, and what became of the tree.
"""

import contextlib
import hashlib
import os
import random
import re
import select
import shutil
import socket
import stat
import struct
import subprocess
import time

import isolated
import raw_sftp
from raw_sftp import (ATTRS, DATA, EXTENDED, EXTENDED_REPLY, HANDLE, NAME,
                      STATUS, attrs, string, u32, u64)
from server import program

USERS = {"alice": 2001, "root": 0}
DEBIAN = "/usr/lib/openssh/sftp-server"
OURS = "/sftp-server"
LONG = b"n" * 255
BUSY_S = 60     # of one request, on a busy machine

# the root directory, the user's number, and the command
START = """\
mount --bind -o ro /usr "$1/usr" && mount --bind /proc "$1/proc" &&
mount --bind "$1/pair/mounted" "$1/pair/mounted" &&
mount -o remount,bind,ro "$1/pair/mounted" &&
exec chroot --userspec="$2:$2" --groups= "$1" /bin/sh -c \
    'shift 2 && cd /pair/home && exec "$@"' sh "$@"
"""


def fill(top):
    """One of everything, on a file system of its own."""
    def make(name, content=b"", mode=0o644, owner=2001, times=(1e9, 1e9)):
        path = os.path.join(os.fsencode(top), b"home", name)
        with open(path, "wb") as out:
            out.write(content)
        done(path, mode, owner, times)

    def done(path, mode, owner, times=(1e9, 1e9)):
        os.chown(path, owner, owner, follow_symlinks=False)
        if mode is not None:
            os.chmod(path, mode)
        os.utime(path, times, follow_symlinks=False)

    def folder(name, mode=0o755, owner=2001):
        os.mkdir(f"{top}/home/{name}")
        later.append((f"{top}/home/{name}", mode, owner))

    later = []
    os.makedirs(f"{top}/home")
    os.mkdir(f"{top}/mounted")
    with open(f"{top}/mounted/file", "wb") as out:
        out.write(b"read only")
    done(f"{top}/mounted/file", 0o666, 2001)
    done(f"{top}/mounted", 0o777, 2001)
    os.symlink("../mounted", f"{top}/home/ro")
    make(b"file", b"hello\n")
    make(b"big", random.Random(1).randbytes(300_000))
    make(b"empty")
    make(b"unreadable", b"x", 0o200)
    make(b"unwritable", b"y", 0o400)
    make(b"closed", b"z", 0)
    make(b"roots", b"root's", 0o644, 0)
    make(b"secret", b"root's own", 0o600, 0)
    make(b"setuid", b"#!", 0o4755)
    make(b"old", b"old", times=(-5, -7))
    make(b"future", b"late", times=(5e9, 6e9))
    for name in (b"new\nline", b"caf\xe9\xff", b"back\\slash", b'quo"te',
                 b"*", b"-l", b"~", b"~alice", b"a b", b"\x01\x7f", LONG):
        make(name, b"odd")
    for name, mode, owner in (
            ("dir", 0o755, 2001), ("dir/sub", 0o755, 2001),
            ("dir/sub/deep", 0o755, 2001), ("void", 0o755, 2001),
            ("shut", 0, 2001), ("blind", 0o311, 2001), ("dead", 0o444, 2001),
            ("rootdir", 0o755, 0), ("sticky", 0o1777, 0),
            ("setgid", 0o2775, 2001)):
        folder(name, mode, owner)
    for name, owner in ((b"dir/a", 2001), (b"dir/sub/b", 2001),
                        (b"shut/x", 2001), (b"blind/x", 2001),
                        (b"dead/x", 2001), (b"rootdir/x", 0),
                        (b"sticky/root", 0), (b"sticky/mine", 2001)):
        make(name, name, owner=owner)
    for target, name in ((b"file", b"link"), (b"dir", b"todir"),
                         (b"dir/", b"toslash"), (b"nope", b"dangling"),
                         (b"loop", b"loop"), (b"ring2", b"ring1"),
                         (b"ring1", b"ring2"), (b"/pair/home/file", b"abs"),
                         (b"/etc/passwd", b"outside"), (b"..", b"up"),
                         (b"dir/../file", b"dots"), (b"nope/x", b"far"),
                         (b"file/", b"filedir"), (b"shut/x", b"toshut")):
        path = os.path.join(os.fsencode(top), b"home", name)
        os.symlink(target, path)
        done(path, None, 2001)
    os.link(f"{top}/home/file", f"{top}/home/twin")
    os.mkfifo(f"{top}/home/fifo")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as sock:
        sock.bind(f"{top}/home/socket")
    for name, minor in (("null", 3), ("zero", 5), ("full", 7)):
        os.mknod(f"{top}/home/{name}", 0o666 | stat.S_IFCHR,
                 os.makedev(1, minor))
        os.chmod(f"{top}/home/{name}", 0o666)
    for name in ("fifo", "socket", "null", "zero", "full"):
        done(f"{top}/home/{name}", None, 2001)
    make(b"fixed", b"immutable")
    make(b"grows", b"append only")
    for flag, name in (("+i", "fixed"), ("+a", "grows")):
        subprocess.run(["chattr", flag, f"{top}/home/{name}"], check=True)
    later.append((f"{top}/home", 0o755, 2001))
    later.append((top, 0o755, 0))
    for path, mode, owner in reversed(later[:-2]):
        done(path, mode, owner)
    for path, mode, owner in later[-2:]:
        done(path, mode, owner)


@contextlib.contextmanager
def root_directory(path):
    """With all that programs need, and the tree as /pair."""
    os.makedirs(path, exist_ok=True)
    isolated.mount("-t", "tmpfs", "-o", "noatime,size=64m,mode=755", "tmpfs",
                   path)
    try:
        for name in ("usr", "etc", "proc", "dev", "pair"):
            os.mkdir(f"{path}/{name}")
        os.mknod(f"{path}/dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.chmod(f"{path}/dev/null", 0o666)
        for name in ("bin", "lib", "lib64"):
            os.symlink(f"usr/{name}", f"{path}/{name}")
        for name in ("passwd", "group"):
            shutil.copy(f"/etc/{name}", f"{path}/etc/{name}")
        shutil.copy(program("sftp-server"), path + OURS)
        fill(f"{path}/pair")
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


@contextlib.contextmanager
def mounted(path):
    """What START does for servers that start themselves."""
    where = f"{path}/pair/mounted"
    isolated.mount("--bind", where, where)
    try:
        isolated.mount("-o", "remount,bind,ro", where)
        yield
    finally:
        subprocess.run(["umount", "-l", where], check=True)


def recent(seconds):
    """A time that says no more than that something happened just now."""
    return "now" if abs(seconds - time.time()) < 3600 else seconds


def snapshot(top):
    """What can be seen in the tree."""
    found = {}
    top = os.fsencode(top)
    for folder, folders, files in os.walk(top):
        for name in [b"."] + folders + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            more = ()
            if stat.S_ISLNK(st.st_mode):
                more = (os.readlink(path),)
            elif stat.S_ISREG(st.st_mode):
                if st.st_size < 1 << 24:
                    with open(path, "rb") as f:
                        more = (st.st_size, hashlib.md5(f.read()).hexdigest())
                else:
                    more = (st.st_size,)
            found[path[len(top):]] = (
                oct(st.st_mode), st.st_uid, st.st_gid, st.st_nlink,
                recent(st.st_mtime), *more)
    return found


class Side:
    """One of the two servers."""

    HAS_LOG = True

    def __init__(self, root, command, user, log):
        self.root, self.log, self.handles = root, log, {}
        with open(log, "wb") as out:
            self.sftp = self.start(command, user, out)
        self.fd = self.sftp.process.stdout.fileno()

    def start(self, command, user, stderr):
        return raw_sftp.run(
            "unshare", "--mount", "sh", "-c", START, "sh", self.root,
            str(USERS[user]), *command, stderr=stderr,
            env={"SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22",
                 "PATH": os.environ["PATH"], "TZ": "UTC"})

    def handle(self, slot):
        return string(self.handles.get(slot, b"\0\0\0\x63\0\0\0\x63"))

    def ask(self, request):
        """The reply in words that don't depend on the server."""
        self.sftp.send(request.kind, request.body(self))
        return self.answer(request)

    def answer(self, request):
        if not select.select([self.fd], [], [], BUSY_S)[0]:
            return ("no answer",)
        reply = self.sftp.receive()
        if reply is None:
            return ("ended", self.sftp.process.wait(60))
        kind, _number, body = reply
        if kind == STATUS:
            code, text = body.u32(), body.string()
            if request.kind == raw_sftp.CLOSE:
                self.handles.pop(request.parts[0], None)
            return ("status", code, text)
        if kind == HANDLE:
            self.handles[request.slot] = body.string()
            return ("handle",)
        if kind == DATA:
            data = body.string()
            return ("data", len(data), hashlib.md5(data).hexdigest())
        if kind == ATTRS:
            return ("attrs", _seen(body.attrs()))
        if kind == NAME:
            return ("names", sorted(
                (name, _line(line, found), _seen(found))
                for name, line, found in body.names()))
        if kind == EXTENDED_REPLY:
            return ("reply", request.read_reply(body))
        return ("odd", kind)

    def end(self):
        """The exit status and the log."""
        if self.sftp.process.poll() is None and select.select(
                [self.fd], [], [], 0)[0] == []:
            self.sftp.process.stdin.close()
        try:
            status = self.sftp.process.wait(60)
        except subprocess.TimeoutExpired:
            self.sftp.process.kill()
            status = self.sftp.process.wait()
        self.sftp.process.stdout.close()
        with open(self.log, errors="backslashreplace") as f:
            return status, f.read().splitlines()


class LockedSide(Side):
    """Our server under SftpRoot."""

    HAS_LOG = False

    def __init__(self, root, server, identity, log):
        self.identity = identity
        super().__init__(root, server, "alice", log)

    def start(self, server, user, stderr):
        return raw_sftp.Sftp(server.popen(user, self.identity, "sftp",
                                          options=["-s"], stderr=stderr))


def _seen(found):
    return tuple((key, recent(value) if key.endswith("time") else value)
                 for key, value in sorted(found.items()))


def _line(line, found):
    """Without a date that is now."""
    if recent(found.get("mtime", 0)) == "now":
        line = re.sub(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d", b"now", line, 1)
    return line


# ---- requests ----------------------------------------------------------------

NAMES = {number: name.lower() for name, number in vars(raw_sftp).items()
         if name.isupper() and isinstance(number, int)
         and name in ("OPEN", "CLOSE", "READ", "WRITE", "LSTAT", "FSTAT",
                      "SETSTAT", "FSETSTAT", "OPENDIR", "READDIR", "REMOVE",
                      "MKDIR", "RMDIR", "REALPATH", "STAT", "RENAME",
                      "READLINK", "SYMLINK")}


class Slot(int):
    """Stands for the handle that a side has at this place."""


class Request:
    """parts: bytes as they are sent, and Slots."""

    def __init__(self, kind, *parts, slot=None, words=(), extension=None):
        self.kind, self.parts, self.slot = kind, parts, slot
        self.extension = extension
        self.name = extension or NAMES[kind]
        self.words = words

    def body(self, side):
        head = string(self.extension) if self.extension else b""
        return head + b"".join(
            side.handle(part) if isinstance(part, Slot) else part
            for part in self.parts)

    def read_reply(self, body):
        """Numbers of a file system, without its identity."""
        if not self.extension.endswith("statvfs@openssh.com"):
            return body.data
        values = struct.unpack(">11Q", body.data)
        return values[:8] + values[9:]

    def __repr__(self):
        return f"{self.name}{self.words}"


FILES = [b"file", b"big", b"empty", b"unreadable", b"unwritable", b"closed",
         b"roots", b"secret", b"setuid", b"old", b"future", b"new\nline",
         b"caf\xe9\xff", b"back\\slash", b'quo"te', b"*", b"-l", b"~",
         b"~alice", b"a b", b"\x01\x7f", LONG, b"fixed", b"grows", b"twin",
         b"null", b"zero", b"full", b"socket", b"dir/a", b"dir/sub/b",
         b"shut/x", b"blind/x", b"dead/x", b"rootdir/x", b"sticky/root",
         b"sticky/mine", b"ro/file", b"made", b"made2", b"dir/made",
         b"rootdir/made", b"sticky/made", b"ro/made", b"blind/made"]
LINKS = [b"link", b"todir", b"toslash", b"dangling", b"loop", b"ring1",
         b"abs", b"outside", b"up", b"dots", b"far", b"filedir", b"toshut",
         b"todir/a", b"up/home/file", b"todir/made", b"madelink"]
FOLDERS = [b"dir", b"dir/sub", b"dir/sub/deep", b"void", b"shut", b"blind",
           b"dead", b"rootdir", b"sticky", b"setgid", b"ro", b"madedir",
           b"void/made", b"/pair", b"/", b"/pair/mounted"]
ODD = [b"", b".", b"..", b"/", b"//", b"./", b"../", b"dir/", b"file/",
       b"dir/.", b"dir/..", b"file/.", b"file/..", b"link/", b"todir/",
       b"nope", b"nope/x", b"nope/", b"file/x", b"dangling/x", b"loop/x",
       b"//pair//home//file", b"./file", b"dir/./a", b"dir/../file",
       b"nope/../file", b"../home/file", b"../../../../../pair/home/file",
       LONG + b"n", b"p/" * 2100, b"/" * 4095, b"/" * 4096, b"./" * 2047,
       b"./" * 2000 + b"file", b"dir/sub/../../dir/a", b"todir/..",
       b"up/..", b"dangling/", b"madedir/", b"made/", b"void/",
       b"madedir/made", b"/pair/home", b"...", b"-", b"%", b"~/x"]
OFFSETS = [0, 0, 0, 1, 5, 6, 7, 4096, 299_999, 300_000, 1 << 31,
           (1 << 32) - 1, 1 << 32, (1 << 40), (1 << 63) - 1, 1 << 63,
           (1 << 64) - 1]
WRITE_OFFSETS = [0, 0, 1, 5, 4096, 299_999, (1 << 63) - 1, 1 << 63,
                 (1 << 64) - 1, (1 << 63) - 2]
LENGTHS = [0, 1, 5, 6, 100, 4096, 32768, 65536, 261_120, 262_144, 300_000,
           (1 << 31), (1 << 32) - 1]
MODES = [0, 0o644, 0o600, 0o777, 0o4755, 0o2755, 0o1777, 0o7777, 0o100644,
         0o40755, 0o400, 0o200, 0xffffffff, 0o20644]
TIMES = [0, 1, 1_000_000_000, (1 << 31) - 1, 1 << 31, (1 << 32) - 1]
SIZES = [0, 1, 5, 6, 100_000, 1 << 33, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
IDS = [0, 1, 2001, 2002, 65534, (1 << 32) - 1]


class Maker:
    """Requests that make sense, one after the other, from a seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def path(self):
        dice = self.dice
        kind = dice.random()
        if kind < 0.45:
            path = dice.choice(FILES)
        elif kind < 0.6:
            path = dice.choice(LINKS)
        elif kind < 0.75:
            path = dice.choice(FOLDERS)
        else:
            return dice.choice(ODD)
        more = dice.random()
        if more < 0.05:
            path += b"/"
        elif more < 0.1 and not path.startswith(b"/"):
            path = dice.choice([b"./", b"/pair/home/", b"../home/",
                                b"todir/../"]) + path
        return path

    def slot(self):
        return Slot(self.dice.randrange(6))

    def attrs(self):
        dice = self.dice
        if dice.random() < 0.4:
            return {}
        one = {}
        if dice.random() < 0.3:
            one["size"] = dice.choice(SIZES)
        if dice.random() < 0.2:
            one["owner"] = (dice.choice(IDS), dice.choice(IDS))
        if dice.random() < 0.5:
            one["mode"] = dice.choice(MODES)
        if dice.random() < 0.4:
            one["times"] = (dice.choice(TIMES), dice.choice(TIMES))
        return one

    def open(self):
        path, flags = self.path(), self.dice.randrange(64)
        if self.dice.random() < 0.5:
            flags |= self.dice.choice([1, 2, 3])
        one, slot = self.attrs(), self.slot()
        return Request(raw_sftp.OPEN, string(path), u32(flags), attrs(**one),
                       slot=slot, words=(path, flags, one, slot))

    def _with_handle(self, kind, *more, words=(), extension=None):
        slot = self.slot()
        return Request(kind, slot, *more, words=(slot, *words),
                       extension=extension)

    def close(self):
        return self._with_handle(raw_sftp.CLOSE)

    def read(self):
        at, size = self.dice.choice(OFFSETS), self.dice.choice(LENGTHS)
        return self._with_handle(raw_sftp.READ, u64(at), u32(size),
                                 words=(at, size))

    def write(self):
        at = self.dice.choice(WRITE_OFFSETS)
        size = self.dice.choice([0, 1, 5, 1000, 32768, 261_120])
        return self._with_handle(
            raw_sftp.WRITE, u64(at), string(random.Random(size).randbytes(
                size)), words=(at, size))

    def fstat(self):
        return self._with_handle(raw_sftp.FSTAT)

    def readdir(self):
        return self._with_handle(raw_sftp.READDIR)

    def fsetstat(self):
        one = self.attrs()
        return self._with_handle(raw_sftp.FSETSTAT, attrs(**one),
                                 words=(one,))

    def fstatvfs(self):
        return self._with_handle(EXTENDED, extension="fstatvfs@openssh.com")

    def fsync(self):
        return self._with_handle(EXTENDED, extension="fsync@openssh.com")

    def copy_data(self):
        dice = self.dice
        at, size, to = (dice.choice([0, 1, 5, 6, 299_999, 300_000, 1 << 40,
                                     1 << 63, (1 << 64) - 1])
                        for _ in range(3))
        if size == 0 or size > 300_000:     # a device or a hole has no end
            size = 300_000
        one, two = self.slot(), self.slot()
        return Request(EXTENDED, one, u64(at), u64(size), two,
                       u64(min(to, 1 << 63)), extension="copy-data",
                       words=(one, at, size, two, to))

    def _with_path(self, kind, *more, words=(), extension=None, slot=None):
        path = self.path()
        return Request(kind, string(path), *more, words=(path, *words),
                       extension=extension, slot=slot)

    def opendir(self):
        slot = self.slot()
        return self._with_path(raw_sftp.OPENDIR, slot=slot, words=(slot,))

    def lstat(self):
        return self._with_path(raw_sftp.LSTAT)

    def stat(self):
        return self._with_path(raw_sftp.STAT)

    def setstat(self):
        one = self.attrs()
        return self._with_path(raw_sftp.SETSTAT, attrs(**one), words=(one,))

    def lsetstat(self):
        one = self.attrs()
        return self._with_path(EXTENDED, attrs(**one), words=(one,),
                               extension="lsetstat@openssh.com")

    def remove(self):
        return self._with_path(raw_sftp.REMOVE)

    def mkdir(self):
        one = self.attrs()
        return self._with_path(raw_sftp.MKDIR, attrs(**one), words=(one,))

    def rmdir(self):
        return self._with_path(raw_sftp.RMDIR)

    def realpath(self):
        return self._with_path(raw_sftp.REALPATH)

    def readlink(self):
        return self._with_path(raw_sftp.READLINK)

    def statvfs(self):
        return self._with_path(EXTENDED, extension="statvfs@openssh.com")

    def expand(self):
        path = self.dice.choice([b"~", b"~/", b"~/x", b"~alice", b"~alice/x",
                                 b"~root", b"~nosuch", b"~alice/../..",
                                 b"~//x", self.path(), self.path()])
        return Request(EXTENDED, string(path), words=(path,),
                       extension="expand-path@openssh.com")

    def _two(self, kind, extension=None):
        one, two = self.path(), self.path()
        if self.dice.random() < 0.3:
            one = self.dice.choice(FILES)
            two = self.dice.choice([b"made", b"made2", b"madedir",
                                    b"dir/made", b"sticky/made"])
        return Request(kind, string(one), string(two), words=(one, two),
                       extension=extension)

    def rename(self):
        return self._two(raw_sftp.RENAME)

    def symlink(self):
        return self._two(raw_sftp.SYMLINK)

    def posix_rename(self):
        return self._two(EXTENDED, "posix-rename@openssh.com")

    def hardlink(self):
        return self._two(EXTENDED, "hardlink@openssh.com")

    def limits(self):
        return Request(EXTENDED, extension="limits@openssh.com")

    EVERY = ("open open open open close close read read read write write "
             "fstat readdir readdir fsetstat fstatvfs fsync copy_data "
             "opendir lstat stat setstat setstat lsetstat remove mkdir "
             "mkdir rmdir realpath realpath readlink statvfs expand rename "
             "rename symlink posix_rename hardlink limits").split()

    def next(self):
        return getattr(self, self.dice.choice(self.EVERY))()
