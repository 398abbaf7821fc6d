# SPDX-License-Identifier: ISC
"""Wild configurations, of several files, read by Debian's sshd and ours: the
same values for the same connection, and what one refuses the other refuses,
at the same line."""

import concurrent.futures
import os
import re
import shutil

import pytest

from config_oracle import GONE_ALONE, ORACLE, Comparison, run
from server import IS_POSTERN, SSHD
from wild_configs import every_value, wild_files, wild_spec

SAMPLE, ALL = range(100), range(1000, 4000)
PARTS = 5       # of a test that is long on a busy machine
CONNECTION = ["-C", "user=alice,host=x,addr=192.0.2.7,laddr=127.0.0.1,"
              "lport=22"]

pytestmark = [
    pytest.mark.skipif(not os.path.exists(ORACLE), reason="no other sshd"),
    pytest.mark.skipif(not IS_POSTERN, reason="nothing to compare"),
]

# Lines that tell of no error.
NO_ERRORS = re.compile(r"(Deprecated|Unsupported) option|is a directory|"
                       "has no argument but a comment|is ignored")
# What 9.2 refuses and 10.5 does not (config_oracle.OTHER_VIEW), and addresses,
# which we resolve when all lines are good.
ONLY_THEIRS = re.compile(r"'Subsystem' is not|already defined|"
                         r"RevokedKeys ex|IPQoS value: va|"
                         r"bad (port number|address)|" + GONE_ALONE, re.I)


def errors(stderr):
    """File, line and text of each."""
    lines = re.findall(r"^(\S+?):? line (\d+): (.*)$", stderr, re.M)
    return [line for line in lines if not NO_ERRORS.search(line[2])]


def error_at_another_place(ours, theirs):
    mine, other = errors(ours.stderr), errors(theirs.stderr)
    if not other or "Too many recursive" in ours.stderr or \
            ONLY_THEIRS.search(other[0][2]):
        return
    if other[0][:2] not in [line[:2] for line in mine]:
        yield f"no error at {other[0]}: {mine}"


class Wild(Comparison):
    def differences_of(self, seed):
        """Lines about what differs for one seed."""
        folder = os.path.join(self.folder, str(seed))
        files, spec = wild_files(seed), wild_spec(seed)
        for name, text in files.items():
            self.write(f"{seed}/{name}", text.replace("{dir}", folder))
        ours, theirs = (run(program, f"{folder}/main", self.host_key, spec)
                        for program in (SSHD, ORACLE))
        found = list(self.outcome(ours, theirs, "\n".join(files.values())))
        if not found and ours.returncode != 0:
            found = list(error_at_another_place(ours, theirs))
        if not found:
            shutil.rmtree(folder)
        return ours.returncode, [f"seed {seed}, {spec}: {line}"
                                 for line in found]

    def differences_in_a_line(self, number, line):
        path = self.write(f"line-{number}", line)
        ours, theirs = (run(program, path, self.host_key, CONNECTION)
                        for program in (SSHD, ORACLE))
        return [f"{line}=> {text}"
                for text in self.outcome(ours, theirs, line)]


@pytest.fixture
def wild(tmp_path, host_keys):
    return Wild(tmp_path, host_keys["ed25519"])


def compare_all(wild, seeds):
    """How many were good."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(wild.differences_of, seeds))
    found = [line for _, lines in reports for line in lines]
    assert not found, "\n".join(found)
    return [code for code, _ in reports].count(0)


def test_a_sample_of_wild_configurations_means_the_same(wild):
    good = compare_all(wild, SAMPLE)
    assert 20 < good < 80       # else they would show little


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_keyword_takes_the_same_values(wild, part):
    lines = every_value()[part::PARTS]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(wild.differences_in_a_line,
                              range(len(lines)), lines))
    assert len(lines) > 5000 / PARTS
    assert not any(found), "\n".join(text for texts in found
                                     for text in texts)


@pytest.mark.slow
def test_many_wild_configurations_mean_the_same(wild):
    compare_all(wild, ALL)
