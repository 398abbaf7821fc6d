# SPDX-License-Identifier: ISC
"""The SFTP clients that people use, and the servers that they are tried on.

FORMS: how the SFTP server is configured. Each says what the client calls a
directory that it may use and where that is on the host.
CLIENTS: put(), get() and names(), each with one run of a program.
"""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import urllib.parse

import asyncssh
import paramiko

import clients
import isolated
from server import descendants, program, title, wait_until

DEBIAN = "/usr/lib/openssh/sftp-server"
USER = "alice"


class Form:
    """A way to serve SFTP."""

    def __init__(self, name, config, remote, local, parent_owner="root"):
        self.name, self.config = name, config
        self.remote, self.local = remote, local
        self.parent_owner = parent_owner

    def __repr__(self):
        return self.name

    def make(self, make_server, more=""):
        """A server, with self.local made anew; both for one test."""
        shutil.rmtree(self.local, ignore_errors=True)
        os.makedirs(self.local)
        shutil.chown(self.local, USER, USER)
        if self.parent_owner != "root":
            shutil.chown(os.path.dirname(self.local), self.parent_owner)
        return make_server(more + self.config)


class ChrootedProgram(Form):
    """sftp-server with all that it needs inside of a ChrootDirectory."""

    def make(self, make_server, more=""):
        jail = os.path.dirname(self.local)
        if not os.path.ismount(f"{jail}/usr"):
            os.makedirs(f"{jail}/usr")
            isolated.mount("--bind", "/usr", f"{jail}/usr")
            for name in ("bin", "lib", "lib64"):
                os.symlink(f"usr/{name}", f"{jail}/{name}")
            shutil.copy(program("sftp-server"), f"{jail}/sftp-server")
            os.mkdir(f"{jail}/etc")
            shutil.copy("/etc/passwd", f"{jail}/etc/passwd")
        return super().make(make_server, more)


FORMS = {form.name: form for form in [
    Form("debian", f"Subsystem sftp {DEBIAN}\n",
         "/home/alice/work", "/home/alice/work"),
    Form("program", f"Subsystem sftp {program('sftp-server')}\n",
         "/home/alice/work", "/home/alice/work"),
    Form("internal", "Subsystem sftp internal-sftp\n",
         "/home/alice/work", "/home/alice/work"),
    Form("chroot", "ForceCommand internal-sftp\n"
         "Subsystem sftp internal-sftp\nChrootDirectory /home/jail\n",
         "/work", "/home/jail/work"),
    ChrootedProgram("chroot-program", "Subsystem sftp /sftp-server\n"
                    "ChrootDirectory /home/programs\n",
                    "/work", "/home/programs/work"),
    Form("root", "SftpRoot %h/jail\nSubsystem sftp internal-sftp\n",
         "/work", "/home/alice/jail/work", parent_owner=USER),
]}


def sftp_process(server):
    """The SFTP server of the only session."""
    def find():
        for pid in descendants(server.process.pid):
            words = title(pid).split(" ")
            if words[-1].endswith("@internal-sftp") or \
                    words[0].endswith("/sftp-server"):
                return pid
        return None
    return wait_until(find, what="the SFTP server")


def run(words, **kwargs):
    if "input" not in kwargs:
        kwargs.setdefault("stdin", subprocess.DEVNULL)
    kwargs.setdefault("timeout", 150)
    result = subprocess.run(words, capture_output=True, **kwargs)
    result.text = (result.stdout + result.stderr).decode(
        "utf-8", "backslashreplace")
    return result


def good(result):
    assert result.returncode == 0, result.text
    return result


def sftp(server, key, batch, options=(), **kwargs):
    """OpenSSH's sftp with lines of commands, text or bytes."""
    if isinstance(batch, str):
        batch = batch.encode()
    return run(["sftp", "-b", "-", *options, *server.ssh_options(key),
                "-P", str(server.port), f"{USER}@127.0.0.1"],
               stdin=None, input=batch, **kwargs)


class OpenSSH:
    name = "sftp"

    def __init__(self, server, keys):
        self.server, self.key = server, keys["ed25519"]

    def _do(self, *lines):
        return good(sftp(self.server, self.key, "\n".join(lines)))

    def put(self, local, remote):
        self._do(f'put "{local}" "{remote}"')

    def get(self, remote, local):
        self._do(f'get "{remote}" "{local}"')

    def names(self, remote):
        out = self._do(f'ls -1a "{remote}"').stdout.decode()
        names = [line.rsplit("/", 1)[-1] for line in out.splitlines()
                 if not line.startswith("sftp>")]
        return [name for name in names if name not in (".", "..")]

    def resume_put(self, local, remote):
        self._do(f'reput "{local}" "{remote}"')

    def resume_get(self, remote, local):
        self._do(f'reget "{remote}" "{local}"')


