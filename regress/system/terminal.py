# SPDX-License-Identifier: ISC
"""A person at a terminal: a program on a real pty, driven by expectation."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time


class Terminal:
    """Runs a command on a new pty that is its controlling terminal."""

    def __init__(self, command, rows=24, columns=80, term="xterm",
                 env=None):
        self.master, slave = pty.openpty()
        self.output = b""
        self._seen = 0
        self._set_size(rows, columns)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env={**os.environ, **(env or {}), "TERM": term},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        """As a terminal emulator does it: the kernel sends SIGWINCH."""
        self._set_size(rows, columns)

    def send(self, data):
        os.write(self.master, data.encode() if isinstance(data, str)
                 else data)

    def _read_some(self, deadline):
        left = max(deadline - time.monotonic(), 0)
        if not select.select([self.master], [], [], left)[0]:
            raise AssertionError("waited too long; the terminal shows:\n" +
                                 self.output.decode(errors="replace"))
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        self.output += data
        return data

    def expect(self, text, timeout=60):
        """Waits for text behind what was expected before; returns all up
        to its end."""
        wanted = text.encode() if isinstance(text, str) else text
        deadline = time.monotonic() + timeout
        while True:
            at = self.output.find(wanted, self._seen)
            if at >= 0:
                start, self._seen = self._seen, at + len(wanted)
                return self.output[start:self._seen].decode(errors="replace")
            if not self._read_some(deadline):
                raise AssertionError(
                    f"no {text!r} before the end; the terminal shows:\n" +
                    self.output.decode(errors="replace"))

    def wait(self, timeout=60):
        """Reads until the program ends; returns its exit status."""
        deadline = time.monotonic() + timeout
        while self._read_some(deadline):
            pass
        return self.process.wait(timeout)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
