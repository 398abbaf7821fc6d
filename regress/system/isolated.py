# SPDX-License-Identifier: ISC
"""The host that tests run in: a private /etc, /home, /run, /tmp and so on.

Everything is mounted over the real directories inside namespaces that
regress/system/run made, so nothing survives and nothing leaks out. What is
left of the machine is read-only, but for the build tree.

usage: isolated.py [SSHD]   (the program that is tested, if not of the build)
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import threading

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "fuse")
# that a test may listen on: the kernel gives them to no connection
FREE_PORTS = range(48000, 61000)
ACCOUNTS = {
    # name: (uid, shell)
    "alice": (2001, "/bin/bash"),
    "bob": (2002, "/bin/sh"),
    "noshell": (2003, "/srv/shells/shell"),
    "locked": (2004, "/bin/sh"),
}


def mount(*args):
    subprocess.run(["mount", *args], check=True)


def _private_tree(path):
    """A writable copy of path, mounted over it."""
    copy = f"/run/isolated{path}"
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    # with owners: PAM's helper reads shadow(5) by its group
    subprocess.run(["cp", "-a", path, copy], check=True)
    mount("--bind", copy, path)


def _private_dev():
    stage = "/run/isolated/dev"
    os.makedirs(stage)
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", stage)
    for name in DEVICES:
        if os.path.exists(f"/dev/{name}"):
            open(f"{stage}/{name}", "w").close()
            mount("--bind", f"/dev/{name}", f"{stage}/{name}")
    if os.path.exists("/dev/net/tun"):
        os.mkdir(f"{stage}/net")
        open(f"{stage}/net/tun", "w").close()
        mount("--bind", "/dev/net/tun", f"{stage}/net/tun")
    os.makedirs(f"{stage}/pts")
    os.makedirs(f"{stage}/shm", mode=0o1777)
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620,gid=5",
          "devpts", f"{stage}/pts")
    os.symlink("pts/ptmx", f"{stage}/ptmx")
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"),
                         ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{stage}/{name}")
    mount("--move", stage, "/dev")


def _tmpfs(path, mode="0755"):
    os.makedirs(path, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", path)


def _build_tree():
    return os.path.abspath(os.environ.get("POSTERN_BUILD",
                                          f"{SOURCE}/build"))


def _is_below(path, directory):
    return os.path.commonpath([path, directory]) == directory


def _empty_tmp(directory, kept):
    """A new directory, in which only the trees of kept are still seen.

    kept is sorted: what holds another one comes first.
    """
    old = "/run/isolated/old"
    os.makedirs(old)
    mount("--rbind", directory, old)
    _tmpfs(directory, "1777")
    seen = []
    for tree in kept:
        if _is_below(tree, directory) and \
                not any(_is_below(tree, other) for other in seen):
            os.makedirs(tree, exist_ok=True)
            mount("--rbind", old + tree[len(directory):], tree)
            seen.append(tree)
    subprocess.run(["umount", "-l", old], check=True)
    os.rmdir(old)


def _make_private_tmp(programs):
    """The source, the build and what is tested may lie below /tmp."""
    kept = {SOURCE, _build_tree()}
    for program in programs:    # PREFIX/sbin/sshd
        kept.add(os.path.dirname(os.path.dirname(os.path.abspath(program))))
    kept = sorted(filter(os.path.isdir, kept))
    for directory in ("/tmp", "/var/tmp"):
        _empty_tmp(directory, kept)


def _move_root_home():
    """root's home of the machine is neither read nor written."""
    with open("/etc/passwd") as passwd:
        lines = [line.split(":") for line in passwd]
    for fields in lines:
        if fields[0] == "root":
            fields[5] = "/home/root"
    with open("/etc/passwd", "w") as passwd:
        passwd.write("".join(":".join(fields) for fields in lines))
    os.makedirs("/home/root/.ssh", mode=0o700)


def _add_accounts():
    with open("/etc/passwd", "a") as passwd, \
            open("/etc/shadow", "a") as shadow, \
            open("/etc/group", "a") as group:
        for name, (uid, shell) in ACCOUNTS.items():
            passwd.write(f"{name}:x:{uid}:{uid}::/home/{name}:{shell}\n")
            hashed = "!" if name == "locked" else "*"
            shadow.write(f"{name}:{hashed}:19000:0:99999:7:::\n")
            group.write(f"{name}:x:{uid}:\n")
    for name, (uid, _shell) in ACCOUNTS.items():
        home = f"/home/{name}"
        os.makedirs(f"{home}/.ssh", mode=0o700)
        for path in (home, f"{home}/.ssh"):
            os.chmod(path, 0o700 if path.endswith(".ssh") else 0o755)
            os.chown(path, uid, uid)
    try:
        pwd.getpwnam("sshd")
    except KeyError:
        subprocess.run(["useradd", "-r", "-M", "-d", "/run/sshd", "-s",
                        "/usr/sbin/nologin", "sshd"], check=True)


