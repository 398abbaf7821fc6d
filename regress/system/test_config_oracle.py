# SPDX-License-Identifier: ISC
"""Debian's sshd and ours read the same configurations: the same exit status,
and the same -T values for the keywords that both know."""

import concurrent.futures
import os

import pytest

from config_oracle import ORACLE, OTHER_STATUS, Comparison, run
from isolated import host_file
from oracle_configs import BY_HAND, generated
from server import IS_POSTERN, SSHD

SAMPLE, ALL = range(60), range(500)

pytestmark = [
    pytest.mark.skipif(not os.path.exists(ORACLE), reason="no other sshd"),
    pytest.mark.skipif(not IS_POSTERN, reason="nothing to compare"),
]


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


def test_of_names_for_one_group_the_first_counts(comparison):
    """Two names share the number 7100, and two others 7101."""
    with host_file("/etc/group", "one:x:7100:\ntwo:x:7100:alice\n"
                   "three:x:7101:alice\nfour:x:7101:\n", "a"):
        compare_all(comparison, [
            f"Match group {patterns}\n\tX11Forwarding yes\n"
            for patterns in ("one", "two", "three", "four", "o*", "t?o",
                             "!two,*", "!one,*")])


def test_every_named_difference_is_one():
    assert set(OTHER_STATUS) <= set(BY_HAND)


def test_the_random_configurations_are_good_and_bad(comparison):
    """They would show nothing if most of them were refused."""
    codes = [run(SSHD, comparison.write("x", generated(seed)),
                 comparison.host_key, []).returncode for seed in range(60)]
    assert 20 < codes.count(0) < 60
