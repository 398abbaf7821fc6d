# SPDX-License-Identifier: ISC
"""Something to reach through a forwarding, and a way to ask it."""

import socket
import socketserver
import threading


class Shout(socketserver.StreamRequestHandler):
    """Sends back what it got in capitals, after the peer's end."""

    def handle(self):
        self.wfile.write(self.rfile.read().upper())


class Tcp(socketserver.ThreadingTCPServer):
    # a thousand at once must not fill it: the kernel then answers with SYN
    # cookies, and resets a connection whose first data it has dropped
    request_queue_size = 1024
    daemon_threads = True


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def serve(service):
    threading.Thread(target=service.serve_forever, args=(0.05,),
                     daemon=True).start()
    return service


def exchange(target, data):
    family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
    with socket.socket(family) as s:
        s.settimeout(60)
        s.connect(target)
        sender = threading.Thread(target=lambda: (
            s.sendall(data), s.shutdown(socket.SHUT_WR)))
        sender.start()
        received = b""
        while block := s.recv(65536):
            received += block
        sender.join()
        return received


def listeners(port):
    """The local addresses, in hex, of TCP listeners on port."""
    found = set()
    for name in ("tcp", "tcp6"):
        with open(f"/proc/net/{name}") as f:
            for line in f.readlines()[1:]:
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == "0A":
                    found.add(fields[1].split(":")[0])
    return found
