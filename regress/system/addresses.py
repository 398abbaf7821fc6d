# SPDX-License-Identifier: ISC
"""Addresses and cables between hosts."""

import subprocess

from server import wait_until


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def wait_for_way(address, where=()):
    """The kernel makes the way to one of IPv6 a little later than the address,
    and than a link is up. where: words for ip(8)."""
    wait_until(lambda: subprocess.run(
        ["ip", *where, "route", "get", address],
        capture_output=True).returncode == 0, what=f"the way to {address}")


def give_address(address, device="lo"):
    """address: with the length of its prefix."""
    ip("address", "add", address, "dev", device,
       *(["nodad"] if ":" in address else []))
    wait_for_way(address.partition("/")[0])
