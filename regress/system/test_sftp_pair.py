# SPDX-License-Identifier: ISC
"""Our SFTP server and Debian's, asked the same at random: WANTED says where
they may differ, and why. Anything else is a defect of ours."""

import os
import re

import pytest

import raw_sftp
from raw_sftp import string
from server import program
from sftp_pair import (DEBIAN, OURS, LockedSide, Maker, Side, mounted,
                       root_directory, snapshot)

pytestmark = [pytest.mark.postern_only, pytest.mark.skipif(
    not os.path.exists(DEBIAN), reason="openssh-sftp-server is not there")]
STEPS = 80
LAST = (1 << 63) - 1        # the last offset that Linux has
OPTIONS = [
    "-u 077", "-u 0 -P setstat,fsetstat", "-R", "-R -d /pair/mounted",
    "-d dir/sub", "-P remove,mkdir,hardlink,statvfs,copy-data",
    "-p open,close,read,stat,lstat,realpath,opendir,readdir",
    "-p open,write -P write -R",
]


def _paths(request):
    return [word for word in request.words if isinstance(word, bytes)]


def _both(kind, one, two):
    return one[0] == two[0] == kind


def _fail(one, two):
    return _both("status", one, two) and one[1] != 0 != two[1]


def _too_long(q, _debian, _ours):
    """Paths that no call takes are refused before anything else is looked
    at; Debian's adds a directory to some that fit, and then refuses them."""
    return any(len(path) >= 4096 for path in _paths(q)) or \
        q.name == "expand-path@openssh.com" and len(_paths(q)[0]) > 4000


def _cut_names(q, debian, ours):
    """Debian's puts a directory's path before each name to look at it: that
    may be too long, or name another directory by now. Ours has it open."""
    return q.name == "readdir" and ours[0] == "names" and debian != ours and (
        debian[0] == "status" or len(debian[1]) <= len(ours[1]))


def _two_failures(q, debian, ours):
    """One call that checks all sees another of two reasons first than
    Debian's several do."""
    return _fail(debian, ours) and (
        "rename" in q.name or q.name == "copy-data")


def _copy_ends(q, debian, ours):
    """A copy that ends with the file is done; Debian's says so, or "End of
    file", as the last piece happens to end. Where the target can't be written
    it has moved what it read."""
    return q.name == "copy-data" and _both("status", debian, ours)


def _odd_offset(q, debian, ours):
    """What lies behind the last offset is refused for all that is no file of
    its own either, and appending needs no offset."""
    return q.name in ("read", "write") and q.words[1] >= LAST - 300_000


def _stuck_offset(q, debian, ours):
    """After a read at the last offset Debian's can't append any more."""
    return q.name == "write" and debian[:2] == ("status", 5) and \
        ours[:2] == ("status", 0)


def _empty_read(q, debian, ours):
    """Debian's reads nothing from what can't be read at all."""
    return q.name == "read" and q.words[2] == 0 and debian[0] == "data"


def _replaced(q, debian, ours):
    """Rename replaces nothing; Debian's checks that for files only, and for
    others by following a link at the new name."""
    return q.name == "rename" and debian[1] == 0 and \
        ours[2] == b"File exists"


def _cut(found):
    return tuple((key, "cut" if key.endswith("time") and value in (
        705032704, 1705032704, (1 << 32) - 1, (1 << 32) - 5, (1 << 32) - 7,
        0) else value) for key, value in found)


def _times(q, debian, ours):
    """Times that don't fit into 32 bits are cut to what does; Debian's lets
    them wrap around."""
    if _both("attrs", debian, ours):
        return _cut(debian[1]) == _cut(ours[1])
    return _both("names", debian, ours) and [
        (name, line, _cut(found)) for name, line, found in debian[1]] == [
        (name, line, _cut(found)) for name, line, found in ours[1]]


# those of the second list may leave other files behind
WANTED = [_too_long, _cut_names, _two_failures, _empty_read, _times]
WANTED_AND_APART = [_copy_ends, _odd_offset, _stuck_offset, _replaced]


