# SPDX-License-Identifier: ISC
"""Debian's sshd and ours read the same configurations: the same exit status,
and the same -T values for the keywords that both know."""

import concurrent.futures
import os
import subprocess

import pytest

from oracle_configs import BY_HAND, INCLUDED, SPECS, generated
from server import IS_POSTERN, SSHD

ORACLE = "/usr/sbin/sshd"
SAMPLE, ALL = range(60), range(500)

pytestmark = [
    pytest.mark.skipif(not os.path.exists(ORACLE), reason="no other sshd"),
    pytest.mark.skipif(not IS_POSTERN, reason="nothing to compare"),
]

# ---- differences by version: the oracle is OpenSSH 9.2, the language 10.5 --

# Not compared at all.
NOT_COMPARED = {
    "revokedkeys": "9.2 prints `none`, 10.5 nothing",
    "pidfile": "chosen when a server is built",
    "xauthlocation": "chosen when a server is built",
    "modulifile": "chosen when a server is built",
}
# Not compared while nobody has set it.
OTHER_DEFAULT = {
    "ipqos": "9.2 has lowdelay throughput, 10.5 ef cs0",
    "requiredrsasize": "Postern asks for 2048 bits",
    "authorizedkeysfile": "both have it, but `none` is printed differently",
}
# Value of 9.2: value of 10.5.
RENAMED = {
    ("permitrootlogin", "without-password"): "prohibit-password",
    ("loglevel", "SILENT"): "QUIET",
}
# Configurations whose exit status differs, and why that is right.
OTHER_STATUS = {
    '"Port"=2222\n': "9.2 takes the = for the value's after a quote",
    "Subsystem a /x\nSubsystem a /y\n": "10.5 ignores the second one",
    "AuthorizedKeysFile a none\n": "an error since 9.3",
    "StreamLocalBindMask 0888\n": "9.2 reads up to the first bad digit",
}

ALGORITHMS = {"ciphers", "macs", "kexalgorithms", "hostkeyalgorithms",
              "pubkeyacceptedalgorithms", "hostbasedacceptedalgorithms",
              "casignaturealgorithms"}
ONE_PER_LINE = {"setenv"}       # we print all of them on one line


def run(program, path, host_key, spec):
    return subprocess.run(
        [program, "-T", "-f", path, "-h", host_key, *spec],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def unquoted(value):
    """9.2 prints bare what 10.5 and we quote to be read back."""
    return value.replace('"', "").replace("\\", "").replace("'", "")


def values_of(text):
    values = {}
    for line in text.splitlines():
        keyword, _, value = line.partition(" ")
        value = RENAMED.get((keyword, value), value)
        values.setdefault(keyword, []).append(unquoted(value))
    for keyword in ONE_PER_LINE & values.keys():
        values[keyword] = [" ".join(values[keyword])]
    return values


class Comparison:
    """Two programs on one host, and what each of them has by default."""

    def __init__(self, folder, host_key):
        self.folder = str(folder)
        self.host_key = host_key
        for name, text in INCLUDED.items():
            self.write(name, text)
        path = self.write("empty", "")
        self.theirs = values_of(run(ORACLE, path, host_key, []).stdout)
        self.ours = values_of(run(SSHD, path, host_key, []).stdout)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", newline="") as out:
            out.write(text.replace("{dir}", self.folder))
        return path

    def change(self, keyword, values, defaults, shared):
        """What a list adds to and takes from a default, in shared names."""
        now = values[0].split(",")
        before = defaults[keyword][0].split(",")
        return ([name for name in now if name in shared
                 and name not in before],
                [name for name in before if name in shared
                 and name not in now])

    def same_algorithms(self, keyword, ours, theirs):
        our_default = self.ours[keyword][0].split(",")
        their_default = self.theirs[keyword][0].split(",")
        if ours == theirs:
            return True
        # the defaults are not the same: compare how each one is changed
        shared = {name for name in our_default + their_default
                  + ours[0].split(",") + theirs[0].split(",")
                  if (name in our_default) == (name in their_default)}
        return self.change(keyword, ours, self.ours, shared) == \
            self.change(keyword, theirs, self.theirs, shared)

    def differences(self, ours, theirs):
        for keyword in sorted(self.ours.keys() & self.theirs.keys()
                              | ours.keys() & theirs.keys()):
            if keyword in NOT_COMPARED:
                continue
            mine, other = ours.get(keyword), theirs.get(keyword)
            if mine == other:
                continue
            if keyword in OTHER_DEFAULT and (
                    mine == self.ours.get(keyword)
                    or other == self.theirs.get(keyword)):
                continue
            if keyword in ALGORITHMS and self.same_algorithms(
                    keyword, mine, other):
                continue
            yield f"{keyword}: {mine} instead of {other}"

    def compare(self, number, text):
        """Lines about what differs for one configuration."""
        path = self.write(f"config-{number}", text)
        found = []
        for spec in SPECS:
            theirs = run(ORACLE, path, self.host_key, spec)
            ours = run(SSHD, path, self.host_key, spec)
            if ours.returncode != theirs.returncode:
                if text not in OTHER_STATUS:
                    found.append(f"{spec}: exit status {ours.returncode} "
                                 f"instead of {theirs.returncode}:\n"
                                 f"{ours.stderr}---\n{theirs.stderr}")
            elif ours.returncode == 0:
                found += [f"{spec}: {line}" for line in self.differences(
                    values_of(ours.stdout), values_of(theirs.stdout))]
        return [f"{text}\n=> {line}" for line in found]


@pytest.fixture
def comparison(tmp_path, host_keys):
    return Comparison(tmp_path, host_keys["ed25519"])


def compare_all(comparison, texts):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        reports = pool.map(comparison.compare, range(len(texts)), texts)
        found = [line for report in reports for line in report]
    assert not found, "\n".join(found)


def test_configurations_by_hand_mean_the_same(comparison):
    assert len(BY_HAND) >= 60
    compare_all(comparison, BY_HAND)


def test_a_sample_of_random_configurations_means_the_same(comparison):
    compare_all(comparison, [generated(seed) for seed in SAMPLE])


@pytest.mark.slow
def test_many_random_configurations_mean_the_same(comparison):
    compare_all(comparison, [generated(seed) for seed in ALL])


def test_every_named_difference_is_one():
    assert set(OTHER_STATUS) <= set(BY_HAND)


def test_the_random_configurations_are_good_and_bad(comparison):
    """They would show nothing if most of them were refused."""
    codes = [run(SSHD, comparison.write("x", generated(seed)),
                 comparison.host_key, []).returncode for seed in range(60)]
    assert 20 < codes.count(0) < 60
