# SPDX-License-Identifier: ISC
"""A load that the server sets the pace of: a login here, the rest in load.c.

Client, target and server share the processors of one machine, so a client
that needs as much as the server is measured as much as it. OpenSSH's client
with -L, a program that connects to it and a target need more for a channel
than any server here; what load.c needs for one, as client and target, is a
fraction of it.
"""

import contextlib
import subprocess

import peer
from servers import LOAD, RUN_MAX_S, USER, USER_KEY

CIPHER = "aes128-gcm"


def lacked_by(kind):
    return CIPHER in kind.lacks


@contextlib.contextmanager
def login(server, user=USER):
    key = peer.UserKey.load(USER_KEY)
    with peer.Peer(server.port, cipher=f"{CIPHER}@openssh.com") as client:
        yield client.login(user, key)


def run(client, *words):
    """The seconds that load.c prints; client is used up."""
    client.sock.setblocking(True)
    done = subprocess.run(
        [LOAD, str(client.sock.fileno()), *map(str, words)],
        input=client.out.state() + client.into.state() + client.buffer,
        pass_fds=[client.sock.fileno()], stdout=subprocess.PIPE,
        timeout=RUN_MAX_S, check=True)
    return [float(line) for line in done.stdout.split()]
