# SPDX-License-Identifier: ISC
"""The message table between the processes, and messages made by hand.

The table comes from the program ipc_table, which prints lib/ipc/messages.h.
"""

import json
import os
import select
import socket
import struct
import subprocess

from wire import Reader, string, u8, u32, u64

BUILD = os.environ.get("POSTERN_BUILD", "/nonexistent")
MESSAGE_MAX = 196608
NUMBERS = {"u8": u8, "u32": u32, "u64": u64}


def program(name):
    return os.path.join(BUILD, "regress", "abuse", name)


class Row:
    def __init__(self, fields):
        self.__dict__.update(fields)


ROWS = {row["name"]: Row(row) for row in json.loads(subprocess.run(
    [program("ipc_table")], capture_output=True, check=True).stdout)}
BY_ID = {row.id: row for row in ROWS.values()}


def encode(name, /, **values):
    """The datagram; fields that are not given are zero or empty."""
    row = ROWS[name]
    data = u8(row.id)
    for field, kind, _limit in row.fields:
        if kind == "str":
            data += string(values.pop(field, b""))
        else:
            data += NUMBERS[kind](values.pop(field, 0))
    assert not values, f"{name} has no {values}"
    return data


def decode(data):
    """(name, fields) of a datagram."""
    row, r, values = BY_ID[data[0]], Reader(data[1:]), {}
    for field, kind, _limit in row.fields:
        values[field] = r.string() if kind == "str" else getattr(r, kind)()
    assert r.rest() == b""
    return row.name, values


def bent_datagrams(row, good):
    """Malformed variants of a datagram, by name."""
    whole = encode(row.name, **good)
    for cut in {1, 2, 4, 5, len(whole) // 2, len(whole) - 1}:
        if 0 < cut < len(whole):
            yield f"cut_at_{cut}", whole[:cut]
    yield "trailing", whole + b"\0"
    for field, kind, limit in row.fields:
        if kind != "str":
            continue
        if limit < 190000:
            long = dict(good)
            long[field] = b"A" * (limit + 1)
            yield f"{field}_too_long", encode(row.name, **long)
        # the length of this field lies
        at = 1
        for name, other, _ in row.fields:
            if name == field:
                break
            at += 4 + len(good.get(name, b"")) if other == "str" else \
                {"u8": 1, "u32": 4, "u64": 8}[other]
        yield f"{field}_length", whole[:at] + u32(2 ** 32 - 1) + \
            whole[at + 4:]


class Ended(Exception):
    """The other process closed the socket."""


class Channel:
    """A socket to a monitor or a session process."""

    def __init__(self, fd, timeout=60):
        self.sock = socket.socket(fileno=fd)
        self.sock.settimeout(timeout)

    def close(self):
        self.sock.close()

    def send_raw(self, data, fds=()):
        try:
            socket.send_fds(self.sock, [data], list(fds))
        except ConnectionError:
            raise Ended from None

    def send(self, name, /, fds=(), **values):
        self.send_raw(encode(name, **values), fds)

    def recv_raw(self):
        """(datagram, descriptors)."""
        try:
            data, fds, _flags, _ = socket.recv_fds(self.sock, MESSAGE_MAX, 8)
        except ConnectionError:
            raise Ended from None
        if not data:
            raise Ended
        return data, fds

    def recv(self, expected=None):
        """(fields, descriptors) of the next message, or (name, ...)."""
        data, fds = self.recv_raw()
        name, values = decode(data)
        if expected is None:
            return name, values, fds
        assert name == expected, (name, values)
        return values, fds

    def ask(self, name, answer, /, **values):
        self.send(name, **values)
        return self.recv(answer)[0]

    def monitor_pid(self):
        """Of the process that made the pair."""
        credentials = self.sock.getsockopt(socket.SOL_SOCKET,
                                           socket.SO_PEERCRED, 12)
        return struct.unpack_from("i", credentials)[0]

    def ready(self):
        return bool(select.select([self.sock], [], [], 0)[0])

    def wait_for_end(self):
        """Reads until the other process has closed; what it said."""
        said = []
        try:
            while True:
                name, values, fds = self.recv()
                for fd in fds:
                    os.close(fd)
                said.append((name, values))
        except Ended:
            return said
