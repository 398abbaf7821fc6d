# SPDX-License-Identifier: ISC
"""A second host on a cable: its own addresses, name, /etc/ssh, /etc/hosts.

What lies in /etc/netns/NAME is over /etc for what `ip netns exec` runs.
"""

import os
import shutil
import subprocess

from addresses import ip, wait_for_way
from server import make_key

HERE = {4: "192.0.2.1", 6: "2001:db8::1"}
THERE = {4: "192.0.2.2", 6: "2001:db8::2"}
NAME = "client.example.org"


def hash_names(tmp_path, line):
    """A line of known hosts as ssh-keygen -H rewrites it."""
    path = tmp_path / "hashed"
    path.write_text(line)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", path], check=True,
                   capture_output=True)
    return path.read_text()


class ClientHost:
    """A context manager. Its host keys are those that ssh-keysign finds."""

    kinds = ("ed25519", "ecdsa", "rsa")

    def __init__(self, namespace="client"):
        self.namespace = namespace
        self.etc = f"/etc/netns/{namespace}"
        self.ssh = f"{self.etc}/ssh"

    def __enter__(self):
        name = self.namespace
        ip("netns", "add", name)
        ip("link", "add", "cable", "type", "veth", "peer", "name", "eth0",
           "netns", name)
        for where, device, own in (([], "cable", HERE),
                                   (["-n", name], "eth0", THERE)):
            ip(*where, "address", "add", f"{own[4]}/24", "dev", device)
            ip(*where, "address", "add", f"{own[6]}/64", "dev", device,
               "nodad")
            ip(*where, "link", "set", device, "up")
        ip("-n", name, "link", "set", "lo", "up")
        for where, other in ([], THERE), (["-n", name], HERE):
            for address in other.values():
                wait_for_way(address, where)
        os.makedirs(self.ssh)
        self.write("ssh/ssh_config", "EnableSSHKeysign yes\n")
        self.call_itself(NAME)
        for kind in self.kinds:
            make_key(self.key(kind), kind)
        return self

    def __exit__(self, *exc):
        ip("link", "delete", "cable")
        ip("netns", "delete", self.namespace)
        shutil.rmtree(self.etc)

    def write(self, path, text):
        with open(f"{self.etc}/{path}", "w") as out:
            out.write(text)

    def call_itself(self, name):
        """What ssh says to be the name of its host."""
        self.write("hosts", "".join(f"{a} {name}\n" for a in THERE.values()))

    def key(self, kind="ed25519"):
        return f"{self.ssh}/ssh_host_{kind}_key"

    def public(self, kind="ed25519"):
        with open(self.key(kind) + ".pub") as key:
            return " ".join(key.read().split()[:2])

    def fingerprint(self, kind="ed25519"):
        return subprocess.run(
            ["ssh-keygen", "-lf", self.key(kind) + ".pub"],
            capture_output=True, text=True, check=True).stdout.split()[1]

    def certify(self, authority, *args, principals=NAME):
        """A certificate for the ed25519 key, of a host unless args say so."""
        signed = authority.sign(*(args or ("-h",)), principals=principals,
                                key=self.key())
        shutil.copy(signed + "-cert.pub", self.key() + "-cert.pub")

    def forget_certificate(self):
        if os.path.exists(self.key() + "-cert.pub"):
            os.unlink(self.key() + "-cert.pub")

    def run(self, *words, user="alice", **kwargs):
        return subprocess.run(
            ["ip", "netns", "exec", self.namespace, "runuser", "-u", user,
             "--", *words], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60, **kwargs)

    def ssh_hostbased(self, server, family=4, user="alice",
                      login_as="alice", algorithms="ssh-ed25519",
                      words=("true",)):
        """Logs in because this host vouches for the user."""
        return self.run(
            "ssh", "-F", "none", "-p", str(server.port),
            "-o", "HostbasedAuthentication=yes",
            "-o", "EnableSSHKeysign=yes",
            "-o", "PreferredAuthentications=hostbased",
            "-o", f"HostbasedAcceptedAlgorithms={algorithms}",
            "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=DEBUG",
            f"{login_as}@{HERE[family]}", *words, user=user)
