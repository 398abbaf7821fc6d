# SPDX-License-Identifier: ISC
"""The clients that people use, each behind the same three questions.

offers(): what it proposes in its KEXINIT, asked by listening to it.
knows(): the same with everything it can be made to propose.
echo(): log in as alice, send bytes through a remote `cat`, return them.
"""

import asyncio
import os
import socket
import struct
import subprocess
import threading

import asyncssh
import paramiko

AXES = ("kex", "hostkey", "cipher", "mac", "compression")
KEXINIT = 20


def _parse_kexinit(payload):
    """The five lists of AXES (client to server) of a KEXINIT payload."""
    lists, at = [], 17
    for _ in range(8):
        length, = struct.unpack_from(">I", payload, at)
        lists.append(payload[at + 4:at + 4 + length].decode().split(","))
        at += 4 + length
    return dict(zip(AXES, (lists[0], lists[1], lists[2], lists[4],
                           lists[6])))


def _read_offer(listener, result):
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as stream:
        connection.sendall(b"SSH-2.0-Listener\r\n")
        while not stream.readline().startswith(b"SSH-"):
            pass
        # the client waits for ours, or sends its own at once: send none
        length, = struct.unpack(">I", stream.read(4))
        packet = stream.read(length)
        assert packet[1] == KEXINIT
        result.update(_parse_kexinit(packet[1:len(packet) - packet[0]]))


class Client:
    """Base: how to find out what a client proposes."""

    name = ""

    def offers(self, compress=False):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.settimeout(60)
            result = {}
            thread = threading.Thread(target=_read_offer,
                                      args=(listener, result))
            thread.start()
            self._probe(listener.getsockname()[1], compress)
            thread.join()
            return result

    def _probe(self, port, compress):
        raise NotImplementedError

    def echo(self, server, keys, data, compress=False):
        raise NotImplementedError


class CommandClient(Client):
    """A client that is a program."""

    def command(self, server, keys, compress):
        raise NotImplementedError

    def probe_command(self, port, compress):
        raise NotImplementedError

    def _probe(self, port, compress):
        subprocess.run(self.probe_command(port, compress), timeout=60,
                       stdin=subprocess.DEVNULL, capture_output=True)

    def echo(self, server, keys, data, compress=False):
        result = subprocess.run(
            [*self.command(server, keys, compress), "cat"], input=data,
            capture_output=True, timeout=60)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout


def _ssh_query(what):
    names = subprocess.run(["ssh", "-Q", what], capture_output=True,
                           text=True, check=True).stdout.split()
    return ",".join(names)


class OpenSSH(CommandClient):
    name = "openssh"

    def _everything(self):
        return ["-o", f"KexAlgorithms={_ssh_query('kex')}",
                "-o", f"Ciphers={_ssh_query('cipher')}",
                "-o", f"MACs={_ssh_query('mac')}",
                "-o", f"HostKeyAlgorithms={_ssh_query('HostKeyAlgorithms')}"]

    def probe_command(self, port, compress):
        return ["ssh", "-F", "none", "-p", str(port),
                *(["-C"] if compress else []), *self._everything(),
                "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=none",
                "127.0.0.1"]

    def command(self, server, keys, compress):
        return server.ssh_command(
            "alice", keys["ed25519"],
            options=[*(["-C"] if compress else []), *self._everything()])


class Dropbear(CommandClient):
    """Takes the host key as it comes, as -y says."""

    name = "dropbear"

    def probe_command(self, port, compress):
        return ["dbclient", "-y", "-y", "-p", str(port), "127.0.0.1", "true"]

    def command(self, server, keys, compress):
        converted = keys["ed25519"] + ".dropbear"
        if not os.path.exists(converted):
            subprocess.run(["dropbearconvert", "openssh", "dropbear",
                            keys["ed25519"], converted], check=True,
                           capture_output=True)
        return ["dbclient", "-y", "-y", "-i", converted, "-T",
                "-p", str(server.port), "alice@127.0.0.1"]

    def echo(self, server, keys, data, compress=False):
        try:
            return super().echo(server, keys, data, compress)
        except subprocess.TimeoutExpired as e:
            # one of hundreds stays once all is done, with OpenSSH's server too
            if e.output != data:
                raise
            return e.output


