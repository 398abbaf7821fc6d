# SPDX-License-Identifier: ISC
"""Where AuthorizedKeysFile looks, and which line of several counts."""

import os
import shutil

import pytest

from certificates import write_as
from isolated import host_file
from server import make_key

SSH = "/home/alice/.ssh"


@pytest.fixture
def key(tmp_path):
    return make_key(str(tmp_path / "elsewhere"))


@pytest.fixture
def files():
    """A function: a file of alice with this text; removed at the end."""
    made = []

    def write(path, text, mode=0o600):
        made.append(path)
        return write_as("alice", path, text, mode)

    yield write
    for path in made:
        os.unlink(path)


def public(key):
    with open(key + ".pub") as f:
        return f.read()


def lets_in(server, key):
    return server.ssh("alice", key, "true").returncode == 0


@pytest.mark.parametrize("pattern, path", [
    (".ssh/more", f"{SSH}/more"), ("%h/.ssh/of-%u-%U", f"{SSH}/of-alice-2001"),
    ("/home/%u/.ssh/100%%", f"{SSH}/100%"), (".ssh/keys.*", f"{SSH}/keys.b"),
    (".ssh/none .ssh/k?ys.[a-c]", f"{SSH}/keys.c"),
    ('".ssh/with blank" .ssh/none', f"{SSH}/with blank")])
def test_every_file_that_the_words_name_is_read(make_server, key, files,
                                                pattern, path):
    server = make_server(f"AuthorizedKeysFile {pattern}\n")
    assert not lets_in(server, key)
    files(path, public(key))
    assert lets_in(server, key)
    server.wait_for_log(f"found at {path}:1")


@pytest.fixture
def domain_user():
    """An account with a name as directories of Windows domains give it."""
    name = "UNI\\eve"
    with host_file("/etc/passwd",
                   f"{name}:*:2001:2001::/home/alice:/bin/sh\n", "a"):
        yield name


@pytest.mark.parametrize("pattern, path", [
    ("/home/alice/.ssh/of-%u", f"{SSH}/of-UNI\\eve"),
    ("/home/alice/.ssh/of-%u.*", f"{SSH}/of-UNI\\eve.b")])
def test_a_name_with_a_backslash_is_a_name(make_server, key, files,
                                           domain_user, pattern, path):
    server = make_server(f"AuthorizedKeysFile {pattern}\n")
    files(path, public(key))
    result = server.ssh(domain_user, key, "printenv USER", text=True)
    assert result.stdout == domain_user + "\n", result


def test_the_files_are_read_in_order(make_server, key, files):
    server = make_server("AuthorizedKeysFile .ssh/first .ssh/second\n")
    files(f"{SSH}/second", f'command="echo second" {public(key)}')
    assert server.ssh("alice", key, "x").stdout == b"second\n"
    files(f"{SSH}/first", f'\n# of first\ncommand="echo first" {public(key)}')
    assert server.ssh("alice", key, "x").stdout == b"first\n"
    server.wait_for_log(f"found at {SSH}/first:3")


def test_after_a_line_that_refuses_the_next_one_counts(make_server, key,
                                                       files):
    server = make_server("AuthorizedKeysFile .ssh/lines\n")
    files(f"{SSH}/lines",
          f'from="192.0.2.1" {public(key)}no-such-option {public(key)}'
          f'expiry-time="20200101" {public(key)}'
          f'principals="a" {public(key)}cert-authority {public(key)}'
          f'restrict,command="echo last" {public(key)}')
    assert server.ssh("alice", key, "x").stdout == b"last\n"
    server.wait_for_log(f"Refused by key options at {SSH}/lines:1")
    server.wait_for_log(f"Refused by key options at {SSH}/lines:3")
    server.wait_for_log(f"found at {SSH}/lines:6")


@pytest.mark.parametrize("line", [
    "{key} x\0y", "{key}\r", "\t {key}", "{key} # comment",
    "restrict, {key}", ",restrict {key}", "restrict,, {key}",
    'COMMAND="true",No-Pty {key}', 'environment="A=b" {key}',
    'permitopen=":80",permitopen="[]:*",permitlisten=":80" {key}'])
def test_odd_but_good_lines_let_in(make_server, key, files, line):
    server = make_server("AuthorizedKeysFile .ssh/odd\n")
    kind, blob, _ = public(key).split()
    files(f"{SSH}/odd", line.format(key=f"{kind} {blob}") + "\n")
    assert lets_in(server, key)


@pytest.mark.parametrize("line", [
    "#{key}", "restrict, pty {key}", "restrict restrict {key}",
    'command="x {key}', "command=x {key}", 'command="x"y {key}',
    'command="x",command="y" {key}', 'from="" {key}', "no-restrict {key}",
    'from="192.0.2.1/33,127.0.0.1" {key}', 'expiry-time="0" {key}',
    'expiry-time="20301332" {key}', 'tunnel="x" {key}', "no-command {key}",
    'permitopen="x" {key}', 'environment="=x" {key}', "ssh-rsa {blob}",
    "{kind} {blob}AAAA", "{kind} {cut}", "{kind}"])
