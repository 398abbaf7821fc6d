# SPDX-License-Identifier: ISC
"""Fixtures: the isolated host, keys, and servers."""

import os
import signal
import subprocess
import sys
import threading

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import isolated  # noqa: E402
import server as server_module  # noqa: E402
import services  # noqa: E402


HOST = pytest.StashKey()


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: moves a lot of data")
    config.addinivalue_line(
        "markers", "postern_only: not promised by other servers")
    isolated.require_host()
    if not server_module.IS_THERE:
        raise pytest.UsageError(
            f"no program {server_module.SSHD}: build first, or name another "
            "build in POSTERN_BUILD or a server in POSTERN_SSHD")
    config.stash[HOST] = isolated.SyslogSocket()


def pytest_addoption(parser):
    parser.addoption("--part", metavar="N/M",
                     help="run the N-th of M parts of about the same size")


def _files_of_part(items, part):
    """Whole files, so that fixtures of a module are made once."""
    number, parts = (int(word) for word in part.split("/"))
    counts = {}
    for item in items:
        counts[item.path] = counts.get(item.path, 0) + 1
    load = [0] * parts
    chosen = set()
    for path in sorted(counts, key=lambda path: (-counts[path], path)):
        lightest = load.index(min(load))
        load[lightest] += counts[path]
        if lightest == number - 1:
            chosen.add(path)
    return chosen


def pytest_collection_modifyitems(config, items):
    if config.getoption("--part"):
        chosen = _files_of_part(items, config.getoption("--part"))
        items[:] = [item for item in items if item.path in chosen]
    if server_module.IS_POSTERN:
        return
    for item in items:
        if item.get_closest_marker("postern_only"):
            item.add_marker(pytest.mark.skip(reason="Postern only"))


def _too_long(*_args):
    raise TimeoutError("the test takes too long")


@pytest.fixture(autouse=True)
def time_limit(request):
    """A test that hangs fails."""
    limit_s = 600 if request.node.get_closest_marker("slow") else 180
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(limit_s)
    yield
    signal.alarm(0)


@pytest.fixture(scope="session")
def syslog(request):
    """The isolated host's /dev/log socket."""
    return request.config.stash[HOST]


@pytest.fixture(scope="session")
def keys(syslog, tmp_path_factory):
    """Paths of one user key of each type, all authorised for alice, bob."""
    directory = tmp_path_factory.mktemp("keys")
    paths = {}
    for kind in server_module.KEY_TYPES:
        paths[kind] = server_module.make_key(str(directory / f"user_{kind}"),
                                             kind)
        for user in ("alice", "bob", "locked", "noshell"):
            server_module.authorize(user, paths[kind] + ".pub")
    return paths


@pytest.fixture(scope="session")
def host_keys(syslog, tmp_path_factory):
    directory = tmp_path_factory.mktemp("host_keys")
    return {kind: server_module.make_key(str(directory / f"host_{kind}"),
                                         kind)
            for kind in server_module.KEY_TYPES}


@pytest.fixture
def make_server(tmp_path, host_keys, keys):
    """A function that starts servers; all are stopped after the test."""
    started = []

    def make(config="", args=(), kinds=("ed25519", "ecdsa", "rsa"), **kwargs):
        directory = tmp_path / f"server{len(started)}"
        directory.mkdir()
        instance = server_module.Server(
            str(directory), [host_keys[kind] for kind in kinds], config,
            args, **kwargs)
        started.append(instance)
        return instance.start()

    yield make
    for instance in started:
        instance.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    """A server with the default configuration for a whole module."""
    directory = str(tmp_path_factory.mktemp("server"))
    with server_module.Server(directory, list(host_keys.values()),
                              "AcceptEnv LANG LC_* TEST_*\n") as instance:
        yield instance


@pytest.fixture
def shouter():
    """A port that shouts back."""
    with services.serve(services.Tcp(("127.0.0.1", 0),
                                     services.Shout)) as service:
        yield service.server_address[1]
        service.shutdown()


@pytest.fixture
def forward(keys):
    """A function that holds a connection with forwardings open."""
    running = []

    def start(server, *options):
        process = server.popen(
            "alice", keys["ed25519"], options=[
                "-N", "-o", "ExitOnForwardFailure=yes", "-o",
                "LogLevel=DEBUG1", *options], stdin=subprocess.DEVNULL)
        running.append(process)
        said = []
        for line in process.stderr:
            said.append(line.decode().rstrip())
            if "Entering interactive session" in said[-1]:
                break
        process.said = said
        threading.Thread(target=lambda: said.extend(
            line.decode() for line in process.stderr), daemon=True).start()
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
