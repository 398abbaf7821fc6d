# SPDX-License-Identifier: ISC
"""A terminal session: modes, size, signals, job control, hangup."""

import asyncio
import os

import asyncssh
import pytest

from server import is_running, stat_fields, wait_until
from terminal import Terminal


def _terminal(server, keys, *words, options=(), user="alice", **kwargs):
    return Terminal(server.ssh_command(user, keys["ed25519"], *words,
                                       options=["-tt", *options]), **kwargs)


@pytest.fixture
def shell(server, keys):
    """A login shell on a terminal, its prompt awaited."""
    with _terminal(server, keys) as terminal:
        terminal.send("PS1='rea''dy> '; bind 'set enable-bracketed-paste "
                      "off'; set +o history\n")
        terminal.expect("ready> ")
        terminal.send("\n")
        terminal.expect("ready> ")
        yield terminal


def test_a_shell_answers_what_is_typed(shell):
    shell.send("echo $((6 * 7))\n")
    shell.expect("\r\n42\r\n")


def test_the_shell_of_a_terminal_is_a_login_shell(shell):
    shell.send("echo name=$0 tty=$SSH_TTY\n")
    shell.expect("name=-bash tty=/dev/pts/")


def test_the_terminal_belongs_to_the_user_and_group_tty(shell):
    shell.send("stat -c '%U %G %a' $(tty)\n")
    shell.expect("alice tty 620")


def test_the_exit_status_of_a_shell_reaches_the_client(shell):
    shell.send("exit 23\n")
    assert shell.wait() == 23


def test_the_type_of_the_terminal_is_taken_over(server, keys):
    with _terminal(server, keys, "echo type=$TERM", term="vt220") as terminal:
        terminal.expect("type=vt220")
        assert terminal.wait() == 0


def test_a_terminal_of_no_type_leaves_it_to_the_shell(server, keys):
    # as from cron(8): bash then calls it dumb
    environment = {name: value for name, value in os.environ.items()
                   if name != "TERM"}
    result = server.ssh("alice", keys["ed25519"], "env -0; echo type=$TERM",
                        options=["-tt"], env=environment)
    assert result.stdout.endswith(b"type=dumb\r\n")
    assert b"TERM=" not in result.stdout.split(b"type=")[0]


def test_the_size_of_the_terminal_is_taken_over(server, keys):
    with _terminal(server, keys, "stty size", rows=37,
                   columns=101) as terminal:
        terminal.expect("37 101")


def test_a_resized_window_reaches_the_program(server, keys):
    with _terminal(server, keys,
                   "while stty size; do read -t 0.1 x; done", rows=20,
                   columns=70) as terminal:
        terminal.expect("20 70")
        terminal.resize(51, 133)
        terminal.expect("51 133")


def test_the_modes_of_the_client_terminal_are_taken_over(server, keys):
    settings = "intr ^B quit ^N -ixon -echoctl icrnl -opost"
    command = ["sh", "-c", f"stty {settings}; exec \"$@\"", "sh",
               *server.ssh_command("alice", keys["ed25519"], "stty -a",
                                   options=["-tt"])]
    with Terminal(command) as terminal:
        terminal.wait()
        shown = terminal.output.decode()
    assert "intr = ^B;" in shown
    assert "quit = ^N;" in shown
    for setting in ("-ixon", "-echoctl", "icrnl", "-opost"):
        assert setting in shown.replace(";", "").split(), shown


def test_the_line_speed_is_taken_over(server, keys):
    command = ["sh", "-c", "stty 19200; exec \"$@\"", "sh",
               *server.ssh_command("alice", keys["ed25519"], "stty speed",
                                   options=["-tt"])]
    with Terminal(command) as terminal:
        terminal.expect("19200")


def test_what_is_typed_is_echoed_by_the_remote_terminal(server, keys):
    with _terminal(server, keys, "cat") as terminal:
        terminal.send("hello\n")
        terminal.expect("hello\r\nhello\r\n")
        terminal.send("\x04")
        assert terminal.wait() == 0


