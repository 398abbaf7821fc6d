# SPDX-License-Identifier: ISC
"""The servers that are compared, each started the same way.

A server runs below a keeper that inherits its orphans and reaps all of
them. When it has ended, the keeper knows the processor time of everything
that ran below it to the microsecond (RUSAGE_CHILDREN; the kernel scales it
to the scheduler's exact sum). What the login shell used after its exec is
reported by regress/bench/command.c and is taken off.
"""

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import time

from server import free_port

RUN = "/run/bench"
COMMAND = f"{RUN}/command"
COMMAND_NS = f"{RUN}/command_ns"
RELAY = f"{RUN}/relay"
LOAD = f"{RUN}/load"
BASE = "base"
USER = "bench"
HOST_KEY = f"{RUN}/host_ed25519"
USER_KEY = f"{RUN}/user_ed25519"
CERTIFIED_KEY = f"{RUN}/certified"     # its .pub is the certificate
KRL = f"{RUN}/krl"
PR_SET_CHILD_SUBREAPER = 36
RUN_MAX_S = 900
LOG_LINES = 50      # of a server's log, when something went wrong
CONFIG = f"""\
ListenAddress 127.0.0.1
HostKey {HOST_KEY}
UseDNS no
LogLevel INFO
MaxStartups 100
"""


def children_of(pid):
    """Ids of the processes below pid, with pid itself first."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as f:
                    found += [int(n) for n in f.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def cpu_clock_ns(pid):
    """Processor time of one process until now; 0 when it is gone."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def run(command, text="", **streams):
    """Runs a client. Hears at once of its end, unlike subprocess.run(), which
    with a timeout looks after 1, 2, 4, ... 50 ms."""
    streams.setdefault("stdin", subprocess.PIPE if text else
                       subprocess.DEVNULL)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          **streams) as process:
        end = os.pidfd_open(process.pid)
        if text:
            process.stdin.write(text.encode())
            process.stdin.close()
        if not select.select([end], [], [], RUN_MAX_S)[0]:
            process.kill()
        os.close(end)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)


def _keep(argv, to_parent, log_path):
    """The keeper's whole life; does not return."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with open(log_path, "ab") as log:
        server = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log)
    os.write(to_parent, f"{server.pid}\n".encode())
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(to_parent, json.dumps(used.ru_utime + used.ru_stime).encode())
    os._exit(0)


class Server:
    """One running server; `cpu_s` is valid after stop()."""

    def __init__(self, kind, extra=""):
        """extra: more lines of configuration."""
        self.kind = kind
        self.port = free_port()
        self.cpu_s = None
        open(COMMAND_NS, "w").close()
        os.chmod(COMMAND_NS, 0o666)
        read_end, write_end = os.pipe()
        self.keeper = os.fork()
        if self.keeper == 0:
            os.close(read_end)
            _keep(kind.argv(self.port, extra), write_end, kind.log_path)
        os.close(write_end)
        self.answer = os.fdopen(read_end)
        self.pid = int(self.answer.readline())
        self.wait_for(self._listens, "the port to listen")
        self.settle()
        self.idle = set(children_of(self.pid))

    def fail(self, what):
        """Raises, and shows what the server had to say."""
        with open(self.kind.log_path, errors="replace") as log:
            raise RuntimeError(f"{self.kind.name}: {what}; its log:\n" +
                               "".join(log.readlines()[-LOG_LINES:]))

    def wait_for(self, condition, what, timeout=20):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"waited {timeout} s for {what}")
            time.sleep(0.002)

    def _listens(self):
        """Looks without connecting: a connection would use a warm pair."""
        if len(children_of(self.keeper)) == 1:
            self.fail("the server ended")
        with open("/proc/net/tcp") as f:
            sockets = [line.split() for line in f.readlines()[1:]]
        return any(s[1].endswith(f":{self.port:04X}") and s[3] == "0A"
                   for s in sockets)

    def settle(self):
        """Returns when no process below the keeper comes, goes or works."""
        def look():
            return {p: cpu_clock_ns(p) for p in children_of(self.keeper)}
        before = None
        while (now := look()) != before:
            before = now
            time.sleep(0.1)

    def connection_processes(self):
        """What came since the server was idle, less the login shell."""
        def is_shell(pid):
            try:
                return os.readlink(f"/proc/{pid}/exe") == COMMAND
            except OSError:
                return True
        now = set(children_of(self.keeper)) - {self.keeper}
        return [p for p in now - self.idle if not is_shell(p)]

    def stop(self):
        """Ends the server; returns the processor seconds of its life."""
        self.settle()
        os.kill(self.pid, signal.SIGTERM)
        total = json.loads(self.answer.read())
        self.answer.close()
        os.waitpid(self.keeper, 0)
        with open(COMMAND_NS) as f:
            not_ours = sum(int(line) for line in f) / 1e9
        return total - not_ours

    def ssh(self, *words, options=(), identity=USER_KEY, port=None):
        """The command line of the client."""
        return ["ssh", "-F", "none", "-i", identity,
                "-p", str(port or self.port),
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                "-o", f"UserKnownHostsFile={RUN}/known_hosts",
                "-o", "GlobalKnownHostsFile=none", "-o", "LogLevel=ERROR",
                "-o", "NoHostAuthenticationForLocalhost=no",
                "-o", "HostKeyAlias=bench", *options,
                f"{USER}@127.0.0.1", *words]


class Kind:
    """One implementation: its name, how it is started, what it lacks."""

    has_sftp = True

    def __init__(self, name, program, lacks=()):
        self.name = name
        self.program = program
        self.lacks = lacks
        self.log_path = f"{RUN}/{name}.log"

    def argv(self, port, extra=""):
        config = f"{RUN}/{self.name}.conf"
        with open(config, "w") as out:
            out.write(f"Port {port}\n{CONFIG}{self.extra()}{extra}"
                      f"PidFile {RUN}/{self.name}.pid\n")
        return [self.program, "-D", "-e", "-f", config]

    def extra(self):
        # connections that are measured do not all log in
        return ("PerSourcePenalties no\n"
                "Subsystem sftp internal-sftp\n")


class OpenSSH(Kind):
    def extra(self):
        return ("UsePAM no\n"
                "Subsystem sftp /usr/lib/openssh/sftp-server\n")


class Dropbear(Kind):
    has_sftp = False

    def argv(self, port, extra=""):
        return [self.program, "-F", "-E", "-r", f"{RUN}/host_dropbear",
                "-p", f"127.0.0.1:{port}"]


def kinds(base=None):
    """The implementations that are present, Postern and OpenSSH first.

    base: the program of another build of Postern, measured between them.
    """
    all_kinds = [
        Kind("Postern", os.environ["POSTERN_SSHD"]),
        *([Kind(BASE, base)] if base else []),
        OpenSSH("OpenSSH", "/usr/sbin/sshd"),
        Dropbear("dropbear", "/usr/sbin/dropbear",
                 lacks=("aes128-gcm", "etm", "sntrup761")),
    ]
    for kind in all_kinds[:-1]:
        if not os.access(kind.program, os.X_OK):
            raise SystemExit(f"{kind.name}: no program {kind.program}; "
                             "build first, or set POSTERN_SSHD")
    return [k for k in all_kinds if os.access(k.program, os.X_OK)]
