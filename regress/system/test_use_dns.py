# SPDX-License-Identifier: ISC
"""UseDNS: the client's name counts when it leads back to its address. A name
server of the isolated host answers what each test wants."""

import socket
import subprocess

import pytest

from addresses import give_address, ip
from name_server import asked_by_the_host
from pam_stacks import accounts, odd  # noqa: F401
from server import descendants, title, wait_until
from terminal import Terminal

ADDRESS, NAME = "127.0.0.2", "client.example.org"
ADDRESS6 = "2001:db8:53::7"
CONFIG = "UseDNS yes\n"


@pytest.fixture(scope="module")
def one_name_server(syslog):
    with asked_by_the_host() as server:
        yield server


@pytest.fixture
def names(one_name_server):
    one_name_server.reset(NAME, ADDRESS)
    return one_name_server


@pytest.fixture
def login(keys):
    def run(server, user="alice", options=("-b", ADDRESS)):
        return subprocess.run(
            server.ssh_command(user, keys["ed25519"], "true",
                               options=options),
            capture_output=True, stdin=subprocess.DEVNULL,
            timeout=60).returncode == 0
    return run


@pytest.fixture
def login6(login):
    """A function: a login from ADDRESS6."""
    give_address(f"{ADDRESS6}/128")
    yield lambda server, user="alice": login(
        server, user, options=[
            "-b", ADDRESS6, "-o", "HostName=::1",
            "-o", f"HostKeyAlias=[127.0.0.1]:{server.port}"])
    ip("address", "delete", f"{ADDRESS6}/128", "dev", "lo")


@pytest.mark.parametrize("rule", [
    f"AllowUsers *@{NAME}\n", "AllowUsers *@*.Example.ORG\n",
    f"AllowUsers *@{ADDRESS}\n"])
def test_a_name_that_leads_back_counts(make_server, names, login, rule):
    assert login(make_server(CONFIG + rule))


def test_a_block_of_a_host_holds(make_server, names, login):
    server = make_server(CONFIG + f"Match host {NAME.upper()}\n"
                         "DenyUsers alice\n")
    assert not login(server)
    server.wait_for_log(f"User alice from {NAME} not allowed because listed "
                        "in DenyUsers")
    names.name = "other.example.org"
    assert login(server)


def test_a_denied_name(make_server, names, login):
    names.name = "Client.EXAMPLE.org"
    server = make_server(CONFIG + f"DenyUsers alice@{NAME}\n")
    assert not login(server)
    assert login(server, "bob")


@pytest.mark.parametrize("name, address, line", [
    (NAME, "127.0.0.3", f"Address {ADDRESS} maps to {NAME}, but this does not "
     "map back to the address."),
    (NAME, None, f"reverse mapping checking getaddrinfo for {NAME} "
     f"[{ADDRESS}] failed."),
    ("127.0.0.9", ADDRESS, f'Nasty PTR record "127.0.0.9" is set up for '
     f"{ADDRESS}, ignoring"),
    (None, None, None)])
def test_what_does_not_lead_back_is_no_name(make_server, names, login, name,
                                            address, line):
    names.name, names.address = name, address
    server = make_server(CONFIG + f"AllowUsers alice@*.org,127.0.0.9 bob@"
                         f"{ADDRESS}\n")
    assert not login(server)
    if line:
        server.wait_for_log(line)
    server.wait_for_log(f"User alice from {ADDRESS} not allowed")
    assert login(server, "bob")


def test_nothing_is_asked_without_it(make_server, names, login):
    assert login(make_server(""))
    assert names.asked == 0


def test_the_hosts_of_a_key(make_server, names, login, keys, tmp_path):
    with open(keys["ed25519"] + ".pub") as public:
        line = public.read()
    file = tmp_path / "keys"
    file.write_text(f'from="*.Example.org" {line}')
    config = f"StrictModes no\nAuthorizedKeysFile {file}\n"
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:-1]:
        parent.chmod(parent.stat().st_mode | 0o011)
    assert login(make_server(CONFIG + config))
    assert not login(make_server(config))


