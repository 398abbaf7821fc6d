# SPDX-License-Identifier: ISC
"""A client of SFTP version 3 that sends whatever it is told to."""

import os
import struct
import subprocess

(INIT, VERSION, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT,
 OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, REALPATH, STAT, RENAME, READLINK,
 SYMLINK) = range(1, 21)
STATUS, HANDLE, DATA, NAME, ATTRS = range(101, 106)
EXTENDED, EXTENDED_REPLY = 200, 201
(OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE,
 NO_CONNECTION, CONNECTION_LOST, OP_UNSUPPORTED) = range(9)
F_READ, F_WRITE, F_APPEND, F_CREAT, F_TRUNC, F_EXCL = 1, 2, 4, 8, 16, 32
MESSAGE_MAX = 262144
DATA_MAX = 261120


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def string(value):
    value = os.fsencode(value) if not isinstance(value, bytes) else value
    return u32(len(value)) + value


def attrs(size=None, owner=None, mode=None, times=None):
    flags, body = 0, b""
    if size is not None:
        flags, body = flags | 1, body + u64(size)
    if owner is not None:
        flags, body = flags | 2, body + u32(owner[0]) + u32(owner[1])
    if mode is not None:
        flags, body = flags | 4, body + u32(mode)
    if times is not None:
        flags, body = flags | 8, body + u32(times[0]) + u32(times[1])
    return u32(flags) + body


class Reader:
    """Walks over the body of a reply."""

    def __init__(self, data):
        self.data = data

    def take(self, count):
        assert len(self.data) >= count, "the reply is too short"
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def u32(self):
        return struct.unpack(">I", self.take(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.take(8))[0]

    def string(self):
        return self.take(self.u32())

    def attrs(self):
        flags = self.u32()
        found = {}
        if flags & 1:
            found["size"] = self.u64()
        if flags & 2:
            found["uid"], found["gid"] = self.u32(), self.u32()
        if flags & 4:
            found["mode"] = self.u32()
        if flags & 8:
            found["atime"], found["mtime"] = self.u32(), self.u32()
        return found

    def names(self):
        return [(self.string(), self.string(), self.attrs())
                for _ in range(self.u32())]

    def end(self):
        assert not self.data, "bytes are left over"


class Status(Exception):
    """An answer that is a status other than OK."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


class Sftp:
    """One session on the two pipes of a process."""

    def __init__(self, process, init=True):
        self.process = process
        self.next_id = 0
        self.extensions = {}
        if init:
            self.init()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        """Ends the session; the exit status of the process."""
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        return self.process.wait(60)

    def send_raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, kind, body):
        """Sends a request without waiting; returns its id."""
        self.next_id += 1
        self.send_raw(string(bytes([kind]) + u32(self.next_id) + body))
        return self.next_id

    def receive(self):
        """(type, id, Reader); None at the end."""
        head = self.process.stdout.read(4)
        if len(head) < 4:
            return None
        message = self.process.stdout.read(struct.unpack(">I", head)[0])
        return message[0], struct.unpack(">I", message[1:5])[0], Reader(
            message[5:])

    def init(self, version=3, extra=b""):
        self.send_raw(string(bytes([INIT]) + u32(version) + extra))
        kind, self.version, body = self.receive()
        assert kind == VERSION
        while body.data:
            name = body.string().decode()
            self.extensions[name] = body.string().decode()

    def request(self, kind, body, want=STATUS):
        """The Reader of the answer; raises Status for a failure."""
        number = self.send(kind, body)
        reply = self.receive()
        assert reply is not None, "the session ended"
        got, reply_id, reader = reply
        assert reply_id == number
        if got == STATUS:
            code, text = reader.u32(), reader.string().decode()
            reader.string()
            reader.end()
            if want != STATUS or code != OK:
                raise Status(code, text)
            return reader
        assert got == want
        return reader

    def extended(self, name, body, want=STATUS):
        return self.request(EXTENDED, string(name) + body, want)

    # ---- what tests ask most ----------------------------------------------

    def open(self, path, flags, attributes=attrs()):
        return self.request(OPEN, string(path) + u32(flags) + attributes,
                            HANDLE).string()

    def close_handle(self, handle):
        self.request(CLOSE, string(handle))

    def read(self, handle, offset, length):
        return self.request(READ, string(handle) + u64(offset) + u32(length),
                            DATA).string()

    def write(self, handle, offset, data):
        self.request(WRITE, string(handle) + u64(offset) + string(data))

    def stat(self, path, kind=STAT):
        return self.request(kind, string(path), ATTRS).attrs()

    def name(self, kind, body):
        reader = self.request(kind, body, NAME)
        (name, _long, _attrs), = reader.names()
        reader.end()
        return name

    def realpath(self, path):
        return self.name(REALPATH, string(path))

    def list(self, path):
        """Every entry: (name, long name, attributes)."""
        handle = self.request(OPENDIR, string(path), HANDLE).string()
        found = []
        try:
            while True:
                found += self.request(READDIR, string(handle), NAME).names()
        except Status as status:
            assert status.code == EOF
        self.close_handle(handle)
        return found


def run(program, *options, init=True, **kwargs):
    """A session with a program that is started here."""
    kwargs.setdefault("stderr", subprocess.DEVNULL)
    return Sftp(subprocess.Popen(
        [program, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        **kwargs), init)


def over_ssh(server, user, identity, init=True):
    """A session over ssh with the subsystem sftp of a server."""
    return Sftp(server.popen(user, identity, "sftp", options=["-s"],
                             stderr=subprocess.DEVNULL), init)
