# SPDX-License-Identifier: ISC
"""What is measured: one function for each figure, one number a call."""

import contextlib
import os
import pty
import resource
import socket
import statistics
import subprocess
import threading
import time

import load
from server import free_port
from servers import (COMMAND, COMMAND_NS, RELAY, Server, USER_KEY,
                     children_of, cpu_clock_ns, run)

GIB = 1 << 30
IDLE_S = 4      # what an idle server gives back, is given back by then
KEX = ("-o", "KexAlgorithms=sntrup761x25519-sha512@openssh.com")
CIPHERS = {
    "aes128-gcm": ("-c", "aes128-gcm@openssh.com"),
    "chacha20-poly1305": ("-c", "chacha20-poly1305@openssh.com"),
    "aes256-ctr+etm": ("-c", "aes256-ctr",
                       "-m", "hmac-sha2-256-etm@openssh.com"),
}


def _kex(kind):
    """Post-quantum where the server has it, else the client's best."""
    return () if "sntrup761" in kind.lacks else KEX


def empty_life(kind, extra=""):
    """CPU seconds of a server that is started and ended."""
    return Server(kind, extra).stop()


def cpu_per_gib(kind, cipher, upwards, size):
    """CPU seconds for each GiB beyond those of a life with one login."""
    options = (*CIPHERS[cipher], *_kex(kind))
    server = Server(kind)
    run(server.ssh("true", options=options))
    one_login = server.stop()
    server = Server(kind)
    if upwards:
        source = subprocess.Popen([COMMAND, "source", str(size)],
                                  stdout=subprocess.PIPE)
        run(server.ssh("sink", options=options), stdin=source.stdout)
        source.stdout.close()
        source.wait()
        _forget_report_of_source(server)
    else:
        run(server.ssh(f"source {size}", options=options))
    return (server.stop() - one_login) * GIB / size


def _forget_report_of_source(server):
    """The source ends first: its line is the first of the two."""
    def lines():
        with open(COMMAND_NS) as f:
            return f.read().splitlines(keepends=True)
    server.wait_for(lambda: len(lines()) == 2, "both reports")
    with open(COMMAND_NS, "r+") as f:
        kept = f.readlines()[1]
        f.seek(0)
        f.truncate()
        f.write(kept)


