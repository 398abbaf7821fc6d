# SPDX-License-Identifier: ISC
"""Postern beside OpenSSH and dropbear: one run, one table.

Every round measures one figure on every server in turn, so that what the
machine does meanwhile hits all of them. A cell is the median over the
rounds; the ratio is the median of the ratios of the rounds. With --base
another build of Postern takes part: the table for a change.
"""

import argparse
import base64
import contextlib
import json
import os
import pwd
import shutil
import statistics
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder)
                for folder in ("system", "abuse")]
import figures  # noqa: E402
import load  # noqa: E402
import servers  # noqa: E402
import sftp  # noqa: E402

# figure: (unit, factor for printing, target ratio to OpenSSH or None)
# A time has no target where the client needs more than any server: it is the
# client's.
FIGURES = {
    "aes128-gcm to the client": ("CPU s/GiB", 1, 0.75),
    "aes128-gcm from the client": ("CPU s/GiB", 1, 0.65),
    "chacha20-poly1305 to the client": ("CPU s/GiB", 1, 0.55),
    "chacha20-poly1305 from the client": ("CPU s/GiB", 1, 0.50),
    "aes256-ctr+etm to the client": ("CPU s/GiB", 1, None),
    "aes256-ctr+etm from the client": ("CPU s/GiB", 1, None),
    "login, CPU": ("ms", 1e3, 0.40),
    "login, wall": ("ms", 1e3, 0.35),
    "login, wall, of it the client's CPU": ("ms", 1e3, None),
    "login, wall, of it the rest": ("ms", 1e3, None),
    "login, CPU, 4 at a time": ("ms", 1e3, None),
    "login, wall, 4 at a time": ("ms", 1e3, None),
    "login, key behind 5,000 others, CPU": ("ms", 1e3, 1.50),
    "login, certificate, CPU": ("ms", 1e3, None),
    "login, certificate, 100,000 revoked, CPU": ("ms", 1e3, None),
    "memory of an idle session": ("KiB PSS", 1, 0.55),
    "memory before login": ("KiB PSS", 1, None),
    "memory of the listener": ("KiB PSS", 1, None),
    "memory of its warm pool": ("KiB PSS", 1, None),
    "one byte, session": ("us", 1e6, 0.80),
    "one byte, forwarded": ("us", 1e6, 0.80),
    "one byte, beside a download": ("us", 1e6, None),
    "one byte, beside a download, no terminal": ("us", 1e6, None),
    "local forward": ("CPU s/GiB", 1, 0.75),
    "remote forward": ("CPU s/GiB", 1, 0.75),
    "channel opened and closed": ("us", 1e6, None),
    "channel opened and closed, CPU": ("us", 1e6, None),
    "channel opened and closed, CPU of the busiest process":
        ("us", 1e6, None),
    "channel opened and closed, 16 at once": ("us", 1e6, None),
    "channel opened and closed, CPU, 16 at once": ("us", 1e6, None),
    "channel opened and closed, CPU of the busiest process, 16 at once":
        ("us", 1e6, None),
    "channel, cheap client": ("us", 1e6, None),
    "channel, cheap client, CPU": ("us", 1e6, None),
    "channel, cheap client, CPU of the busiest process": ("us", 1e6, None),
    "channel, cheap client, 16 in flight": ("us", 1e6, 0.67),
    "channel, cheap client, CPU, 16 in flight": ("us", 1e6, None),
    "channel, cheap client, CPU of the busiest process, 16 in flight":
        ("us", 1e6, None),
    "channel, cheap client, 64 in flight": ("us", 1e6, 0.67),
    "channel, cheap client, CPU, 64 in flight": ("us", 1e6, None),
    "channel, cheap client, CPU of the busiest process, 64 in flight":
        ("us", 1e6, None),
    "upload, 100 ms each way": ("s/GiB", 1, 0.10),
    "sftp, file to the client": ("CPU s/GiB", 1, 0.60),
    "sftp, file from the client": ("CPU s/GiB", 1, 0.60),
    "sftp, file from the client, no server": ("CPU s/GiB", 1, None),
    "sftp, 64 in flight, to the client": ("CPU s/GiB", 1, 0.60),
    "sftp, 64 in flight, from the client": ("CPU s/GiB", 1, 0.60),
    "sftp, 64 in flight, from the client, no server":
        ("CPU s/GiB", 1, None),
    "sftp, upload, 50 ms each way": ("s/GiB", 1, 0.125),
    "sftp, small file up": ("us", 1e6, 0.67),
    "sftp, small file down": ("us", 1e6, 0.67),
    "sftp, small file up and down, CPU": ("us", 1e6, None),
    "sftp, small file up, OpenSSH's client": ("us", 1e6, None),
    "sftp, small file up, OpenSSH's client, CPU": ("us", 1e6, None),
    "sftp, listing, wall": ("s", 1, 0.33),
    "sftp, listing, CPU": ("s", 1, 0.33),
    "sftp, memory of an idle session": ("KiB PSS", 1, 0.50),
    "sftp, memory of each of 20 idle sessions": ("KiB PSS", 1, 0.50),
}


