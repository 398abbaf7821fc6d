# SPDX-License-Identifier: ISC
"""A peer that takes its time is ended by LoginGraceTime, with a line."""

import threading

import pytest

from peer import Closed, Peer
from wire import IGNORE, string, u8

pytestmark = pytest.mark.postern_only

CONFIG = "LoginGraceTime 2\n"
LINE = "Timeout before authentication for connection from 127.0.0.1 to " \
    "127.0.0.1, pid = "


def trickle(peer, data):
    """One byte at a time until the server closes."""
    over = threading.Event()

    def watch():
        peer.read_all()
        over.set()

    reader = threading.Thread(target=watch)
    reader.start()
    for i in range(len(data)):
        if over.wait(0.05):
            break
        try:
            peer.send_raw(data[i:i + 1])
        except ConnectionError:
            break
    reader.join()


def in_a_version(peer):
    peer.connect()
    return b"SSH-2.0-" + b"x" * 240


def in_a_kexinit(peer):
    peer.start().read_kexinit()
    return peer.frame(peer.kexinit())


def in_a_packet(peer):
    peer.keyed()
    return peer.out.seal(peer.out_seq, peer.frame(u8(IGNORE) + string(
        bytes(300))))


def test_slow_peers_are_ended_by_the_grace_time(make_patient):
    patient = make_patient(CONFIG)
    peers, pids, threads = [], [], []
    for prepare in (in_a_version, in_a_kexinit, in_a_packet):
        peer = Peer(patient.port, timeout=30)
        peers.append(peer)
        data = prepare(peer)
        pids.append(patient.connection_pids(peer))
        threads.append(threading.Thread(target=trickle, args=(peer, data)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for peer in peers:
        peer.close()
    for net, monitor in pids:
        patient.wait_for_log(f"{LINE}{monitor}")
        patient.wait_until_gone(net, monitor)


def test_a_busy_peer_is_ended_by_the_grace_time(make_patient):
    patient = make_patient(CONFIG)
    with Peer(patient.port, timeout=30) as peer:
        peer.keyed().service()
        with pytest.raises(ConnectionError):
            while True:
                peer.send(u8(IGNORE) + string(bytes(1000)))
        patient.wait_for_log(LINE)


def test_a_login_outlives_the_grace_time(make_patient, alice):
    # a busy machine may need longer for a login
    for seconds in (2, 8, 32):
        patient = make_patient(f"LoginGraceTime {seconds}\n")
        with Peer(patient.port, timeout=60) as peer:
            try:
                peer.login("alice", alice)
            except (Closed, ConnectionError):
                continue
            # a second connection measures the time
            with Peer(patient.port, timeout=60).connect() as other:
                other.read_all()
            patient.wait_for_log(LINE)
            assert peer.run("echo in") == (b"in\n", 0)
            return
    pytest.fail("no login within 32 s")
