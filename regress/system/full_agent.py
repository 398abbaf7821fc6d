# SPDX-License-Identifier: ISC
"""An agent that keeps a signer waiting, as a fixture."""

import contextlib
import socket

import pytest


class FullAgent:
    """An agent to which nobody gets through while its queue is full.

    A signer tries for ten seconds.
    """

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(100)
        self.callers = []

    def fill(self):
        """A queue of one, and who waits in it."""
        self.empty()
        self.socket.listen(0)
        with pytest.raises(BlockingIOError):
            while True:
                self.callers.append(socket.socket(socket.AF_UNIX))
                self.callers[-1].setblocking(False)
                self.callers[-1].connect(self.path)

    def empty(self):
        self.socket.listen(100)
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.socket.accept()[0].close()

    def close(self):
        for one in (self.socket, *self.callers):
            one.close()


@pytest.fixture
def agent(tmp_path):
    one = FullAgent(str(tmp_path / "agent"))
    yield one
    one.close()