def empty_etc_ssh():
    """Only the groups of the key exchange stay: they take hours to make."""
    os.makedirs("/etc/ssh", exist_ok=True)
    for entry in list(os.scandir("/etc/ssh")):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.name != "moduli":
            os.unlink(entry.path)


class SyslogSocket:
    """/dev/log: keeps every line, and lets a test wait for one."""

    FENCE = b"all before it was read"

    def __init__(self, path="/dev/log"):
        self.path = path
        self.lines = []
        self.fences = 0
        self.changed = threading.Condition()
        self._open()

    def _open(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        os.chmod(self.path, 0o666)
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def restart(self):
        """As rsyslog does: whoever has the old socket speaks to nobody."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.sock.close()
        os.unlink(self.path)
        self._open()

    def _collect(self):
        while data := self.sock.recv(65536):
            with self.changed:
                if data == self.FENCE:
                    self.fences += 1
                else:
                    self.lines.append(data.decode("utf-8", "backslashreplace")
                                      .rstrip("\n\0"))
                self.changed.notify_all()

    def _take_all(self):
        """Every line that was sent has been read."""
        wanted = self.fences + 1
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(self.FENCE, self.path)
        with self.changed:
            assert self.changed.wait_for(lambda: self.fences >= wanted, 60)

    def mark(self):
        self._take_all()
        with self.changed:
            return len(self.lines)

    def since(self, mark):
        self._take_all()
        with self.changed:
            return self.lines[mark:]

    def wait_for(self, text, mark=0, timeout=60):
        """The first line after mark that contains text."""
        def find():
            return next((line for line in self.lines[mark:] if text in line),
                        None)
        with self.changed:
            found = self.changed.wait_for(find, timeout)
            if not found:
                raise AssertionError(
                    f"no line with {text!r} in:\n" +
                    "\n".join(self.lines[mark:]))
            return find()


@contextlib.contextmanager
def host_file(path, text, mode="w"):
    """Meanwhile a file of the host has this text, or ends with it ("a")."""
    with open(path) as file:
        before = file.read()
    with open(path, mode) as file:
        file.write(text)
    try:
        yield
    finally:
        with open(path, "w") as file:
            file.write(before)


def require_host():
    """Refuses the machine itself."""
    if os.environ.get("POSTERN_ISOLATED") != "1" or os.getpid() > 100:
        raise RuntimeError("run this through regress/system/run")


def make_host(programs=()):
    """Called once, inside the namespaces.

    Servers that are no part of the build tree are in programs.
    """
    require_host()
    mount("--make-rprivate", "/")
    _tmpfs("/run")
    os.makedirs("/run/isolated")
    tested = os.environ.get("POSTERN_SSHD")
    _make_private_tmp([*programs, *([tested] if tested else [])])
    _private_tree("/etc")
    _private_dev()
    _tmpfs("/home")
    _tmpfs("/srv")
    log_files = [n for n in ("wtmp", "btmp", "lastlog")]
    _tmpfs("/var/log")
    for name in log_files:
        open(f"/var/log/{name}", "w").close()
    os.chmod("/var/log/btmp", 0o600)
    open("/run/utmp", "w").close()
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    for name in ("nologin", "motd", "hosts.equiv"):
        if os.path.lexists(f"/etc/{name}"):
            os.unlink(f"/etc/{name}")
    empty_etc_ssh()
    _move_root_home()
    _add_accounts()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as ports:
        ports.write(f"32768 {FREE_PORTS[0] - 1}\n")
    subprocess.run(["hostname", "posternhost"], check=True)
    with open("/etc/hosts", "w") as hosts:
        hosts.write("127.0.0.1 localhost\n::1 localhost\n"
                    "127.0.0.1 posternhost\n")


def protect_machine():
    """No test changes a file outside of the private directories.

    The kernel refuses it while a file on / is open for writing, as those are
    that pytest captures output in; then tests run without.
    """
    if os.path.isdir(_build_tree()):
        mount("--bind", _build_tree(), _build_tree())
    subprocess.run(["mount", "-o", "remount,bind,ro", "/"], check=False)


if __name__ == "__main__":
    make_host(sys.argv[1:])
    protect_machine()