class Scp:
    """scp over SFTP, which newer ones do by themselves."""

    name = "scp"

    def __init__(self, server, keys):
        self.command = ["scp", "-s", *server.ssh_options(keys["ed25519"]),
                        "-P", str(server.port)]

    def put(self, local, remote):
        good(run([*self.command, local, f"{USER}@127.0.0.1:{remote}"]))

    def get(self, remote, local):
        good(run([*self.command, f"{USER}@127.0.0.1:{remote}", local]))


class Psftp:
    name = "psftp"
    program = "psftp"

    def __init__(self, server, keys):
        # plink's words, without its name and without the host at the end
        self.words = clients.Putty().command(server, keys, False)[1:-1]
        self.directory = server.directory

    def _do(self, *lines):
        path = os.path.join(self.directory, "batch")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\nquit\n")
        return good(run(["psftp", *self.words, "-b", path, "127.0.0.1"],
                        env={**os.environ, "LC_ALL": "C.UTF-8"}))

    def put(self, local, remote):
        self._do(f'put "{local}" "{remote}"')

    def get(self, remote, local):
        self._do(f'get "{remote}" "{local}"')

    def names(self, remote):
        lines = self._do(f'ls "{remote}"').stdout.decode().splitlines()
        names = [line.split(None, 8)[8] for line in lines
                 if len(line.split(None, 8)) == 9 and line[0] in "-dl"]
        return [name for name in names if name not in (".", "..")]

    def resume_put(self, local, remote):
        self._do(f'reput "{local}" "{remote}"')

    def resume_get(self, remote, local):
        self._do(f'reget "{remote}" "{local}"')


class Pscp(Psftp):
    name = "pscp"
    names = resume_put = resume_get = None

    def put(self, local, remote):
        good(run(["pscp", "-sftp", *self.words, local,
                  f"127.0.0.1:{remote}"]))

    def get(self, remote, local):
        good(run(["pscp", "-sftp", *self.words, f"127.0.0.1:{remote}",
                  local]))


class Lftp:
    name = "lftp"

    def __init__(self, server, keys):
        ssh = shlex.join(["ssh", "-a", "-x",
                          *server.ssh_options(keys["ed25519"])])
        self.head = (f'set sftp:connect-program "{ssh}"; '
                     "set net:max-retries 1; set file:charset utf-8; "
                     "set sftp:charset utf-8; set cmd:fail-exit yes; "
                     f"open -u {USER},x -p {server.port} sftp://127.0.0.1; ")

    def _do(self, *lines):
        return good(run(["lftp", "--norc", "-c",
                         self.head + "; ".join(lines)],
                        env={**os.environ, "LC_ALL": "C.UTF-8"}))

    def put(self, local, remote):
        self._do(f'put "{local}" -o "{remote}"')

    def get(self, remote, local):
        self._do(f'get "{remote}" -o "{local}"')

    def names(self, remote):
        out = self._do(f'cls -1a "{remote}/"').stdout.decode()
        names = [line.rstrip("/").rsplit("/", 1)[-1]
                 for line in out.splitlines()]
        return [name for name in names if name not in (".", "..")]

    def resume_put(self, local, remote):
        self._do(f'put -c "{local}" -o "{remote}"')

    def resume_get(self, remote, local):
        self._do(f'get -c "{remote}" -o "{local}"')


class Curl:
    """libssh2."""

    name = "curl"

    def __init__(self, server, keys):
        self.command = ["curl", "-sS", "-k", "-m", "60", "-u", f"{USER}:",
                        "--key", keys["ecdsa"],
                        "--pubkey", keys["ecdsa"] + ".pub"]
        self.base = f"sftp://127.0.0.1:{server.port}"

    def _url(self, remote):
        return self.base + urllib.parse.quote(remote)

    def put(self, local, remote):
        good(run([*self.command, "-T", local, self._url(remote)]))

    def get(self, remote, local):
        good(run([*self.command, "-o", local, self._url(remote)]))

    def names(self, remote):
        out = good(run([*self.command, "-l", self._url(remote) + "/"]))
        return [name for name in out.stdout.decode().splitlines()
                if name not in (".", "..")]

    def resume_put(self, local, remote):
        good(run([*self.command, "-C", "-", "-T", local, self._url(remote)]))

    def resume_get(self, remote, local):
        good(run([*self.command, "-C", "-", "-o", local,
                  self._url(remote)]))


