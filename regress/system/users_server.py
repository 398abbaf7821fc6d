# SPDX-License-Identifier: ISC
"""sshd as an ordinary user starts it."""

import contextlib
import os
import shutil
import subprocess

from server import SSHD, Server, make_key


@contextlib.contextmanager
def users_server(config=""):
    """alice's, in a directory of hers that goes with it."""
    home = "/home/alice/sshd"
    shutil.rmtree(home, ignore_errors=True)
    os.mkdir(home)
    key = make_key(home + "/host")
    server = Server(home, [key], config)
    for path in (home, key, server.config_path):
        shutil.chown(path, "alice", "alice")
    with subprocess.Popen(
            ["setpriv", "--reuid=2001", "--regid=2001", "--clear-groups",
             SSHD, "-D", "-f", server.config_path, "-E", server.log_path],
            stdin=subprocess.DEVNULL) as server.process:
        try:
            server.wait_for_log("Server listening on")
            yield server
        finally:
            server.process.terminate()
            server.process.wait()
            shutil.rmtree(home)
