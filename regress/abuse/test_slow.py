# SPDX-License-Identifier: ISC
"""A peer that takes its time is ended by LoginGraceTime, with a line."""

import contextlib
import re
import threading

import pytest

from peer import Closed, Peer
from server import descendants, title, wait_until
from wire import IGNORE, string, u8

pytestmark = pytest.mark.postern_only

GRACES_S = (2, 8, 32)   # a busy machine may need longer for what comes first
LATER_S = 60            # than the grace time, to see that there is no end
LINE = "Timeout before authentication for connection from 127.0.0.1 to " \
    "127.0.0.1, pid = "


@pytest.fixture
def in_time(make_patient):
    """A function: a server, and what prepare(it, new_peer) came to with it.

    One with a longer grace time takes the place of one that ended a peer
    before that.
    """
    with contextlib.ExitStack() as stack:
        def attempt(prepare):
            for grace_s in GRACES_S:
                patient = make_patient(f"LoginGraceTime {grace_s}\n")

                def new_peer():
                    return stack.enter_context(contextlib.closing(
                        Peer(patient.port, timeout=grace_s + LATER_S)))
                with contextlib.suppress(Closed, ConnectionError):
                    return patient, prepare(patient, new_peer)
            return pytest.fail("the longest grace time was too short")
        yield attempt


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
    peer.connect().read_version()
    return b"SSH-2.0-" + b"x" * 240


def in_a_kexinit(peer):
    peer.start().read_kexinit()
    return peer.frame(peer.kexinit())


def in_a_packet(peer):
    peer.keyed()
    return peer.out.seal(peer.out_seq, peer.frame(u8(IGNORE) + string(
        bytes(300))))


def timed_out(patient):
    """The monitors that said so."""
    return re.findall(re.escape(LINE) + r"(\d+)", patient.log())


def connections(patient):
    """The processes of clients."""
    monitors = [pid for pid in descendants(patient.process.pid)
                if title(pid).endswith("[accepted]")]
    return monitors + [pid for monitor in monitors
                       for pid in descendants(monitor)]


def test_slow_peers_are_ended_by_the_grace_time(in_time):
    def prepare(patient, new_peer):
        found = []
        for begin in (in_a_version, in_a_kexinit, in_a_packet):
            peer = new_peer()
            found.append((peer, begin(peer)))
        pids = connections(patient)
        if len(pids) != 2 * len(found):
            raise Closed
        return found, pids

    patient, (peers, pids) = in_time(prepare)
    threads = [threading.Thread(target=trickle, args=args) for args in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(set(timed_out(patient))) == len(peers),
               what="a line for each")
    patient.wait_until_gone(*pids)


def test_a_busy_peer_is_ended_by_the_grace_time(in_time):
    patient, peer = in_time(
        lambda _, new_peer: new_peer().keyed().service())
    with pytest.raises(ConnectionError):
        while True:
            peer.send(u8(IGNORE) + string(bytes(1000)))
    patient.wait_for_log(LINE)


def test_a_login_outlives_the_grace_time(in_time, alice):
    patient, peer = in_time(
        lambda _, new_peer: new_peer().login("alice", alice))
    # a second connection measures the time
    with Peer(patient.port, timeout=peer.timeout) as other:
        other.read_all()
    patient.wait_for_log(LINE)
    assert peer.run("echo in") == (b"in\n", 0)