PUTTY_SESSION = """\
Protocol=ssh
KEX=ntru-curve25519,ecdh,dh-group18-sha512,dh-group17-sha512,\
dh-group16-sha512,dh-group15-sha512,dh-gex-sha1,dh-group14-sha1,\
dh-group1-sha1,rsa,WARN
Cipher=aesgcm,aes,chacha20,3des,WARN
"""


class Putty(CommandClient):
    name = "putty"

    def _options(self, port, compress):
        sessions = os.path.join(os.environ["HOME"], ".putty", "sessions")
        os.makedirs(sessions, exist_ok=True)
        with open(os.path.join(sessions, "test"), "w") as out:
            out.write(PUTTY_SESSION)
        return ["plink", "-load", "test", "-batch", "-noagent",
                "-P", str(port), "-l", "alice",
                *(["-C"] if compress else [])]

    def probe_command(self, port, compress):
        return [*self._options(port, compress), "127.0.0.1", "true"]

    def command(self, server, keys, compress):
        ppk = keys["ed25519"] + ".ppk"
        if not os.path.exists(ppk):
            subprocess.run(["puttygen", keys["ed25519"], "-O", "private",
                            "-o", ppk], check=True, capture_output=True)
        pins = []
        for key in server.host_keys:
            shown = subprocess.run(["ssh-keygen", "-lf", key + ".pub"],
                                   capture_output=True, text=True,
                                   check=True).stdout
            pins += ["-hostkey", shown.split()[1]]
        return [*self._options(server.port, compress), *pins, "-i", ppk,
                "127.0.0.1"]


def _paramiko_key(path):
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(path)
        except (paramiko.SSHException, ValueError, TypeError):
            pass
    raise ValueError(path)


class Paramiko(Client):
    name = "paramiko"

    def _transport(self, port, compress):
        transport = paramiko.Transport(("127.0.0.1", port))
        transport.use_compression(compress)
        return transport

    def _probe(self, port, compress):
        transport = self._transport(port, compress)
        try:
            transport.start_client(timeout=60)
        except (paramiko.SSHException, EOFError, OSError):
            pass
        finally:
            transport.close()

    def echo(self, server, keys, data, compress=False):
        transport = self._transport(server.port, compress)
        try:
            transport.start_client(timeout=60)
            shown = transport.get_remote_server_key()
            assert shown.get_base64() in server.host_key_blobs()
            transport.auth_publickey("alice", _paramiko_key(keys["ed25519"]))
            channel = transport.open_session()
            channel.settimeout(60)
            channel.exec_command("cat")
            sender = threading.Thread(target=lambda: (
                channel.sendall(data), channel.shutdown_write()))
            sender.start()
            with channel.makefile("rb") as stream:
                received = stream.read()
            sender.join()
            assert channel.recv_exit_status() == 0
            return received
        finally:
            transport.close()


class AsyncSSH(Client):
    name = "asyncssh"

    def _algorithms(self, compress):
        def names(algorithms):
            return [name.decode() for name in algorithms]
        return {
            "kex_algs": names(asyncssh.kex.get_kex_algs()),
            "encryption_algs":
                names(asyncssh.encryption.get_encryption_algs()),
            "mac_algs": names(asyncssh.mac.get_mac_algs()),
            "compression_algs":
                ["zlib@openssh.com"] if compress else ["none"],
        }

    def _probe(self, port, compress):
        async def probe():
            try:
                await asyncio.wait_for(asyncssh.connect(
                    "127.0.0.1", port, known_hosts=None, client_keys=None,
                    config=None, **self._algorithms(compress)), 60)
            except (asyncssh.Error, OSError, asyncio.TimeoutError):
                pass
        asyncio.run(probe())

    def echo(self, server, keys, data, compress=False):
        async def echo():
            async with asyncssh.connect(
                    "127.0.0.1", server.port, username="alice", config=None,
                    known_hosts=server.known_hosts(),
                    client_keys=[keys["ed25519"]],
                    **self._algorithms(compress)) as connection:
                result = await connection.run("cat", input=data,
                                              encoding=None, timeout=60)
                assert result.exit_status == 0
                return result.stdout
        return asyncio.run(echo())


CLIENTS = [OpenSSH(), Dropbear(), Putty(), Paramiko(), AsyncSSH()]
