# SPDX-License-Identifier: ISC
"""Operations on names that are exchanged meanwhile, under a tracer.

The tree has a directory d, and beside the tree lie a file secret, which
begins with SECRET, and a file etc/passwd.
"""

import contextlib
import os
import re
import subprocess

from raw_sftp import (F_CREAT, F_READ, F_TRUNC, F_WRITE, HANDLE, MKDIR, OPEN,
                      REMOVE, RENAME, SETSTAT, STAT, Status, attrs, string,
                      u32)
from tracing import strace

SECRET = b"the secret outside"

# renameat2(RENAME_EXCHANGE) is not in Python
SWAP = """
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
a, b = (os.fsencode(p) for p in sys.argv[1:])
while True:
    libc.renameat2(-100, a, -100, b, 2)
    time.sleep(0.0001)
"""


@contextlib.contextmanager
def _swapping(folder, outside):
    """Exchanges a directory and a link that leads out, all the time."""
    os.symlink(outside, f"{folder}/swap")
    with subprocess.Popen(["python3", "-c", SWAP, f"{folder}/d",
                           f"{folder}/swap"]) as process:
        try:
            yield
        finally:
            process.terminate()


def _requests(base, n):
    path = f"{base}/d/secret" if n % 3 else f"{base}/d/etc/passwd"
    other = f"{base}/d/made-{n % 7}"
    return [
        (OPEN, string(path) + u32(F_READ) + attrs()),
        (STAT, string(path)),
        (OPEN, string(other) + u32(F_WRITE | F_CREAT | F_TRUNC) + attrs()),
        (SETSTAT, string(path) + attrs(mode=0o666)),
        (RENAME, string(other) + string(f"{base}/d/etc/made-{n % 5}")),
        (MKDIR, string(f"{base}/d/dir-{n % 9}") + attrs()),
        (REMOVE, string(path)),
        (SETSTAT, string(path) + attrs(size=0)),
    ]


def _run(sftp, base, count):
    for n in range(count // 8):
        batch = _requests(base, n)
        for kind, body in batch:
            sftp.send(kind, body)
        replies = [sftp.receive() for _ in batch]
        for kind, _id, reader in replies:
            if kind == HANDLE:
                handle = reader.string()
                with contextlib.suppress(Status):
                    assert not sftp.read(handle, 0, 100).startswith(SECRET)
                sftp.close_handle(handle)


def _check(path, jail):
    """Every descriptor that was opened is of the jail; so many."""
    opened = 0
    with open(path, errors="backslashreplace") as trace:
        for line in trace:
            assert " execve(" not in line, line
            match = re.search(r" open(?:at2?)?\(.*\) = \d+<([^>]*)>", line)
            if match:
                opened += 1
                name = match[1].removesuffix(" (deleted)")
                assert name == jail or name.startswith(jail + "/"), line
    return opened


def trace(sftp, pid, path, count, jail, outside, base=""):
    """
    So many operations by the process pid, below base in jail, which must
    open nothing else. Returns how often it opened something.
    """
    with strace("-y", "-o", path, "-e", "trace=open,openat,openat2,execve",
                pids=[pid]), _swapping(jail + base, outside):
        _run(sftp, base, count)
    return _check(path, jail)
