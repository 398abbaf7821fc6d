# SPDX-License-Identifier: ISC
"""stdin, stdout and stderr of a command, and how it ends."""

import asyncio
import hashlib
import os
import signal
import subprocess

import asyncssh
import pytest

from server import all_pids, is_running, title, wait_until

MIB = 1 << 20


def test_the_three_streams_are_kept_apart(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "cat; echo to-stderr >&2; echo to-stdout",
                        input=b"from-stdin\n")
    assert result.stdout == b"from-stdin\nto-stdout\n"
    assert result.stderr == b"to-stderr\n"


def test_every_byte_value_passes_unchanged(server, keys):
    data = bytes(range(256)) * 64
    assert server.ssh("alice", keys["ed25519"], "cat",
                      input=data).stdout == data


def test_bulk_on_stderr_arrives_complete(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "head -c 5000000 /dev/zero | tr '\\0' e >&2; echo out")
    assert result.stderr == b"e" * 5_000_000
    assert result.stdout == b"out\n"


def test_a_command_without_input_sees_the_end_at_once(server, keys):
    result = server.ssh("alice", keys["ed25519"], "wc -c")
    assert result.stdout == b"0\n"


def test_output_still_flows_after_the_end_of_input(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "sort; head -c 1000000 /dev/zero | wc -c",
                        input=b"b\nc\na\n")
    assert result.stdout == b"a\nb\nc\n1000000\n"


def test_stderr_still_flows_after_stdout_was_closed(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "exec >&-; wc -c >&2", input=b"x" * 1_000_000)
    assert (result.stdout, result.stderr) == (b"", b"1000000\n")


def test_input_still_flows_after_all_output_was_closed(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "exec >&- 2>&-; cat >received", input=b"y" * MIB)
    assert result.returncode == 0
    assert os.path.getsize("/home/alice/received") == MIB


def test_a_command_may_leave_its_input_unread(server, keys):
    result = server.ssh("alice", keys["ed25519"], "head -c 10; exit 4",
                        input=b"z" * (16 * MIB))
    assert (result.stdout, result.returncode) == (b"z" * 10, 4)


def test_output_in_flight_when_a_command_ends_is_never_lost(server, keys):
    length = 10_000_000
    expected = hashlib.sha256(b"\0" * length).digest()
    for _ in range(50):
        result = server.ssh("alice", keys["ed25519"],
                            f"head -c {length} /dev/zero; exit 5")
        assert result.returncode == 5
        assert hashlib.sha256(result.stdout).digest() == expected


def test_small_output_right_before_the_end_is_never_lost(server, keys):
    async def run_many():
        async with asyncssh.connect(
                "127.0.0.1", server.port, username="alice", config=None,
                known_hosts=server.known_hosts(),
                client_keys=[keys["ed25519"]]) as connection:
            for number in range(200):
                result = await connection.run(
                    f"echo {number}; echo e{number} >&2; exit 6")
                assert (result.stdout, result.stderr, result.exit_status) \
                    == (f"{number}\n", f"e{number}\n", 6)
    asyncio.run(run_many())


def _run_with_asyncssh(server, keys, work):
    async def run():
        async with asyncssh.connect(
                "127.0.0.1", server.port, username="alice", config=None,
                known_hosts=server.known_hosts(),
                client_keys=[keys["ed25519"]]) as connection:
            return await work(connection)
    return asyncio.run(run())


@pytest.mark.parametrize("name", ["KILL", "TERM", "HUP", "INT", "QUIT",
                                  "USR1", "ALRM", "PIPE", "SEGV", "ABRT"])
def test_the_signal_that_ended_a_command_is_reported(server, keys, name):
    result = _run_with_asyncssh(
        server, keys, lambda connection: connection.run(
            f"ulimit -c 0; exec sh -c 'kill -{name} $$'"))
    assert result.exit_status == -1
    assert result.exit_signal[0] == name