def _same(debian, ours):
    """Texts are the system's in ours: other tests look at them."""
    if _both("status", debian, ours):
        return debian[1] == ours[1]
    return debian == ours


def _logs_apart(q, debian, ours):
    """Debian's counts what a copy has read and could not write, and logs
    paths that are too long."""
    return (q.name == "copy-data" and _fail(debian, ours)) or \
        any(len(path) >= 4096 for path in _paths(q))


LOGGED = ("open ", "close ", "opendir ", "closedir ", "remove ", "mkdir ",
          "rmdir ", "rename ", "posix-rename ", "symlink ", "hardlink ",
          "statvfs ", "set ", "stat ", "lstat ", "readlink ",
          "forced ", "session ", "received ")


def _decoded(text):
    """Debian's leaves line ends as they are in what goes to stderr."""
    short = dict(zip("abtnvfr\\", "\a\b\t\n\v\f\r\\"))
    return re.sub(r"\\(?:([0-3][0-7]{2})|([abtnvfr\\]))", lambda found:
                  chr(int(found[1], 8)) if found[1] else short[found[2]],
                  text)


def _log(lines):
    """What both must log. Debian's also logs requests whose handle names
    nothing; a long line is cut by both."""
    return [line for line in _decoded("\n".join(lines)).split("\n")
            if line.startswith(LOGGED) and "(null)" not in line and
            len(line) < 500]


def _differences(maker, debian, ours, wanted, wanted_and_apart):
    """In replies, log lines and trees, of one sequence."""
    found, apart, logs_apart = [], False, False
    for _ in range(STEPS):
        q = maker.next()
        answers = debian.ask(q), ours.ask(q)
        logs_apart = logs_apart or _logs_apart(q, *answers)
        if _same(*answers):
            continue
        apart = any(may(q, *answers) for may in wanted_and_apart)
        if not apart and not any(may(q, *answers) for may in wanted):
            found.append((q, *answers))
            apart = True
        if apart:
            break
    ends = debian.end(), ours.end()
    if apart:
        return found
    trees = snapshot(f"{debian.root}/pair"), snapshot(f"{ours.root}/pair")
    found += [(path, *(tree.get(path) for tree in trees))
              for path in sorted(set().union(*trees))
              if trees[0].get(path) != trees[1].get(path)]
    if ends[0][0] != ends[1][0]:
        found.append(("exit status", ends[0][0], ends[1][0]))
    if logs_apart or not ours.HAS_LOG:
        return found
    logs = _log(ends[0][1]), _log(ends[1][1])
    for pair in zip(*logs):
        if pair[0] != pair[1]:
            found.append(("log", *pair))
            break
    if len(logs[0]) != len(logs[1]):
        found.append(("lines", logs))
    return found


def _assert_same(seeds, differences):
    wrong = {}
    for seed in seeds:
        found = differences(seed)
        if found:
            wrong[seed] = found
    assert not wrong, "\n".join(
        f"seed {seed}: {one}" for seed, found in wrong.items()
        for one in found)


def _compare(seeds, user, options, tmp_path):
    words = ["-e", "-l", "VERBOSE", *options.split()]

    def differences(seed):
        with root_directory("/run/debian") as one, \
                root_directory("/run/ours") as two:
            return _differences(
                Maker(seed), Side(one, [DEBIAN, *words], user,
                                  tmp_path / "debian"),
                Side(two, [OURS, *words], user, tmp_path / "ours"),
                WANTED, WANTED_AND_APART)

    _assert_same(seeds, differences)


@pytest.mark.parametrize("user", ["alice", "root"])
def test_both_servers_do_the_same(user, tmp_path):
    _compare(range(8), user, "", tmp_path)


@pytest.mark.parametrize("options", OPTIONS)
def test_both_servers_do_the_same_with_options(options, tmp_path):
    _compare(range(100, 101), "alice", options, tmp_path)


# ---- under SftpRoot ----------------------------------------------------------

def _other_failure(q, debian, ours):
    """Looking for the place and acting there are two steps, and each has its
    own reason to fail."""
    return _fail(debian, ours)


