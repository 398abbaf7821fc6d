# SPDX-License-Identifier: ISC
"""Does the time of a refusal tell who exists?"""

import pwd

from passwords import set_shadow

COUNT = 20      # names of each kind: each has its own time
PROBES = 200    # of each kind


def order_of(first, second):
    """How often a time of the first is below one of the second: 0 to 1."""
    below = sum((x < y) + (x == y) / 2 for x in first for y in second)
    return below / (len(first) * len(second))


def make_users(password_hash=None):
    """The names of users; each has the hash that a function of it gives."""
    names = [f"timed{i}" for i in range(COUNT)]
    known = {user.pw_name for user in pwd.getpwall()}
    with open("/etc/passwd", "a") as passwd:
        for i, name in enumerate(names):
            if name not in known:
                passwd.write(f"{name}:x:{3000 + i}:3000::/:/bin/sh\n")
    for i, name in enumerate(names):
        set_shadow(name, password_hash(f"secret{i}") if password_hash else "*")
    return names


def assert_time_tells_nothing(time_of, users):
    """time_of(name) of those users and of strangers, interleaved."""
    existing, missing = [], []
    for i in range(PROBES):
        existing.append(time_of(users[i % COUNT]))
        missing.append(time_of(f"nope{i % COUNT}"))
    # the time by name spreads over 2:1; what a name's existence adds would
    # shift all of one side
    order = order_of(existing, missing)
    assert 0.25 < order < 0.75, (order, sorted(existing)[PROBES // 2],
                                 sorted(missing)[PROBES // 2])
