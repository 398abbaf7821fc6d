# SPDX-License-Identifier: ISC
"""What is measured: one function for each figure, one number a call."""

import os
import resource
import socket
import statistics
import subprocess
import threading
import time

from servers import (COMMAND, COMMAND_NS, Server, children_of, free_port,
                     wait_for)

GIB = 1 << 30
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


def _run(command, **streams):
    subprocess.run(command, check=True, timeout=600,
                   **{"stdin": subprocess.DEVNULL,
                      "stdout": subprocess.DEVNULL, **streams})


def empty_life(kind):
    """CPU seconds of a server that is started and ended."""
    return Server(kind).stop()


def cpu_per_gib(kind, cipher, upwards, size):
    """CPU seconds for each GiB beyond those of a life with one login."""
    options = (*CIPHERS[cipher], *_kex(kind))
    server = Server(kind)
    _run(server.ssh("true", options=options))
    one_login = server.stop()
    server = Server(kind)
    if upwards:
        source = subprocess.Popen([COMMAND, "source", str(size)],
                                  stdout=subprocess.PIPE)
        _run(server.ssh("sink", options=options), stdin=source.stdout)
        source.stdout.close()
        source.wait()
        _forget_report_of_source()
    else:
        _run(server.ssh(f"source {size}", options=options))
    return (server.stop() - one_login) * GIB / size


def _forget_report_of_source():
    """The source ends first: its line is the first of the two."""
    def lines():
        with open(COMMAND_NS) as f:
            return f.read().splitlines(keepends=True)
    wait_for(lambda: len(lines()) == 2, "both reports")
    with open(COMMAND_NS, "r+") as f:
        kept = f.readlines()[1]
        f.seek(0)
        f.truncate()
        f.write(kept)


def _reaped_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def logins(kind, at_a_time, count):
    """Seconds of one login: (server's CPU, median wall, client's CPU)."""
    without = empty_life(kind)
    server = Server(kind)
    command = server.ssh("true", options=_kex(kind))
    walls = []

    def work():
        for _ in range(count // at_a_time):
            start = time.monotonic()
            _run(command)
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


def _pss_of_connection(server, end):
    """What belonged to the connection is what goes with it."""
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
    session = _pss_of_connection(
        server, lambda: (client.stdin.close(), client.wait()))
    client.stdout.close()
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        s.recv(4)
        unauthenticated = _pss_of_connection(server, s.close)
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


def forward_round_trip(kind, count):
    server = Server(kind)
    echo_port, port = free_port(), free_port()
    echo = subprocess.Popen([COMMAND, "serve", str(echo_port)],
                            stdout=subprocess.PIPE)
    echo.stdout.readline()
    client = subprocess.Popen(server.ssh(
        "-N", options=(*_kex(kind), "-o", "ExitOnForwardFailure=yes",
                       "-L", f"{port}:127.0.0.1:{echo_port}")))

    def connect():
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            return None
    sock = None
    while sock is None and client.poll() is None:
        sock = connect()
        time.sleep(0.002)
    if sock is None:
        raise RuntimeError(f"{kind.name}: the forwarding client ended")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    result = _round_trips(sock.send, sock.recv, count)
    sock.close()
    for process in (client, echo):
        process.terminate()
        process.wait()
    echo.stdout.close()
    server.stop()
    return result
