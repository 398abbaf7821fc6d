# SPDX-License-Identifier: ISC
"""A server in which one helper program is ours: hostile_child.c.

The programs are copied to a directory in which hostile_child.c has the name
of the helper. Each process that is started in its place hands us its socket
to the monitor; accepted() is called with the socket that controls it.
"""

import os
import shutil
import socket
import subprocess
import threading

import server as server_module
from ipc import program
from patient import CONFIG, Patient

PROGRAMS = ("sshd", "sshd-monitor", "sshd-signer", "sshd-net", "sshd-session")


def receive_socket(control):
    """Descriptor 3 of the process: its end of the pair with the monitor."""
    _, fds, _, _ = socket.recv_fds(control, 1, 1)
    return fds[0]


class ReplacedServer(Patient):
    """replaced names the helper; accepted(control) is the subclass's."""

    net_is_hostile = True
    replaced = None

    def __init__(self, directory, host_keys, config="", **kwargs):
        super().__init__(directory, host_keys, config + CONFIG, **kwargs)
        for name in PROGRAMS:
            source = program("hostile_child") if name == self.replaced else \
                server_module.program(name)
            shutil.copy(source, os.path.join(directory, name))
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(directory, "control"))
        self.listener.listen(64)
        self.lock = threading.Lock()
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            try:
                control, _ = self.listener.accept()
            except OSError:
                return          # the end
            self.accepted(control)

    def start(self):
        log = [] if self.syslog else ["-E", self.log_path]
        self.process = subprocess.Popen(
            [os.path.join(self.directory, "sshd"), "-D", "-f",
             self.config_path, *log, *self.args], stdin=subprocess.DEVNULL)
        self.wait_for_pid_file()
        return self

    __enter__ = start

    def stop(self):
        super().stop()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