def _lacks(kind, cipher):
    return any(word in cipher for word in kind.lacks)


def groups(options):
    """(name, measure(kind) -> {figure: value}) in the order of the table."""
    size = (256 << 20) if options.quick else figures.GIB
    login_count = 20 if options.quick else 40
    trips = 1000 if options.quick else 3000
    files = 1000 if options.quick else 10000

    def throughput(cipher, upwards):
        name = f"{cipher} {'from' if upwards else 'to'} the client"

        def measure(kind):
            if _lacks(kind, cipher):
                return {}
            return {name: figures.cpu_per_gib(kind, cipher, upwards, size)}
        return name, measure

    def login(at_a_time):
        suffix = "" if at_a_time == 1 else f", {at_a_time} at a time"

        def measure(kind):
            cpu, wall, client = figures.logins(kind, at_a_time, login_count)
            found = {f"login, CPU{suffix}": cpu, f"login, wall{suffix}": wall}
            if at_a_time == 1:
                found["login, wall, of it the client's CPU"] = client
                found["login, wall, of it the rest"] = wall - client
            return found
        return f"login{suffix}", measure

    def listed(name, lines, identity=servers.USER_KEY, extra=""):
        """The user's file lists these lines only."""
        def measure(kind):
            if kind.name == "dropbear":
                return {}
            with listing(lines()):
                cpu, _wall, _client = figures.logins(
                    kind, 1, login_count, identity, extra)
            return {f"login, {name}, CPU": cpu}
        return f"login, {name}", measure

    def forward(remote):
        name = f"{'remote' if remote else 'local'} forward"

        def measure(kind):
            if _lacks(kind, "aes128-gcm"):
                return {}
            return {name: figures.forward_cpu_per_gib(kind, remote, size)}
        return name, measure

    def beside_download(terminal):
        name = "one byte, beside a download"
        if not terminal:
            name += ", no terminal"
        return name, lambda kind: {
            name: figures.round_trip_under_load(kind, trips // 5, terminal)}

    def channels(name, suffix, function, *arguments):
        def measure(kind):
            wall, cpu, busiest = function(kind, *arguments)
            return {f"{name}{suffix}": wall, f"{name}, CPU{suffix}": cpu,
                    f"{name}, CPU of the busiest process{suffix}": busiest}
        return f"{name}{suffix}", measure

    def opens(at_once):
        suffix = "" if at_once == 1 else f", {at_once} at once"
        return channels("channel opened and closed", suffix, figures.opens,
                        trips, at_once)

    def cheap_opens(in_flight):
        suffix = "" if in_flight == 1 else f", {in_flight} in flight"
        name, measure = channels("channel, cheap client", suffix,
                                 figures.cheap_opens, files, in_flight)
        return name, lambda kind: {} if load.lacked_by(kind) else \
            measure(kind)

    def delayed_upload(kind):
        if _lacks(kind, "aes128-gcm"):
            return {}
        return {"upload, 100 ms each way": figures.delayed_upload(
            kind, 100, 4 if options.quick else 10)}

    def memory(kind):
        session, before, listener, pool = figures.memory(kind)
        return {"memory of an idle session": session,
                "memory before login": before,
                "memory of the listener": listener,
                "memory of its warm pool": pool}

    def sftp_transfer(to_client, from_client, what):
        def measure(kind):
            if not kind.has_sftp:
                return {}
            transfer_size = size * (1 if options.quick else 4)
            up, floor = from_client(kind, transfer_size)
            name = f"sftp, {what}from the client"
            return {f"sftp, {what}to the client":
                        to_client(kind, transfer_size),
                    name: up, f"{name}, no server": floor}
        return f"sftp, {what}", measure

    def sftp_delayed(kind):
        return {"sftp, upload, 50 ms each way": sftp.delayed_upload(
            kind, 50, size)} if kind.has_sftp else {}

    def sftp_small(kind):
        if not kind.has_sftp:
            return {}
        up, down, cpu = sftp.small_files(kind, files)
        wall, stock_cpu = sftp.openssh_small_files(kind, files)
        return {"sftp, small file up": up, "sftp, small file down": down,
                "sftp, small file up and down, CPU": cpu,
                "sftp, small file up, OpenSSH's client": wall,
                "sftp, small file up, OpenSSH's client, CPU": stock_cpu}

    def sftp_listing(kind):
        if not kind.has_sftp:
            return {}
        wall, cpu = sftp.listing(kind, files * 10)
        return {"sftp, listing, wall": wall, "sftp, listing, CPU": cpu}

    def sftp_memory(kind):
        if not kind.has_sftp:
            return {}
        return {"sftp, memory of an idle session": sftp.memory(kind),
                "sftp, memory of each of 20 idle sessions":
                    sftp.memory(kind, 20)}

    return [
        *(throughput(c, up) for c in figures.CIPHERS for up in (False, True)),
        login(1), login(4),
        listed("key behind 5,000 others", crowd),
        listed("certificate", ca_line, servers.CERTIFIED_KEY),
        listed("certificate, 100,000 revoked", ca_line,
               servers.CERTIFIED_KEY, f"RevokedKeys {servers.KRL}\n"),
        ("memory", memory),
        ("one byte, session", lambda kind: {
            "one byte, session": figures.session_round_trip(kind, trips)}),
        ("one byte, forwarded", lambda kind: {
            "one byte, forwarded": figures.forward_round_trip(kind, trips)}),
        beside_download(True), beside_download(False),
        forward(False), forward(True),
        opens(1), opens(16), *map(cheap_opens, (1, 16, 64)),
        ("upload, 100 ms each way", delayed_upload),
        sftp_transfer(sftp.transfer_down, sftp.transfer_up, "file "),
        sftp_transfer(sftp.pipelined_down, sftp.pipelined_up,
                      "64 in flight, "),
        ("sftp, upload, 50 ms each way", sftp_delayed),
        ("sftp, small files", sftp_small),
        ("sftp, listing", sftp_listing),
        ("sftp, memory", sftp_memory),
    ]


def measure(kinds, options):
    """{figure: {server: [a value of each round]}}"""
    results = {}
    for name, function in groups(options):
        if options.only and not any(o in name for o in options.only):
            continue
        for number in range(options.rounds):
            print(f"\r{name}: round {number + 1}/{options.rounds}\033[K",
                  end="", file=sys.stderr, flush=True)
            for kind in kinds:
                for figure, value in function(kind).items():
                    results.setdefault(figure, {}).setdefault(
                        kind.name, []).append(value)
    print("\r\033[K", end="", file=sys.stderr)
    return results


def ratio(row, other):
    pairs = [ours / theirs for ours, theirs in
             zip(row.get("Postern", ()), row.get(other, ())) if theirs]
    return statistics.median(pairs) if pairs else None


def ratio_text(value):
    return "" if value is None else f"{value:.2f}"


def table(results, kinds):
    names = [kind.name for kind in kinds]
    base = [servers.BASE] if servers.BASE in names else []
    lines = [("figure", "unit", *names, *(f"to {b}" for b in base), "ratio",
              "target", "reached")]
    for figure, (unit, factor, target) in FIGURES.items():
        row = results.get(figure)
        if row is None:
            continue
        cells = []
        for name in names:
            values = row.get(name)
            value = statistics.median(values) * factor if values else None
            cells.append("" if value is None else
                         f"{value:.0f}" if value >= 100 else f"{value:.3g}")
        r = ratio(row, "OpenSSH")
        lines.append((
            figure, unit, *cells, *(ratio_text(ratio(row, b)) for b in base),
            ratio_text(r), ratio_text(target),
            "" if target is None or r is None else
            "yes" if r <= target else "NO"))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(
        cell.ljust(w) if i < 2 else cell.rjust(w)
        for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
        for line in lines)


def public(path):
    with open(f"{path}.pub") as key:
        return key.read()


def crowd():
    """5,000 keys of others, then ours."""
    def other(number):
        blob = struct.pack(">I11sI", 11, b"ssh-ed25519", 32) + \
            number.to_bytes(32, "big")
        return f"ssh-ed25519 {base64.b64encode(blob).decode()} {number}\n"
    return "".join(map(other, range(5000))) + public(servers.USER_KEY)


def ca_line():
    return "cert-authority " + public(f"{servers.RUN}/ca")


@contextlib.contextmanager
def listing(lines):
    """These lines in place of the user's authorized_keys."""
    path = f"{pwd.getpwnam(servers.USER).pw_dir}/.ssh/authorized_keys"
    with open(path) as file:
        before = file.read()
    try:
        with open(path, "w") as file:
            file.write(lines)
        yield
    finally:
        with open(path, "w") as file:
            file.write(before)


def prepare_certificate():
    """A CA, a key that it signed, and 100,000 serials that it took back."""
    ca, key = f"{servers.RUN}/ca", servers.CERTIFIED_KEY
    spec = f"{servers.RUN}/revoked"
    for path in (ca, key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-f", path], check=True)
    subprocess.run(["ssh-keygen", "-q", "-s", ca, "-I", "bench", "-z", "1",
                    "-n", servers.USER, f"{key}.pub"], check=True)
    os.rename(f"{key}-cert.pub", f"{key}.pub")
    with open(spec, "w") as out:
        # far apart: neither a range nor a bitmap holds them
        out.writelines(f"serial: {number}\n"
                       for number in range(1000, 10**11 + 1000, 10**6))
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", servers.KRL, "-s",
                    f"{ca}.pub", spec], check=True)


def prepare(base):
    """The isolated host with its keys, account and login shell."""
    import isolated
    isolated.ACCOUNTS[servers.USER] = (2010, servers.COMMAND)
    isolated.ACCOUNTS[sftp.USER] = (2011, "/bin/sh")
    isolated.make_host([base] if base else [])
    os.environ["HOME"] = "/home/root"
    os.makedirs(servers.RUN)
    for program, sources, library in (
            (servers.COMMAND, ["command.c"], "-static"),
            (servers.RELAY, ["relay.c"], "-static"),
            (servers.LOAD, ["load.c", "packets.c"], "-lcrypto")):
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", program,
                        *(os.path.join(HERE, name) for name in sources),
                        library], check=True)
    with open("/etc/shells", "a") as shells:
        shells.write(f"{servers.COMMAND}\n")
    open(servers.COMMAND_NS, "w").close()
    for path in (servers.HOST_KEY, servers.USER_KEY):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-f", path], check=True)
    if shutil.which("dropbearconvert"):
        subprocess.run(["dropbearconvert", "openssh", "dropbear",
                        servers.HOST_KEY, f"{servers.RUN}/host_dropbear"],
                       check=True, capture_output=True)
    for user in (servers.USER, sftp.USER):
        account = pwd.getpwnam(user)
        keys = f"{account.pw_dir}/.ssh/authorized_keys"
        shutil.copyfile(f"{servers.USER_KEY}.pub", keys)
        os.chown(keys, account.pw_uid, account.pw_gid)
        os.chmod(keys, 0o600)
    with open(f"{servers.HOST_KEY}.pub") as key, \
            open(f"{servers.RUN}/known_hosts", "w") as known:
        known.write(f"bench {key.read()}")
    sftp.mount_large()
    prepare_certificate()


def go_first():
    """What else runs on the machine disturbs the measured less."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="less data and fewer rounds")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only groups whose name contains NAME: a cipher,"
                        " login, memory, 'one byte', forward, channel,"
                        " upload, sftp; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--base", metavar="SSHD",
                        help="another build of Postern to compare with")
    parser.add_argument("--json", metavar="FILE",
                        help="also write every measured value")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)
    json_file = open(options.json, "w") if options.json else None
    prepare(options.base)
    go_first()
    kinds = servers.kinds(options.base)
    results = measure(kinds, options)
    print(table(results, kinds))
    print("dropbear logs in with curve25519: it has no post-quantum kex.")
    if json_file:
        with json_file:
            json.dump(results, json_file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
