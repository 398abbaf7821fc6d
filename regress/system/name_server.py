# SPDX-License-Identifier: ISC
"""A name server of the isolated host: it answers what each test wants."""

import contextlib
import functools
import ipaddress
import socket
import struct
import threading

from isolated import host_file

PTR, A, AAAA = 12, 1, 28


class NameServer:
    """Answers PTR with .name, A and AAAA with .address where it fits.

    None: there is none. .silent: no answer ever comes.
    """

    def __init__(self):
        self.reset()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def reset(self, name=None, address=None):
        self.name, self.address = name, address
        self.silent, self.asked = False, 0

    def data(self, kind):
        if kind == PTR and self.name:
            return b"".join(bytes([len(label)]) + label.encode()
                            for label in self.name.split(".")) + b"\0"
        if kind in (A, AAAA) and self.address:
            address = ipaddress.ip_address(self.address)
            if kind == (A if address.version == 4 else AAAA):
                return address.packed
        return b""

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(1500)
            end = query.index(b"\0", 12) + 5
            kind, = struct.unpack(">H", query[end - 4:end - 2])
            self.asked += 1
            if self.silent:
                continue
            data = self.data(kind)
            answer = b"" if not data else struct.pack(
                ">HHHIH", 0xc00c, kind, 1, 0, len(data)) + data
            self.socket.sendto(
                query[:2] + struct.pack(">HHHHH", 0x8180 if data else 0x8183,
                                        1, bool(data), 0, 0) +
                query[12:end] + answer, client)


the_server = functools.cache(NameServer)    # there is one port 53


@contextlib.contextmanager
def asked_by_the_host(options=""):
    """The host's resolver asks a NameServer; options of resolv.conf(5)."""
    with host_file("/etc/resolv.conf", f"nameserver 127.0.0.1\n{options}\n"):
        yield the_server()