def _reaped_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def logins(kind, at_a_time, count, identity=USER_KEY, extra=""):
    """Seconds of one login: (server's CPU, median wall, client's CPU)."""
    without = empty_life(kind, extra)
    server = Server(kind, extra)
    command = server.ssh("true", options=_kex(kind), identity=identity)
    walls = []

    def work():
        for _ in range(count // at_a_time):
            start = time.monotonic()
            run(command)
            walls.append(time.monotonic() - start)

    clients_before = _reaped_cpu()
    workers = [threading.Thread(target=work) for _ in range(at_a_time)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if len(walls) != count // at_a_time * at_a_time:
        raise RuntimeError(f"{kind.name}: a login failed")
    client = (_reaped_cpu() - clients_before) / len(walls)
    return ((server.stop() - without) / len(walls), statistics.median(walls),
            client)


def pss_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return next(int(line.split()[1]) for line in f
                        if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return 0


def _is_command(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe") == COMMAND
    except OSError:
        return False


def pss_of_connections(server, end):
    """What belonged to the connections is what goes with them."""
    time.sleep(IDLE_S)
    server.settle()
    before = {pid: pss_kib(pid) for pid in children_of(server.keeper)
              if not _is_command(pid)}
    end()
    server.settle()
    left = set(children_of(server.keeper))
    return sum(kib for pid, kib in before.items() if pid not in left)


def memory(kind):
    """PSS in KiB of (session, unauthenticated, listener, its pool)."""
    server = Server(kind)
    listener = pss_kib(server.pid)
    pool = sum(pss_kib(pid) for pid in children_of(server.pid)[1:])
    client = subprocess.Popen(server.ssh("wait", options=_kex(kind)),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    client.stdout.readline()
    session = pss_of_connections(
        server, lambda: (client.stdin.close(), client.wait()))
    client.stdout.close()
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        s.recv(4)
        unauthenticated = pss_of_connections(server, s.close)
    server.stop()
    return session, unauthenticated, listener, pool


def _round_trips(write, read, count):
    """The median time of one byte there and back, in seconds."""
    times = []
    for i in range(count + 100):
        start = time.perf_counter()
        write(b"x")
        read(1)
        times.append(time.perf_counter() - start)
    return statistics.median(times[100:])


def session_round_trip(kind, count):
    server = Server(kind)
    client = subprocess.Popen(server.ssh("echo", options=_kex(kind)),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              bufsize=0)
    result = _round_trips(client.stdin.write, client.stdout.read, count)
    client.stdin.close()
    client.wait()
    client.stdout.close()
    server.stop()
    return result


class Forward:
    """A client that forwards a port to a service of command.c."""

    def __init__(self, kind, service, remote=False, options=()):
        self.server = Server(kind)
        target, self.port = free_port(), free_port()
        self.target = subprocess.Popen([COMMAND, service[0], str(target),
                                        *service[1:]],
                                       stdout=subprocess.PIPE)
        self.target.stdout.readline()
        self.client = subprocess.Popen(self.server.ssh(
            "-N", options=(*_kex(kind), *options,
                           "-o", "ExitOnForwardFailure=yes",
                           "-R" if remote else "-L",
                           f"{self.port}:127.0.0.1:{target}")))

    def connect(self):
        """Waits for the client the first time."""
        while self.client.poll() is None:
            try:
                sock = socket.create_connection(("127.0.0.1", self.port))
            except ConnectionRefusedError:
                time.sleep(0.002)
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        raise RuntimeError(f"{self.server.kind.name}: the forwarding client "
                           "ended")

    def stop(self):
        """CPU seconds of the server's life."""
        for process in (self.client, self.target):
            process.kill()
            process.wait()
        self.target.stdout.close()
        return self.server.stop()


def forward_round_trip(kind, count):
    forward = Forward(kind, ["serve", "1"])
    sock = forward.connect()
    result = _round_trips(sock.send, sock.recv, count)
    sock.close()
    forward.stop()
    return result


def forward_cpu_per_gib(kind, remote, size):
    """CPU seconds for each GiB: -L towards the target, -R to the client."""
    def life(amount):
        forward = Forward(kind, ["drain"], remote, CIPHERS["aes128-gcm"])
        sock = forward.connect()
        data = bytes(1 << 18)
        for _ in range(amount // len(data)):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
        sock.close()
        return forward.stop()
    return (life(size) - life(0)) * GIB / size


def _busiest_cpu(server):
    """CPU seconds of the busiest process of all connections."""
    server.settle()
    return max(map(cpu_clock_ns, children_of(server.keeper)[1:])) / 1e9


def opens(kind, count, at_once):
    """Seconds of each channel: connect, a byte there and back, close.

    (wall, server's CPU, CPU of its busiest process). The client and the
    target run on this machine, too: the wall time is theirs as much as the
    server's. What bounds the channels per second of a server that has
    processors of its own is the busiest of its processes.
    """
    def life(each):
        forward = Forward(kind, ["serve", str(at_once)])
        forward.connect().close()
        start = time.perf_counter()
        clients = [subprocess.Popen([COMMAND, "opens", str(forward.port),
                                     str(each)]) for _ in range(at_once)]
        if any([client.wait() for client in clients]):
            raise RuntimeError(f"{kind.name}: a channel failed")
        wall = time.perf_counter() - start
        busiest = _busiest_cpu(forward.server)
        return wall, forward.stop(), busiest
    each = count // at_once
    return [(long - short) / (each * at_once)
            for long, short in zip(life(each), life(0))]


def cheap_opens(kind, count, in_flight):
    """The same of channels that load.c opens, with a target that closes at
    once: so many are in flight that the server has always something to do.
    """
    def life(channels):
        server = Server(kind)
        with load.login(server) as client:
            wall, = load.run(client, channels, in_flight)
            busiest = _busiest_cpu(server)
        return wall, server.stop(), busiest
    return [(long - short) / count
            for long, short in zip(life(count), life(0))]


def round_trip_under_load(kind, count, terminal):
    """The median of one byte while a download fills the connection."""
    server = Server(kind)
    path = f"{server.kind.log_path}.mux"
    master = subprocess.Popen(server.ssh(
        f"source {1 << 50}", options=(*_kex(kind), "-M", "-S", path)),
        stdout=subprocess.DEVNULL)
    server.wait_for(lambda: os.path.exists(path), "the master connection")
    # the terminal at the far end echoes, or the command
    ours, theirs = pty.openpty() if terminal else os.pipe()[::-1]
    client = subprocess.Popen(server.ssh(
        "sink" if terminal else "echo",
        options=("-S", path, "-tt" if terminal else "-T")),
        stdin=theirs, stdout=subprocess.PIPE, bufsize=0)
    os.close(theirs)
    result = _round_trips(lambda byte: os.write(ours, byte),
                          client.stdout.read, count)
    os.close(ours)
    client.kill()
    client.wait()
    client.stdout.close()
    master.kill()
    master.wait()
    server.stop()
    return result


@contextlib.contextmanager
def relayed(server, delay_ms):
    """A port of one connection to the server, with a delay each way."""
    port = free_port()
    with subprocess.Popen([RELAY, str(port), str(server.port),
                           str(delay_ms)], stdout=subprocess.PIPE) as relay:
        relay.stdout.readline()
        yield port


def delayed_upload(kind, delay_ms, duration_s):
    """Seconds for each GiB of an upload through a relay that delays."""
    server = Server(kind)
    data = bytes(1 << 18)
    sent = 0
    with relayed(server, delay_ms) as port:
        client = subprocess.Popen(server.ssh("wait", port=port, options=(
            *_kex(kind), *CIPHERS["aes128-gcm"])),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        client.stdout.readline()
        start = time.monotonic()
        while time.monotonic() < start + duration_s:
            client.stdin.write(data)
            sent += len(data)
        client.stdin.close()
        client.wait()
        elapsed = time.monotonic() - start
        client.stdout.close()
    server.stop()
    return elapsed * GIB / sent
