# SPDX-License-Identifier: ISC
"""One running sshd, its configuration, keys and log."""

import contextlib
import errno
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

from isolated import FREE_PORTS

SSHD = os.environ.get("POSTERN_SSHD") or os.path.join(
    os.environ.get("POSTERN_BUILD", "/nonexistent"), "sshd", "sshd")
IS_THERE = os.access(SSHD, os.X_OK)
IS_POSTERN = IS_THERE and "postern" in subprocess.run(
    [SSHD, "-V"], capture_output=True, text=True).stderr.lower()
BUILD_FOLDERS = {   # in a build tree
    "sshd-keygen": "../keys/tool",
    "sshd-monitor": "../monitor",
    "sshd-signer": "../signer",
    "sftp-server": "../sftp-server",
}
CONNECTIONS_END_S = 5
KEY_TYPES = {
    "ed25519": ["-t", "ed25519"],
    "ecdsa": ["-t", "ecdsa", "-b", "256"],
    "ecdsa384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa521": ["-t", "ecdsa", "-b", "521"],
    "rsa": ["-t", "rsa", "-b", "2048"],
}


def program(name):
    """The path of sshd or one of its helpers, installed or in a build."""
    folder = os.path.dirname(SSHD)
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        path = os.path.join(folder, BUILD_FOLDERS.get(name, "."), name)
    return os.path.normpath(path)


def wait_until(condition, timeout=60, what="condition"):
    """Polls until condition() is true; fails with what after timeout."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {what}")
        time.sleep(0.01)


def make_key(path, kind="ed25519", *args):
    subprocess.run(["ssh-keygen", "-q", *KEY_TYPES[kind], "-N", "",
                    "-C", "test", "-f", path, *args], check=True)
    return path


def _is_free(port):
    try:
        for family, host in ((socket.AF_INET, "0.0.0.0"),
                             (socket.AF_INET6, "::")):
            with socket.socket(family) as s:
                if family == socket.AF_INET6:
                    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                s.bind((host, port))
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True


_ports = itertools.cycle(FREE_PORTS)


def free_port():
    """Free on every address, and never a connection's own port."""
    return next(filter(_is_free, _ports))


def authorize(user, public_key, options=""):
    """Appends a line to the user's authorized_keys."""
    path = f"/home/{user}/.ssh/authorized_keys"
    with open(public_key) as key, open(path, "a") as out:
        out.write(f"{options} {key.read()}" if options else key.read())
    shutil.chown(path, user, user)
    os.chmod(path, 0o600)


def stat_fields(pid):
    """The fields of /proc/PID/stat after the name; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def descendants(pid):
    """The process ids below pid, in no order."""
    children = {}
    for child in all_pids():
        fields = stat_fields(child)
        if fields:
            children.setdefault(int(fields[1]), []).append(child)
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def title(pid):
    """The command line of a process; empty when it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def program_of(pid):
    """The name of the program that it runs; None once it has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    return None


def open_files(pid):
    """What its descriptors are, by number; nothing once it has ended. One that
    is closed meanwhile is not among them."""
    folder, found = f"/proc/{pid}/fd", {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for fd in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):
                found[int(fd)] = os.readlink(f"{folder}/{fd}")
    return found


def is_running(pid):
    """True unless the process has ended (a zombie has)."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX"


def read_pid(path):
    """What a pid file says; None until it says all of it."""
    try:
        with open(path) as f:
            text = f.read()
    except FileNotFoundError:
        return None
    return int(text) if text.endswith("\n") else None