def _file_is_no_folder(q, debian, ours):
    """A file has no "." and no slash behind it, but for Debian's."""
    return q.name in ("realpath", "expand-path@openssh.com") and \
        ours == ("status", 2, b"Not a directory")


def _start_is_added(q, debian, ours):
    """The kernel is given paths from the top, which may be too long."""
    return any(len(path) > 4000 for path in _paths(q))


def _lost_its_name(q, debian, ours):
    """Rules go by names."""
    return q.name == "fsetstat" and ours[:2] == ("status", 3)


def _dots(q, debian, ours):
    """Rules look at what these mean; the kernel renames no such name."""
    return "rename" in q.name and any(
        path.rstrip(b"/").endswith(b"/..") or
        path.rstrip(b"/").endswith(b"/.") for path in _paths(q))


SPECIAL = (b"zero", b"null", b"full", b"fifo", b"socket")


def _special_stays(q, debian, ours):
    """Landlock lets nothing but files, directories and links come to be in
    a directory."""
    return q.name in ("rename", "posix-rename@openssh.com",
                      "hardlink@openssh.com") and \
        _paths(q)[0].rstrip(b"/").endswith(SPECIAL) and \
        ours[:2] == ("status", 3)


def _numbers(names):
    """Owners have no names in the tree."""
    return [(name, found) for name, _line, found in names]


def _home(q, debian, ours):
    """The user's is the top; and to say where it is, the directory where a
    session started must still let it in."""
    return q.name == "expand-path@openssh.com" and \
        _paths(q)[0].startswith(b"~")


def _owners(q, debian, ours):
    return _both("names", debian, ours) and \
        _numbers(debian[1]) == _numbers(ours[1])


def _compare_locked(seeds, config, make_server, keys, tmp_path):
    top = "/run/ours"
    server = make_server(
        f"SftpRoot {top}\n{config}"
        "Subsystem sftp internal-sftp -d /pair/home\n")

    def differences(seed):
        with root_directory("/run/debian") as one, root_directory(top):
            with mounted(top):
                return _differences(
                    Maker(seed), Side(one, [DEBIAN], "alice",
                                      tmp_path / "debian"),
                    LockedSide(top, server, keys["ed25519"],
                               tmp_path / "ours"),
                    [*WANTED, _other_failure, _file_is_no_folder, _owners,
                     _home],
                    [*WANTED_AND_APART, _start_is_added,
                     _lost_its_name, _special_stays, _dots])

    _assert_same(seeds, differences)


LOCKED = pytest.mark.parametrize("config", ["", "SftpRights /**=all\n"])


@LOCKED
def test_a_locked_session_does_the_same(config, make_server, keys, tmp_path):
    _compare_locked(range(300, 304), config, make_server, keys, tmp_path)


@pytest.mark.slow
@LOCKED
def test_a_locked_session_does_the_same_for_long(config, make_server, keys,
                                                 tmp_path):
    _compare_locked(range(450, 550), config, make_server, keys, tmp_path)


def _removals(command, names, syslog):
    mark = syslog.mark()
    with raw_sftp.run(command, "-l", "INFO") as sftp:
        for name in names:
            with pytest.raises(raw_sftp.Status):
                sftp.request(raw_sftp.REMOVE, string(b"/none/" + name))
    syslog.wait_for("session closed", mark)
    return [line[line.index("remove name"):] for line in syslog.since(mark)
            if "remove name" in line]


def test_odd_names_are_logged_alike(syslog):
    """And no two names look the same in the log."""
    names = [bytes([number]) + b"x" for number in range(1, 256)]
    names += [b"\\n", b"\\012", b"a\\\n", b"\x010", b"caf\xc3\xa9"]
    found = [_removals(command, names, syslog)
             for command in (DEBIAN, program("sftp-server"))]
    assert found[0] == found[1]
    assert len(set(found[1])) == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("user", ["alice", "root"])
def test_both_servers_do_the_same_for_long(user, part, tmp_path):
    _compare(range(1000 + 150 * part, 1150 + 150 * part), user, "", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS)
def test_both_servers_do_the_same_with_options_for_long(options, tmp_path):
    _compare(range(200, 300), "alice", options, tmp_path)
