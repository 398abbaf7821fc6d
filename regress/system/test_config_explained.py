# SPDX-License-Identifier: ISC
"""What -T prints of random configurations is read back as the same, and what
--explain says is true: the lines that it names give the values, all others
give nothing."""

import json
import os
import subprocess

import pytest

from server import SSHD
from wild_configs import wild_files, wild_spec

SAMPLE, ALL = range(50), range(1000, 4000)
STRUCTURE = ("match", "include")    # lines that hold others
# Taken away, the file is refused.
NEEDED = ("authorizedkeyscommand", "authorizedprincipalscommand",
          "authenticationmethods")
# What is right in a block only: other lines of the block are not global.
ONLY_IN_BLOCKS = ("CommandUser", "cannot be satisfied")

pytestmark = pytest.mark.postern_only


class Explained:
    """One configuration on disk, and what is printed of it."""

    def __init__(self, folder, host_key, seed):
        self.folder = str(folder)
        self.host_key = host_key
        self.spec = wild_spec(seed)
        self.files = {f"{folder}/{name}":
                      text.replace("{dir}", self.folder).split("\n")
                      for name, text in wild_files(seed).items()}

    def write(self, keeps=lambda file, number, line: True):
        """With only the lines that are kept; the others become comments."""
        for path, lines in self.files.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="", encoding="utf-8") as out:
                out.write("\n".join(
                    line if keeps(path, number, line) else "#"
                    for number, line in enumerate(lines, 1)))

    def run(self, *flags):
        return subprocess.run(
            [SSHD, "-T", "-f", f"{self.folder}/main", "-h", self.host_key,
             *self.spec, *flags], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)

    def read_back(self, text):
        """What is printed of what was printed."""
        path = f"{self.folder}/printed"
        with open(path, "w", newline="", encoding="utf-8") as out:
            out.write(text)
        result = subprocess.run(
            [SSHD, "-T", "-f", path], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)
        if any(words in result.stderr for words in ONLY_IN_BLOCKS):
            return text
        return result.stdout

    def explained(self):
        """Settings as --json tells them; None when the file is refused."""
        result = self.run("--json")
        return json.loads(result.stdout)["settings"] \
            if result.returncode == 0 else None


def places(setting):
    """File and line of what is named for a keyword."""
    return {(origin["file"], origin["line"]) for value in setting
            for origin in value["origins"] if "line" in origin}


def values(setting):
    return [value["value"] for value in setting]


def is_structure(line):
    return line.strip().lower().startswith(STRUCTURE)


def check_only_the_named(case, settings, plain):
    """The lines that are named alone mean the same."""
    named = set().union(*(places(setting) for setting in settings.values()))
    case.write(lambda file, number, line: is_structure(line)
               or (file, number) in named)
    assert case.run().stdout == plain


def check_without(case, settings, keyword, defaults):
    """Without the lines named for a keyword, others are named, or none."""
    named = places(settings[keyword])
    case.write(lambda file, number, _: (file, number) not in named)
    without = case.explained()
    assert without is not None, (keyword, named)
    assert not places(without[keyword]) & named
    if not places(without[keyword]):
        assert values(without[keyword]) == values(defaults[keyword]), keyword


def check_seed(folder, host_key, seed, defaults):
    """True when there was something to check."""
    case = Explained(folder, host_key, seed)
    case.write()
    settings = case.explained()
    if settings is None:
        return False
    plain = case.run().stdout
    if not plain:       # a local port is wanted: --json can do without
        return False
    printed = [f"{keyword} {value}" for keyword, setting in settings.items()
               for value in values(setting)]
    assert plain == "".join(f"{line}\n" for line in printed)
    assert case.read_back(plain) == plain
    check_only_the_named(case, settings, plain)
    told = [keyword for keyword, setting in settings.items()
            if places(setting) and not keyword.startswith(NEEDED)]
    for keyword in settings.keys() - set(told):
        if not places(settings[keyword]) and keyword not in (
                "hostkey", "listenaddress"):
            assert values(settings[keyword]) == values(defaults[keyword])
    for keyword in told[seed % 3::3]:
        check_without(case, settings, keyword, defaults)
    return True


@pytest.fixture
def defaults(tmp_path, host_keys):
    result = subprocess.run(
        [SSHD, "-T", "--json", "-f", "/dev/null", "-h",
         host_keys["ed25519"]], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True, timeout=60)
    return json.loads(result.stdout)["settings"]


def check_all(tmp_path, host_keys, seeds, defaults):
    checked = 0
    for seed in seeds:
        try:
            checked += check_seed(tmp_path / str(seed), host_keys["ed25519"],
                                  seed, defaults)
        except AssertionError as failure:
            raise AssertionError(f"seed {seed}") from failure
    return checked


def test_a_sample_is_printed_and_explained_truly(tmp_path, host_keys,
                                                 defaults):
    assert check_all(tmp_path, host_keys, SAMPLE, defaults) > 10


@pytest.mark.slow
def test_many_are_printed_and_explained_truly(tmp_path, host_keys, defaults):
    check_all(tmp_path, host_keys, ALL, defaults)