class Rclone:
    """Go's x/crypto/ssh and pkg/sftp."""

    name = "rclone"

    def __init__(self, server, keys):
        self.remote = (f":sftp,host=127.0.0.1,port={server.port},"
                       f"user={USER},key_file={keys['ed25519']},"
                       "shell_type=none,disable_hashcheck=true:")

    def _do(self, *words):
        return good(run(["rclone", "--config", "", "--retries", "1",
                         *words]))

    def put(self, local, remote):
        self._do("copyto", local, self.remote + remote)

    def get(self, remote, local):
        self._do("copyto", self.remote + remote, local)

    def names(self, remote):
        out = self._do("lsf", "--max-depth", "1", self.remote + remote)
        return [name.rstrip("/") for name in out.stdout.decode()
                .splitlines()]


@contextlib.contextmanager
def paramiko_session(server, keys):
    transport = paramiko.Transport(("127.0.0.1", server.port))
    try:
        transport.start_client(timeout=60)
        transport.auth_publickey(USER, paramiko.Ed25519Key
                                 .from_private_key_file(keys["ed25519"]))
        with paramiko.SFTPClient.from_transport(transport) as session:
            yield session
    finally:
        transport.close()


class Paramiko:
    name = "paramiko"

    def __init__(self, server, keys):
        self.server, self.keys = server, keys

    def put(self, local, remote):
        with paramiko_session(self.server, self.keys) as session:
            session.put(local, remote)

    def get(self, remote, local):
        with paramiko_session(self.server, self.keys) as session:
            session.get(remote, local)

    def names(self, remote):
        with paramiko_session(self.server, self.keys) as session:
            return session.listdir(remote)


class AsyncSSH:
    name = "asyncssh"

    def __init__(self, server, keys):
        self.server, self.key = server, keys["ed25519"]

    def _do(self, work):
        async def inside():
            async with asyncssh.connect(
                    "127.0.0.1", self.server.port, username=USER,
                    config=None, known_hosts=self.server.known_hosts(),
                    client_keys=[self.key]) as connection:
                async with connection.start_sftp_client() as session:
                    return await work(session)
        return asyncio.run(inside())

    def put(self, local, remote):
        self._do(lambda session: session.put(local, remote))

    def get(self, remote, local):
        self._do(lambda session: session.get(remote, local))

    def names(self, remote):
        names = self._do(lambda session: session.listdir(remote))
        return [name for name in names if name not in (".", "..")]


class Ssh2:
    """npm's ssh2, which regress/system/npm/install gets."""

    name = "ssh2"
    modules = os.path.join(os.environ["POSTERN_BUILD"], "npm", "node_modules")

    def __init__(self, server, keys):
        self.options = {"host": "127.0.0.1", "port": server.port,
                        "username": USER, "privateKey": keys["ed25519"]}

    def do(self, *calls):
        """What became of each, as npm/sftp.js says it."""
        result = good(run(
            ["node", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                  "npm", "sftp.js")],
            env={**os.environ, "NODE_PATH": self.modules},
            input=json.dumps({"connect": self.options,
                              "calls": calls}).encode()))
        return json.loads(result.stdout)

    def _value(self, *call):
        [result] = self.do(call)
        assert "value" in result, result
        return result["value"]

    def put(self, local, remote):
        self._value("fastPut", local, remote)

    def get(self, remote, local):
        self._value("fastGet", remote, local)

    def names(self, remote):
        names = [entry["filename"] for entry in
                 self._value("readdir", remote)]
        return [name for name in names if name not in (".", "..")]

    def resume_put(self, local, remote):
        size = self._value("stat", remote)["size"]
        self._value("upload", local, remote, size)

    def resume_get(self, remote, local):
        self._value("download", remote, local, os.stat(local).st_size)


@contextlib.contextmanager
def sshfs_mount(server, keys, remote, at, *options):
    """The remote directory as a folder of this host."""
    os.makedirs(at)
    ssh = shlex.join(["ssh", *server.ssh_options(keys["ed25519"])])
    good(run(["sshfs", f"{USER}@127.0.0.1:{remote}", at,
              "-p", str(server.port), "-o", f"ssh_command={ssh}",
              *options]))
    try:
        yield at
    finally:
        subprocess.run(["fusermount", "-u", at], check=True)


CLIENTS = {client.name: client for client in [
    OpenSSH, Scp, Psftp, Pscp, Lftp, Curl, Rclone, Paramiko, AsyncSSH]}
HAS_SSH2 = os.path.isdir(Ssh2.modules) and shutil.which("node") is not None
if HAS_SSH2:
    CLIENTS[Ssh2.name] = Ssh2