class Server:
    """sshd -D -e with a configuration of its own; a context manager."""

    def __init__(self, directory, host_keys, config="", args=(), port=None,
                 syslog=False, env=None):
        self.directory = directory
        self.port = port or free_port()
        self.host_keys = host_keys
        self.log_path = os.path.join(directory, "log")
        self.config_path = os.path.join(directory, "sshd_config")
        self.pid_path = os.path.join(directory, "sshd.pid")
        self.args = list(args)
        self.syslog = syslog
        self.env = env
        self.process = None
        self.served_by = []
        self.write_config(config)

    def write_config(self, config):
        # first value wins: what a test gives comes first, but for Match
        config, match, blocks = config.partition("Match ")
        lines = [config, f"Port {self.port}", "ListenAddress 127.0.0.1",
                 f"PidFile {self.pid_path}"]
        lines += [f"HostKey {key}" for key in self.host_keys]
        # all clients of a test come from one address
        if IS_POSTERN and "PerSourcePenalties" not in config:
            lines.append("PerSourcePenalties no")
        if "LogLevel" not in config:
            lines.append("LogLevel VERBOSE")
        lines.append(match + blocks)
        with open(self.config_path, "w") as out:
            out.write("\n".join(lines) + "\n")

    def start(self):
        command = [SSHD, "-D", "-f", self.config_path, *self.args]
        if not self.syslog:
            command += ["-E", self.log_path]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        env=self.env)
        self.wait_for_pid_file()
        return self

    def wait_for_pid_file(self):
        wait_until(lambda: read_pid(self.pid_path)
                   or self.process.poll() is not None, what="the pid file")
        if self.process.poll() is not None:
            raise AssertionError(f"sshd ended: {self.log()}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.served_by = descendants(self.process.pid)
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def end(self):
        """stop(); what its connections hold is free for the next one then,
        unless a client stays."""
        self.stop()
        deadline = time.monotonic() + CONNECTIONS_END_S
        while time.monotonic() < deadline and any(
                title(pid).startswith("sshd: ") for pid in self.served_by):
            time.sleep(0.01)

    __enter__ = start

    def __exit__(self, *exc):
        self.end()

    def log(self):
        """All whole lines: a reader may see a part of one."""
        try:
            with open(self.log_path, errors="backslashreplace",
                      newline="") as f:
                return re.sub(r"[^\n]+\Z", "", f.read())
        except FileNotFoundError:
            return ""

    def find(self, text):
        """The only process below the listener whose title has this text: one
        of an earlier connection may be about to end."""
        def look():
            found = [pid for pid in descendants(self.process.pid)
                     if text in title(pid)]
            return found if len(found) == 1 else None
        return wait_until(look, what=f"one process {text!r}")[0]

    def wait_for_log(self, text, timeout=60):
        try:
            return wait_until(lambda: next(
                (line for line in self.log().splitlines() if text in line),
                None), timeout, f"log line {text!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None

    def known_hosts(self):
        path = os.path.join(self.directory, "known_hosts")
        # a client of another thread may just be reading it
        new = f"{path}.{threading.get_ident()}"
        with open(new, "w") as out:
            for key in self.host_keys:
                with open(key + ".pub") as f:
                    out.write(f"[127.0.0.1]:{self.port} {f.read()}")
        os.replace(new, path)
        return path

    def host_key_blobs(self):
        """The public host keys in base64."""
        blobs = []
        for key in self.host_keys:
            with open(key + ".pub") as f:
                blobs.append(f.read().split()[1])
        return blobs

    def ssh_options(self, identity, *options):
        """Options common to ssh, scp and sftp; those given win."""
        return ["-F", "none", *options, "-i", identity,
                "-o", "IdentitiesOnly=yes",
                "-o", f"UserKnownHostsFile={self.known_hosts()}",
                "-o", "GlobalKnownHostsFile=none", "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=yes",
                "-o", "LogLevel=ERROR"]

    def ssh_command(self, user, identity, *words, options=()):
        return ["ssh", *self.ssh_options(identity, *options),
                "-p", str(self.port), f"{user}@127.0.0.1", *words]

    def ssh(self, user, identity, *words, options=(), timeout=120, **kwargs):
        kwargs.setdefault("capture_output", True)
        if "input" not in kwargs:
            kwargs.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            self.ssh_command(user, identity, *words, options=options),
            timeout=timeout, **kwargs)

    def popen(self, user, identity, *words, options=(), **kwargs):
        """ssh in the background, its three streams on pipes.

        Who ends it kills it: it may miss a SIGTERM before it waits.
        """
        for stream in ("stdin", "stdout", "stderr"):
            kwargs.setdefault(stream, subprocess.PIPE)
        return subprocess.Popen(
            self.ssh_command(user, identity, *words, options=options),
            **kwargs)
