# SPDX-License-Identifier: ISC
"""A peer that takes its time is ended by LoginGraceTime, with a line."""

import threading

import pytest

from peer import Peer
from wire import IGNORE, string, u8

pytestmark = pytest.mark.postern_only


def trickle(peer, data, stop):
    """One byte at a time until the server has enough; True when it had."""
    for i in range(len(data)):
        if stop.wait(0.05):
            return False
        try:
            peer.send_raw(data[i:i + 1])
        except ConnectionError:
            return True
    return False


SLOW = {
    "silence": (lambda peer: None, b""),
    "version": (lambda peer: None, b"SSH-2.0-" + b"x" * 200),
    "kexinit": (lambda peer: peer.start().read_kexinit(),
                Peer(0).frame(Peer(0).kexinit()) + bytes(200)),
    "packet": (lambda peer: peer.keyed(), bytes(300)),
}


@pytest.mark.parametrize("pace", SLOW)
def test_a_slow_peer_is_ended_by_the_grace_time(make_patient, pace):
    patient = make_patient("LoginGraceTime 2\n")
    prepare, data = SLOW[pace]
    stop = threading.Event()
    with Peer(patient.port, timeout=30).connect() as peer:
        prepare(peer)
        pids = patient.connection_pids(peer)
        sender = threading.Thread(target=trickle, args=(peer, data, stop))
        sender.start()
        try:
            peer.read_all()
        finally:
            stop.set()
            sender.join()
        patient.wait_for_log("Timeout before authentication for connection "
                             "from 127.0.0.1 to 127.0.0.1, pid = ")
        patient.wait_until_gone(*pids)


def test_a_busy_peer_is_ended_by_the_grace_time(make_patient):
    patient = make_patient("LoginGraceTime 2\n")
    with Peer(patient.port, timeout=30) as peer:
        peer.keyed().service()
        with pytest.raises(ConnectionError):
            while True:
                peer.send(u8(IGNORE) + string(bytes(1000)))
        patient.wait_for_log("Timeout before authentication")


def test_a_login_outlives_the_grace_time(make_patient, alice):
    patient = make_patient("LoginGraceTime 2\n")
    with Peer(patient.port) as peer:
        peer.login("alice", alice)
        # a second connection measures the time
        with Peer(patient.port, timeout=30).connect() as other:
            other.read_all()
        patient.wait_for_log("Timeout before authentication")
        assert peer.run("echo in") == (b"in\n", 0)
