# SPDX-License-Identifier: ISC
"""A server under attack: is it well, and what does it hold in memory?"""

import re
import socket

from server import (
    IS_POSTERN, Server, descendants, is_running, open_files, stat_fields,
    title, wait_until)

CONFIG = "MaxStartups 500\nLoginGraceTime 120\n" \
    "AcceptEnv LANG LC_* TEST_*\nPrintMotd no\nPrintLastLog no\n" + \
    ("PerSourcePenalties no\n" if IS_POSTERN else "")
# what the monitor, the listener and the sanitizers say about a crash
CRASH = re.compile(r"killed by signal|terminated abnormally|Sanitizer|"
                   r"Assertion|stack smashing|SIGS|"
                   r"corrupted size|free\(\)|double free")
# a net process that is not ours makes these
ATTACK = re.compile("attack: (net|session) process|unpriv child crash")


def _hex_port(field):
    return int(field.rpartition(":")[2], 16)


def _socket_inode(local_port, remote_port):
    """Of the server's end of a connection; None when there is none."""
    with open("/proc/net/tcp") as f:
        next(f)
        for line in f:
            fields = line.split()
            if (_hex_port(fields[1]), _hex_port(fields[2])) == \
                    (local_port, remote_port):
                return fields[9]
    return None


def _holds(pid, inode):
    return f"socket:[{inode}]" in open_files(pid).values()


def rollup(pid, field="Pss"):
    """Kilobytes of a field of /proc/PID/smaps_rollup."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        for line in f:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise KeyError(field)


def unshared_kib(pid):
    return rollup(pid, "Private_Dirty") + rollup(pid, "Private_Clean")


def own_kib(pid):
    """Its memory, also what it shares with a child that has just begun."""
    return rollup(pid, "Anonymous")


def family(monitor):
    """A monitor, net and session: what is below session is the user's."""
    return [monitor] + [pid for pid in descendants(monitor)
                        if (stat_fields(pid) or [0, 0])[1] == str(monitor)]


class Patient(Server):
    """A Server whose health can be asked for."""

    net_is_hostile = False

    def assert_well(self):
        """It runs, greets, and none of its processes has crashed."""
        assert self.process.poll() is None, f"sshd ended\n{self.log()}"
        with socket.create_connection(("127.0.0.1", self.port), 60) as s:
            assert s.recv(8) == b"SSH-2.0-"
        self.assert_no_crash()

    def assert_no_crash(self):
        crash = CRASH.search(self.log())
        assert crash is None, self.log()[max(0, crash.start() - 2000):
                                         crash.end() + 500]
        # a peer never makes net do what the monitor calls an attack
        assert self.net_is_hostile or not ATTACK.search(self.log()), \
            self.log()[-3000:]

    def net_pid(self, peer):
        """The process that serves a connected peer's socket."""
        own = peer.sock.getsockname()[1]

        def find():
            inode = _socket_inode(self.port, own)
            held = [pid for pid in descendants(self.process.pid)
                    if _holds(pid, inode)]
            nets = [pid for pid in held if "[net]" in title(pid)]
            return nets[0] if len(nets) == 1 and len(held) == 1 else None

        return wait_until(find, what="the net process")

    def connection_pids(self, peer):
        """net and its monitor."""
        net = self.net_pid(peer)
        return net, int(stat_fields(net)[1])

    def wait_until_gone(self, *pids):
        wait_until(lambda: not any(is_running(pid) for pid in pids),
                   what=f"the end of {pids}")
