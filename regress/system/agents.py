# SPDX-License-Identifier: ISC
"""ssh-agent, for the time of a test."""

import contextlib
import socket
import subprocess

from server import wait_until


def _answers(path):
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(path) == 0


@contextlib.contextmanager
def ssh_agent(path):
    """Whoever connects to path now gets through: it is there a moment earlier
    than somebody listens."""
    with subprocess.Popen(["ssh-agent", "-D", "-a", path],
                          stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(path), what="the agent")
            yield path
        finally:
            process.kill()