def test_a_client_can_signal_its_command(server, keys):
    async def work(connection):
        process = await connection.create_process(
            "trap 'echo got-term; exit 9' TERM; echo ready; "
            "while :; do read x || exit 1; done")
        assert await process.stdout.readline() == "ready\n"
        process.send_signal("TERM")
        # wakes a shell whose read was restarted
        process.stdin.write("\n")
        return await process.wait()
    result = _run_with_asyncssh(server, keys, work)
    assert (result.stdout, result.exit_status) == ("got-term\n", 9)


def test_the_stock_client_ends_with_255_when_a_signal_ended_it(server, keys):
    assert server.ssh("alice", keys["ed25519"],
                      "kill -9 $$").returncode == 255


def _find(words):
    return [pid for pid in all_pids() if title(pid) == words]


def test_a_client_that_reads_no_more_stops_the_command(server, keys):
    with server.popen("alice", keys["ed25519"], "yes broken-pipe-test; "
                      "echo $? >ended") as process:
        assert process.stdout.read(4)
        process.stdout.close()
        process.stdin.close()
        process.wait(60)
    wait_until(lambda: not _find("yes broken-pipe-test"), what="yes to end")


def test_yes_piped_into_head_ends(server, keys):
    command = subprocess.list2cmdline(
        server.ssh_command("alice", keys["ed25519"], "yes"))
    result = subprocess.run(f"{command} | head -n 1000 | wc -l", shell=True,
                            capture_output=True, timeout=60,
                            stdin=subprocess.DEVNULL)
    assert result.stdout.strip() == b"1000"


def test_output_of_a_background_process_comes_after_its_shell_ended(
        server, keys):
    fifo = "/home/alice/late"
    os.mkfifo(fifo)
    os.chmod(fifo, 0o666)
    try:
        with server.popen("alice", keys["ed25519"],
                          "cat late & echo $$; exit 3") as process:
            shell = int(process.stdout.readline())
            wait_until(lambda: not is_running(shell), what="the shell's end")
            with open(fifo, "w") as out:
                out.write("late output\n")
            assert process.stdout.read() == b"late output\n"
            assert process.wait(60) == 3
    finally:
        os.unlink(fifo)


def test_a_background_process_without_the_streams_does_not_hold_the_client(
        server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!",
                        timeout=60)
    assert result.returncode == 0
    left_behind = int(result.stdout)
    assert is_running(left_behind)
    os.kill(left_behind, signal.SIGKILL)


def test_on_a_terminal_a_background_process_does_not_hold_the_client(
        server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        "trap '' HUP; sleep 1000 & echo pid $!",
                        options=["-tt"], timeout=60)
    assert result.returncode == 0
    left_behind = int(result.stdout.split(b"pid ")[1])
    assert is_running(left_behind)
    os.kill(left_behind, signal.SIGKILL)


def test_a_command_that_is_not_there_is_reported_by_the_shell(server, keys):
    result = server.ssh("alice", keys["ed25519"], "/no/such/program")
    assert result.returncode == 127
    assert b"/no/such/program" in result.stderr


def test_a_login_shell_reads_its_commands_from_a_pipe(server, keys):
    result = server.ssh("alice", keys["ed25519"],
                        input=b"echo $0; echo in-shell; exit 8\n")
    assert result.stdout == b"-bash\nin-shell\n"
    assert result.returncode == 8


def test_the_streams_of_a_command_are_pipes(server, keys):
    """With a socket as its input bash takes itself to be run by rshd."""
    result = server.ssh("alice", keys["ed25519"],
                        "readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2")
    assert [line.split(b":")[0] for line in result.stdout.splitlines()] == \
        [b"pipe"] * 3


def test_a_command_runs_in_a_shell_without_dash(server, keys):
    result = server.ssh("alice", keys["ed25519"], "echo $0")
    assert result.stdout == b"bash\n"