def test_lines_that_say_nothing_clear_let_nobody_in(make_server, key, files,
                                                    line):
    server = make_server("AuthorizedKeysFile .ssh/bad\n")
    kind, blob, _ = public(key).split()
    files(f"{SSH}/bad", line.format(key=f"{kind} {blob}", kind=kind,
                                    blob=blob, cut=blob[:-4]) + "\n")
    assert not lets_in(server, key)


@pytest.mark.postern_only
def test_a_line_with_the_key_and_bad_options_is_named(make_server, key, files,
                                                      keys):
    server = make_server("AuthorizedKeysFile .ssh/bad\n")
    mine, other = public(key).strip(), public(keys["ecdsa"])
    files(f"{SSH}/bad", f"frob {other.strip()}\n"
          f"from=\"127.0.0.1/8\" {mine}\nno-pty,no {mine}\n"
          f"principals=\"alice\" {mine}\n")
    assert not lets_in(server, key)
    server.wait_for_log("principals without cert-authority at "
                        f"{SSH}/bad:4")
    lines = [line for line in server.log().splitlines() if "bad key" in line]
    assert lines == [
        f"bad key options: {why} at {SSH}/bad:{number}" for number, why in (
            (2, "invalid from list"), (3, "unknown key option"),
            (4, "principals without cert-authority"))]


@pytest.mark.postern_only
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_line_that_is_too_long_is_named(make_server, key, files, end):
    server = make_server("AuthorizedKeysFile .ssh/bad\n")
    files(f"{SSH}/bad", f"# mine\n{public(key).strip()} {'x' * 65536}{end}")
    assert not lets_in(server, key)
    server.wait_for_log(f"{SSH}/bad:2: skipped: a line is at most 65536 "
                        "bytes long")


def test_what_is_no_file_is_named_and_passed_over(make_server, key, files):
    server = make_server("AuthorizedKeysFile .ssh/folder .ssh/fifo "
                         ".ssh/secret .ssh/good\n")
    os.mkdir(f"{SSH}/folder")
    os.mkfifo(f"{SSH}/fifo")
    files(f"{SSH}/secret", public(key))
    shutil.chown(f"{SSH}/secret", "root", "root")
    files(f"{SSH}/good", public(key))
    try:
        assert lets_in(server, key)
        for name in ("folder", "fifo"):
            server.wait_for_log(f"User 'alice' authorized keys '{SSH}/{name}'"
                                " is not a regular file")
        server.wait_for_log("Could not open user 'alice' authorized keys "
                            f"'{SSH}/secret': Permission denied")
    finally:
        os.rmdir(f"{SSH}/folder")
        os.unlink(f"{SSH}/fifo")


def test_none_means_no_files(make_server, keys):
    server = make_server("AuthorizedKeysFile none\n")
    assert not lets_in(server, keys["ed25519"])


@pytest.mark.parametrize("config, want", [
    ("PermitUserEnvironment yes\n", b"one two\n"),
    ("PermitUserEnvironment A*\n", b"one \n"), ("", b" \n")])
def test_the_environment_of_a_line_is_set_as_permitted(make_server, key, files,
                                                       config, want):
    server = make_server(config + "AuthorizedKeysFile .ssh/env\n")
    files(f"{SSH}/env", 'environment="AX=one",environment="BX=two",'
          f'environment="AX=late" {public(key)}')
    assert server.ssh("alice", key, "echo $AX $BX; true").stdout.replace(
        b" \n", b"\n").rstrip() == want.replace(b" \n", b"\n").rstrip()


@pytest.mark.parametrize("first, second, want", [
    ("", 'command="echo 2"', b"2\n"),
    ('command="echo 1"', "", b"1\n"),
    ('command="echo 1"', 'command="echo 1",no-pty', b"1\n")])
def test_two_keys_of_one_login_restrict_together(make_server, keys, key, files,
                                                 first, second, want):
    server = make_server("AuthenticationMethods publickey,publickey\n"
                         "AuthorizedKeysFile .ssh/two\n")
    other = keys["ecdsa"]
    files(f"{SSH}/two", f"{first} {public(key)}".lstrip() +
          f"{second} {public(other)}".lstrip())
    result = server.ssh("alice", key, "echo asked", options=["-i", other])
    assert result.stdout == want
    assert not lets_in(server, key)


def test_two_keys_with_different_commands_do_not_log_in(make_server, keys,
                                                        key, files):
    server = make_server("AuthenticationMethods publickey,publickey\n"
                         "AuthorizedKeysFile .ssh/two\n")
    other = keys["ecdsa"]
    files(f"{SSH}/two", f'command="echo 1" {public(key)}'
          f'command="echo 2" {public(other)}')
    assert server.ssh("alice", key, "x",
                      options=["-i", other]).returncode == 255
    server.wait_for_log("forced command options do not match")


def test_none_alone_lets_nobody_in_with_a_key(make_server, keys):
    server = make_server("AuthenticationMethods none\n")
    assert not lets_in(server, keys["ed25519"])
    assert "no authentication methods enabled" not in server.log()
