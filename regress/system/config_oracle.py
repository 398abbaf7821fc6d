# SPDX-License-Identifier: ISC
"""Another sshd and ours read one configuration: where do they differ, and
which differences are wanted?"""

import os
import re
import subprocess

from oracle_configs import INCLUDED, SPECS
from server import SSHD

ORACLE = "/usr/sbin/sshd"

# ---- differences by version: the oracle is OpenSSH 9.2, the language 10.5 --

# Not compared at all.
NOT_COMPARED = {
    "revokedkeys": "9.2 prints `none`, 10.5 nothing",
}
# Not compared while nobody has set it.
OTHER_DEFAULT = {
    "ipqos": "9.2 has lowdelay throughput, 10.5 ef cs0",
    "requiredrsasize": "Postern asks for 2048 bits",
    "authorizedkeysfile": "both have it, but `none` is printed differently",
    "pidfile": "chosen when a server is built",
    "xauthlocation": "chosen when a server is built",
    "modulifile": "chosen when a server is built",
}
# Not compared when there are several lines of these: the last one wins in 9.2,
# and its AuthorizedPrincipalsCommand loses to an AuthorizedKeysCommand.
FIRST_WINS_NOW = {
    "ipqos": "IPQoS", "maxstartups": "MaxStartups",
    "persourcemaxstartups": "PerSourceMaxStartups",
    "authorizedprincipalscommand": "Authorized(Keys|Principals)Command",
}
# Value of 9.2: value of 10.5.
RENAMED = {
    ("permitrootlogin", "without-password"): "prohibit-password",
    ("loglevel", "SILENT"): "QUIET",
    ("persourcemaxstartups", "2147483647"): "none",
}
# Configurations whose exit status differs, and why that is right.
OTHER_STATUS = {
    '"Port"=2222\n': "9.2 takes the = for the value's after a quote",
    "Subsystem a /x\nSubsystem a /y\n": "10.5 ignores the second one",
    "AuthorizedKeysFile a none\n": "an error since 9.3",
    "StreamLocalBindMask 0888\n": "9.2 reads up to the first bad digit",
}

# An old keyword without an argument: what is ignored needs none here.
GONE_ALONE = (r'no argument after keyword "\w*(rsa|login|separation|file2|'
              r"bits|protocol|interval)")
# Whatever the configuration: what one of them says when it refuses it.
OTHER_VIEW = {
    r"Subsystem '.*' already defined": "10.5 ignores the second one",
    r"Directive 'Subsystem' is not allowed": "10.5 allows it",
    r'(File|RevokedKeys|LogVerbose|Timeout) "none" must be the only':
        "an error since 9.3",
    r"Bad IPQoS value: va": "10.5 has it",
    r"keyword RevokedKeys extra arguments": "10.5 has several files",
    r'SetEnv invalid environment "=': "a variable has a name",
    r"nothing is left of the list": "9.2 would speak to nobody",
    r"invalid Match (local)?address argument":
        "9.2 says so once a client is there",
    r"(MaxStartups|NetBlockSize) invalid spec":
        "9.2 reads up to the first that is no number",
    r"StreamLocalBindMask invalid mask":
        "9.2 reads up to the first that is no digit",
    r'(value|spec|number) "[+-]': "a number has no sign",
    r"empty list": "nothing is added, nothing taken away",
    r'invalid Match all argument ""': "9.2 takes `all=`",
    r'option: \S*"': "9.2 passes over a line with a quote in its keyword",
    r'/\d*[ "].*is no network': "9.2 reads up to the last digit",
    r"RekeyLimit bad number": "9.2 reads up to the unit",
    r'AuthenticationMethods "any" must be': "9.2 takes `any any`",
    r"cannot make .* an absolute path":
        "9.2 says so once the line is in force",
    r"invalid Match localport argument": "9.2 takes port 0",
    r"Permit(Open|Listen) bad .*\":1\"": "a rule for a host has its name",
    r"RekeyLimit number 'DEFAULT'|PerSourceMaxStartups integer":
        "words of 10.5 are in any case",
    r"Missing Match criteria": "9.2 has no escapes there",
    GONE_ALONE: "no error here",
    r"CommandUser$": "the first of several commands counts in 10.5",
}

