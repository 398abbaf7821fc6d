# SPDX-License-Identifier: ISC
"""Fixtures of regress/system, and what finds a crash of the server."""

import importlib.util
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM = os.path.join(os.path.dirname(HERE), "system")
sys.path[:0] = [HERE, SYSTEM]


def _load_system():
    spec = importlib.util.spec_from_file_location(
        "system_conftest", os.path.join(SYSTEM, "conftest.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


system = _load_system()
# its hooks are ours, whichever there are
globals().update({name: value for name, value in vars(system).items()
                  if name.startswith("pytest_")})
syslog = system.syslog
keys = system.keys
host_keys = system.host_keys
make_server = system.make_server
time_limit = system.time_limit

import peer as peer_module  # noqa: E402
from patient import CONFIG, Patient  # noqa: E402


@pytest.fixture(scope="session")
def alice(keys):
    """alice's key."""
    return peer_module.UserKey.load(keys["ed25519"])


@pytest.fixture(scope="module")
def server(tmp_path_factory, host_keys, keys):
    """One server for the peers of a module; it must survive them all."""
    directory = str(tmp_path_factory.mktemp("server"))
    with Patient(directory, list(host_keys.values()), CONFIG) as patient:
        yield patient
        patient.assert_well()


@pytest.fixture
def make_patient(tmp_path, host_keys, keys):
    """Starts servers; each must be well at the end of the test."""
    started = []

    def make(config="", args=(), **kwargs):
        directory = tmp_path / f"server{len(started)}"
        directory.mkdir()
        patient = Patient(str(directory), list(host_keys.values()),
                          config + CONFIG, args, **kwargs)
        started.append(patient)
        return patient.start()

    yield make
    for patient in started:
        try:
            patient.assert_well()
        finally:
            patient.end()


@pytest.fixture
def peer(server):
    """Makes peers of the module's server; they are closed at the end."""
    made = []

    def make(**kwargs):
        made.append(peer_module.Peer(server.port, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()
    server.assert_well()