def test_a_password_prompt_is_not_echoed(server, keys):
    with _terminal(server, keys, "stty -echo; echo type:; read x; "
                   "stty echo; echo \"<$x>\"") as terminal:
        terminal.expect("type:")
        terminal.send("secret\n")
        terminal.expect("<secret>")
        assert terminal.output.count(b"secret") == 1


def test_control_c_interrupts_the_foreground_job(shell):
    # the job must be in the foreground before the key is pressed
    shell.send("sh -c 'echo run''ning; exec sleep 1000'\n")
    shell.expect("running")
    shell.send("\x03")
    shell.expect("ready> ")
    shell.send("echo status $?\n")
    shell.expect("status 130")


def test_jobs_can_be_stopped_and_continued(shell):
    # only a program that runs has the terminal in its own modes
    shell.send("sh -c 'echo run''ning; exec cat'\n")
    shell.expect("running\r\n")
    shell.send("line\n")
    shell.expect("line\r\nline\r\n")
    shell.send("\x1a")
    shell.expect("Stopped")
    shell.expect("ready> ")
    shell.send("fg\n")
    shell.expect("cat")
    shell.send("more\n")
    shell.expect("more\r\nmore\r\n")
    shell.send("\x03")
    shell.expect("ready> ")


def test_a_break_is_taken_by_a_terminal_and_only_there(server, keys):
    async def ask(connection, **kwargs):
        process = await connection.create_process("read x; test $x = on",
                                                  **kwargs)
        taken = await process.channel._make_request(
            b"break", asyncssh.packet.UInt32(300))
        process.stdin.write("on\n")
        return taken, (await process.wait()).exit_status

    async def run():
        async with asyncssh.connect(
                "127.0.0.1", server.port, username="alice", config=None,
                known_hosts=server.known_hosts(),
                client_keys=[keys["ed25519"]]) as connection:
            return (await ask(connection, term_type="vt100"),
                    await ask(connection))
    assert asyncio.run(run()) == ((True, 0), (False, 0))


def test_the_shell_is_hung_up_when_the_client_vanishes(server, keys):
    marker = "/home/alice/hung_up"
    with _terminal(server, keys, "trap 'echo hup >hung_up; exit' HUP; "
                   "echo pid $$.; while :; do read x || :; done") as terminal:
        terminal.expect("pid ")
        pid = int(terminal.expect(".").rstrip("."))
        terminal.kill()
    wait_until(lambda: not is_running(pid), what="the shell's end")
    with open(marker) as f:
        assert f.read() == "hup\n"
    os.unlink(marker)


def test_the_foreground_job_is_hung_up_when_the_client_vanishes(shell):
    shell.send("sh -c 'echo p''id $$.; exec sleep 1000'\n")
    shell.expect("pid ")
    pid = int(shell.expect(".").rstrip("."))
    shell.kill()
    wait_until(lambda: not is_running(pid), what="the job's end")


def test_the_session_leads_its_own_process_session(server, keys):
    with _terminal(server, keys, "echo pid $$.; read x") as terminal:
        terminal.expect("pid ")
        pid = int(terminal.expect(".").rstrip("."))
        fields = stat_fields(pid)
        group, session, terminal_number = fields[2], fields[3], fields[4]
        assert (int(group), int(session)) == (pid, pid)
        assert int(terminal_number) != 0
        terminal.send("\n")
        assert terminal.wait() == 0


def test_output_right_before_the_end_of_a_terminal_session_is_never_lost(
        server, keys):
    for _ in range(20):
        result = server.ssh("alice", keys["ed25519"],
                            "stty -opost; seq 1 20000; exit 9",
                            options=["-tt"])
        assert result.returncode == 9
        assert result.stdout.endswith(b"\n20000\n")
        assert result.stdout.count(b"\n") == 20000


def test_a_terminal_is_refused_where_the_configuration_says_so(
        make_server, keys):
    server = make_server("PermitTTY no\n")
    result = server.ssh("alice", keys["ed25519"], "tty; echo end",
                        options=["-tt", "-o", "LogLevel=INFO"])
    assert b"PTY allocation request failed" in result.stderr