ALGORITHMS = {"ciphers", "macs", "kexalgorithms", "hostkeyalgorithms",
              "pubkeyacceptedalgorithms", "hostbasedacceptedalgorithms",
              "casignaturealgorithms"}
LEFT_OUT = ("ssh-dss", "hmac-md5")      # known, without code here
ONE_PER_LINE = {"setenv"}       # we print all of them on one line


def run(program, path, host_key, spec):
    return subprocess.run(
        [program, "-T", "-f", path, "-h", host_key, *spec],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def stand_twice(keywords, text):
    return len(re.findall(rf"^\W*{keywords}\b", text, re.I | re.M)) > 1


def is_compared(keyword, text):
    lines = FIRST_WINS_NOW.get(keyword)
    return keyword not in NOT_COMPARED and not (
        lines and stand_twice(lines, text))


def follows(values, default):
    """Are the names in the order of that default?"""
    places = [default.index(name) for name in values[0].split(",")
              if name in default]
    return places == sorted(places)


def unquoted(value):
    """9.2 prints bare what 10.5 and we quote to be read back."""
    return value.replace('"', "").replace("\\", "").replace("'", "")


def values_of(text):
    values = {}
    for line in text.splitlines():
        keyword, _, value = line.partition(" ")
        value = RENAMED.get((keyword, value), value)
        if value == "(null)":           # 9.2's file `none`
            continue
        if value.startswith("= ="):     # ours is to be read back
            value = value[2:]
        if value == "NONE":
            value = "none"
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
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="") as out:
            out.write(text.replace("{dir}", self.folder))
        return path

    def change(self, keyword, values, defaults, shared):
        """What a list adds to and takes from a default, in shared names."""
        now = [name for name in values[0].split(",")
               if not name.startswith(LEFT_OUT)]
        before = defaults[keyword][0].split(",")
        return ([name for name in now if name in shared
                 and name not in before],
                [name for name in before if name in shared
                 and name not in now])

    def same_algorithms(self, keyword, ours, theirs, text):
        our_default = self.ours[keyword][0].split(",")
        their_default = self.theirs[keyword][0].split(",")
        if ours == theirs:
            return True
        if set(ours[0].split(",")) == set(theirs[0].split(",")) and \
                not re.search(r"[*?^]", text):      # order of the tables
            return follows(ours, our_default) and \
                follows(theirs, their_default)
        # the defaults are not the same: compare how each one is changed
        shared = {name for name in our_default + their_default
                  + ours[0].split(",") + theirs[0].split(",")
                  if (name in our_default) == (name in their_default)}
        return self.change(keyword, ours, self.ours, shared) == \
            self.change(keyword, theirs, self.theirs, shared)

    def differences(self, ours, theirs, text):
        for keyword in sorted(self.ours.keys() & self.theirs.keys()
                              | ours.keys() & theirs.keys()):
            if not is_compared(keyword, text):
                continue
            mine, other = ours.get(keyword), theirs.get(keyword)
            if mine == other:
                continue
            if keyword in OTHER_DEFAULT and (
                    mine == self.ours.get(keyword)
                    or other == self.theirs.get(keyword)):
                continue
            if keyword in ALGORITHMS and self.same_algorithms(
                    keyword, mine, other, text):
                continue
            yield f"{keyword}: {mine} instead of {other}"

    def outcome(self, ours, theirs, text):
        """What differs between two runs that read the same text."""
        if (ours.returncode == 0) != (theirs.returncode == 0):
            said = ours.stderr if ours.returncode else theirs.stderr
            if any(re.search(view, said, re.I | re.M) for view in OTHER_VIEW):
                return
            yield (f"exit status {ours.returncode} instead of "
                   f"{theirs.returncode}:\n{ours.stderr}---\n"
                   f"{theirs.stderr}")
        elif ours.returncode == 0:
            yield from self.differences(values_of(ours.stdout),
                                        values_of(theirs.stdout), text)

    def compare(self, number, text):
        """Lines about what differs for one configuration."""
        path = self.write(f"config-{number}", text)
        found = []
        for spec in SPECS:
            theirs = run(ORACLE, path, self.host_key, spec)
            ours = run(SSHD, path, self.host_key, spec)
            if ours.returncode == theirs.returncode or \
                    text not in OTHER_STATUS:
                found += [f"{text}\n=> {spec}: {line}"
                          for line in self.outcome(ours, theirs, text)]
        return found