def test_who_names_no_user_costs_no_lookup(make_server, names, login):
    server = make_server(CONFIG)
    with socket.create_connection(("127.0.0.1", server.port), 20,
                                  (ADDRESS, 0)) as client:
        assert client.recv(8) == b"SSH-2.0-"
    server.wait_for_log(f"by {ADDRESS} port ")     # closed, or reset
    assert names.asked == 0
    assert login(server)
    assert names.asked != 0


@pytest.mark.parametrize("name", [NAME, None])
def test_modules_and_records_have_the_name(make_server, names, keys, tmp_path,
                                           name):
    names.name = name
    odd(log=tmp_path / "steps")
    server = make_server(CONFIG + "UsePAM yes\n")
    with Terminal(server.ssh_command("alice", keys["ed25519"], options=[
            "-tt", "-b", ADDRESS])) as terminal:
        terminal.send("echo be''gun\n")
        terminal.expect("begun")
        who = subprocess.run(["who"], capture_output=True, text=True).stdout
        assert f"({name or ADDRESS})" in who
    for line in (tmp_path / "steps").read_text().splitlines():
        assert (name or ADDRESS) in line


# ---- IPv6 -------------------------------------------------------------------

def test_a_name_of_an_ipv6_address(make_server, names, login6):
    names.address = ADDRESS6
    server = make_server(CONFIG + f"ListenAddress ::1\nAllowUsers *@{NAME}\n")
    assert login6(server)
    server.wait_for_log(f"Accepted publickey for alice from {ADDRESS6} port")


@pytest.mark.parametrize("address, line", [
    ("2001:db8:53::8", f"Address {ADDRESS6} maps to {NAME}, but this does not "
     "map back to the address."),
    (None, f"reverse mapping checking getaddrinfo for {NAME} [{ADDRESS6}] "
     "failed.")])
def test_an_ipv6_address_that_is_not_led_back_to(make_server, names, login6,
                                                 address, line):
    names.address = address
    server = make_server(CONFIG + "ListenAddress ::1\n"
                         f"AllowUsers alice@{NAME} bob@{ADDRESS6}\n")
    assert not login6(server)
    server.wait_for_log(line)
    server.wait_for_log(f"User alice from {ADDRESS6} not allowed because")
    assert login6(server, "bob")


# ---- a name server that does not answer -------------------------------------

def test_the_address_counts_when_nobody_answers(make_server, names, login):
    names.silent = True
    with asked_by_the_host("options timeout:1 attempts:1"):
        assert login(make_server(CONFIG + f"AllowUsers *@{ADDRESS}\n"))
    assert names.asked != 0


def test_who_leaves_is_not_looked_up_any_more(make_server, names, keys):
    names.silent = True
    server = make_server(CONFIG + "LoginGraceTime 600\n")
    with asked_by_the_host("options timeout:30 attempts:1"):
        with server.popen("alice", keys["ed25519"], "true",
                          options=["-b", ADDRESS]) as client:
            wait_until(lambda: names.asked, what="the question")
            client.kill()
        server.wait_for_log("Connection closed by ")
        wait_until(lambda: not [pid for pid in descendants(server.process.pid)
                                if "accepted" in title(pid)], what="the end")


@pytest.mark.slow
@pytest.mark.parametrize("user, good", [("alice", False), ("bob", True)])
def test_nobody_waits_longer_than_20_s_for_a_name(make_server, names, login,
                                                  user, good):
    names.silent = True
    server = make_server(CONFIG + f"AllowUsers alice@{NAME} bob@{ADDRESS}\n")
    with asked_by_the_host("options timeout:30 attempts:1"):
        assert login(server, user) is good
    server.wait_for_log(f"no answer about the name of {ADDRESS}")
