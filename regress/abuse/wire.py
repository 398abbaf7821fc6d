# SPDX-License-Identifier: ISC
"""SSH data types (RFC 4251 section 5), and the numbers of messages."""

import struct

(DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, SERVICE_REQUEST, SERVICE_ACCEPT,
 EXT_INFO) = range(1, 8)
KEXINIT, NEWKEYS = 20, 21
KEX_30, KEX_31, KEX_32, KEX_33, KEX_34 = range(30, 35)
USERAUTH_REQUEST, USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_BANNER = \
    range(50, 54)
USERAUTH_60, USERAUTH_61 = 60, 61
GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = range(80, 83)
(CHANNEL_OPEN, CHANNEL_OPEN_CONFIRMATION, CHANNEL_OPEN_FAILURE,
 CHANNEL_WINDOW_ADJUST, CHANNEL_DATA, CHANNEL_EXTENDED_DATA, CHANNEL_EOF,
 CHANNEL_CLOSE, CHANNEL_REQUEST, CHANNEL_SUCCESS, CHANNEL_FAILURE) = \
    range(90, 101)
PING, PONG = 192, 193

REASON_PROTOCOL_ERROR, REASON_KEX_FAILED = 2, 3


def u8(value):
    return struct.pack(">B", value)


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def string(value):
    if isinstance(value, str):
        value = value.encode()
    return u32(len(value)) + value


def mpint(value):
    """An integer, or the bytes of one, high byte first."""
    if isinstance(value, bytes):
        value = int.from_bytes(value, "big")
    if value == 0:
        return u32(0)
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


class Reader:
    """Takes fields off the front of data."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, length):
        assert self.at + length <= len(self.data), "short message"
        self.at += length
        return self.data[self.at - length:self.at]

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return struct.unpack(">I", self.take(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.take(8))[0]

    def string(self):
        return self.take(self.u32())

    def rest(self):
        return self.data[self.at:]
