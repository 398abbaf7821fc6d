# SPDX-License-Identifier: ISC
"""strace: what processes ask the kernel for, and what it answers."""

import contextlib
import subprocess


@contextlib.contextmanager
def strace(*words, pids):
    """Traces these processes and their children from now on."""
    for pid in pids:
        words += ("-p", str(pid))
    with subprocess.Popen(["strace", "-f", *words],
                          stderr=subprocess.PIPE) as tracer:
        try:
            for _ in pids:
                assert b"attached" in tracer.stderr.readline()
            yield
        finally:
            tracer.terminate()
