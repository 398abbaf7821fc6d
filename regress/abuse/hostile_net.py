# SPDX-License-Identifier: ISC
"""A server whose net processes are ours: we hold their sockets.

take() makes a connection and returns the Child that was given it.
"""

import hashlib
import os
import select
import socket

from ipc import Channel, Ended
from peer import pubkey_request, verify_ed25519
from replaced import ReplacedServer, receive_socket
from server import wait_until
from wire import Reader, mpint, string

AUTH_FAILURE, AUTH_PARTIAL, AUTH_KEY_OK, AUTH_SUCCESS, AUTH_TOO_MANY, \
    AUTH_REFUSED, AUTH_DENIED = range(7)


class Child:
    """One net process: its socket to the monitor, its hand on the process."""

    def __init__(self, control):
        self.control = control
        self.monitor = Channel(receive_socket(control))
        self.setup, _ = self.monitor.recv("NET_SETUP")
        self.client = None
        self.monitor_pid = self.monitor.monitor_pid()

    def become_ready(self):
        self.monitor.send("NET_READY")

    def host_keys(self):
        """{algorithm: K_S} as the monitor offered them."""
        r, keys = Reader(self.setup["host_keys"]), {}
        while r.rest():
            name = r.string().decode()
            keys[name] = r.string()
        return keys

    def killed(self):
        """The process has ended: the monitor ended it, or is gone."""
        try:
            return self.control.recv(1) == b""
        except ConnectionError:
            return True

    def close(self):
        self.monitor.close()
        self.control.close()
        if self.client:
            self.client.close()

    # ---- an honest dialogue, in parts

    def kex_fields(self, **changes):
        fields = {
            "kex_name": b"curve25519-sha256",
            "host_key_algorithm": b"ssh-ed25519",
            "client_version": b"SSH-2.0-Hostile",
            "client_kexinit": b"\x14" + bytes(50),
            "server_kexinit": b"\x14" + bytes(60),
            "client_public": b"\1" * 32, "server_public": b"\2" * 32,
            "shared_secret": mpint(b"\3" * 32),
        }
        fields.update(changes)
        return fields

    def hash_of(self, fields):
        """The exchange hash, with the monitor's version and host key."""
        f = fields
        return hashlib.sha256(
            string(f["client_version"]) + string(self.setup["version"]) +
            string(f["client_kexinit"]) + string(f["server_kexinit"]) +
            string(self.host_keys()["ssh-ed25519"]) +
            string(f["client_public"]) + string(f["server_public"]) +
            f["shared_secret"]).digest()

    def exchange(self, **changes):
        """Has a key exchange signed; returns the signature."""
        fields = self.kex_fields(**changes)
        reply = self.monitor.ask("KEX_SIGN", "KEX_SIGNED", **fields)
        self.hash = self.hash_of(fields)
        verify_ed25519(self.host_keys()["ssh-ed25519"], reply["signature"],
                       self.hash)
        return reply["signature"]

    def start(self):
        """To MON_FRESH."""
        self.exchange()
        self.session_id = self.hash
        return self

    def name(self, user="alice", service="ssh-connection"):
        """To MON_NAMED; the whole reply."""
        self.user = user
        self.monitor.send("USER", user=user.encode(),
                          service=service.encode())
        return self.monitor.recv_raw()[0]

    def sign(self, key, user=None, session_id=None, service="ssh-connection",
             method="publickey", algorithm=None, blob=None):
        data = string(self.session_id if session_id is None else session_id)
        return key.sign(data + pubkey_request(
            user or self.user, service, method, algorithm or key.algorithm,
            blob or key.blob, b""))

    def prove(self, user_key, signature=None, **changes):
        """AUTH_PUBKEY: (fields of AUTH_REPLY, descriptors)."""
        fields = {"algorithm": user_key.algorithm, "key": user_key.blob,
                  "signature": signature or self.sign(user_key),
                  "hostbound": 0}
        fields.update(changes)
        self.monitor.send("AUTH_PUBKEY", **fields)
        return self.monitor.recv("AUTH_REPLY")

    def login(self, key, user="alice"):
        """To MON_AUTHED: the channel to the session process."""
        self.start().name(user)
        reply, fds = self.prove(key)
        assert reply["result"] == AUTH_SUCCESS and len(fds) == 1, reply
        self.session = Channel(fds[0])
        return self.session


class HostileServer(ReplacedServer):
    """A server that starts our net processes."""

    replaced = "sshd-net"

    def __init__(self, *args, **kwargs):
        self.warm, self.hold = [], False
        super().__init__(*args, **kwargs)

    def accepted(self, control):
        try:
            child = Child(control)
            if not self.hold:
                child.become_ready()
        except (OSError, Ended, IndexError):
            return          # it has ended already
        with self.lock:
            self.warm.append(child)

    def stop(self):
        super().stop()
        for child in self.warm:
            child.close()

    def one_warm(self):
        """A child that waits for its connection; it leaves the pool."""
        wait_until(lambda: self.warm, what="a warm child")
        with self.lock:
            return self.warm.pop(0)

    def take(self):
        """The child that is given a new connection: MON_KEX."""
        client = socket.create_connection(("127.0.0.1", self.port), 60)

        def given():
            with self.lock:
                socks = {child.monitor.sock: child for child in self.warm}
                for sock in select.select(list(socks), [], [], 0)[0]:
                    child = socks[sock]
                    self.warm.remove(child)
                    try:
                        values, fds = child.monitor.recv("NET_CONNECTION")
                    except Ended:
                        child.close()
                        continue
                    for fd in fds:
                        os.close(fd)
                    return child
            return None

        child = wait_until(given, what="a child with a connection")
        child.client = client
        return child

    def wait_for_attack(self, child):
        """The monitor has noticed, has named the peer, and has ended."""
        port = child.client.getsockname()[1]
        child.monitor.wait_for_end()
        assert child.killed()
        self.wait_for_log("attack: net process of the connection from")
        wait_until(lambda: any(
            "attack: net process" in line and f"127.0.0.1 port {port} " in
            line for line in self.log().splitlines()),
            what=f"the attack of port {port} in the log\n{self.log()[-800:]}")

    def assert_well(self):
        """As of any server; its greeting needs one of our children."""
        assert self.process.poll() is None, f"sshd ended\n{self.log()}"
        child = self.take()
        child.exchange()
        child.close()
        self.assert_no_crash()
