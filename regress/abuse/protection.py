# SPDX-License-Identifier: ISC
"""Packet protection for the peer: one object for each direction.

seal(seqnr, packet): packet is length, padding length, payload, padding.
open_length(seqnr, head) and open(seqnr, length, data) undo it.
aligned: what must be a multiple of block does (True) or does not (False)
include the length field.
"""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.poly1305 import Poly1305

MACS = {
    "hmac-sha2-256": (hashlib.sha256, 32),
    "hmac-sha2-512": (hashlib.sha512, 64),
    "hmac-sha1": (hashlib.sha1, 20),
}
KEY_LENGTHS = {
    "aes128-ctr": (16, 16), "aes192-ctr": (24, 16), "aes256-ctr": (32, 16),
    "aes128-gcm@openssh.com": (16, 12), "aes256-gcm@openssh.com": (32, 12),
    "chacha20-poly1305@openssh.com": (64, 0),
}


class BadTag(Exception):
    """What the server sent does not verify."""


class Clear:
    block, aligned, tag_len = 8, True, 0

    def seal(self, seqnr, packet):
        return packet

    def open_length(self, seqnr, head):
        return struct.unpack(">I", head)[0]

    def open(self, seqnr, length, data):
        return data


class Gcm:
    block, aligned, tag_len = 16, False, 16

    def __init__(self, key, iv):
        self.cipher = AESGCM(key)
        self.key, self.fixed = key, iv[:4]
        self.counter = int.from_bytes(iv[4:], "big")

    def state(self):
        """What goes on from here needs: the key and the next nonce."""
        return self.key + self._next()

    def _next(self):
        return self.fixed + struct.pack(">Q", self.counter % 2 ** 64)

    def _nonce(self):
        nonce = self._next()
        self.counter += 1
        return nonce

    def seal(self, seqnr, packet):
        return packet[:4] + self.cipher.encrypt(self._nonce(), packet[4:],
                                                packet[:4])

    open_length = Clear.open_length

    def open(self, seqnr, length, data):
        try:
            return self.cipher.decrypt(self._nonce(), data,
                                       struct.pack(">I", length))
        except InvalidTag:
            raise BadTag from None


class ChaCha:
    block, aligned, tag_len = 8, False, 16

    def __init__(self, key):
        self.main, self.header = key[:32], key[32:]

    @staticmethod
    def _stream(key, seqnr, counter, data):
        nonce = struct.pack("<Q", counter) + struct.pack(">Q", seqnr)
        return Cipher(algorithms.ChaCha20(key, nonce),
                      None).encryptor().update(data)

    def _poly(self, seqnr, data):
        mac = Poly1305(self._stream(self.main, seqnr, 0, bytes(32)))
        mac.update(data)
        return mac

    def seal(self, seqnr, packet):
        data = self._stream(self.header, seqnr, 0, packet[:4]) + \
            self._stream(self.main, seqnr, 1, packet[4:])
        return data + self._poly(seqnr, data).finalize()

    def open_length(self, seqnr, head):
        self.head = head
        return struct.unpack(">I", self._stream(self.header, seqnr, 0,
                                                head))[0]

    def open(self, seqnr, length, data):
        try:
            self._poly(seqnr, self.head + data[:-16]).verify(data[-16:])
        except InvalidSignature:
            raise BadTag from None
        return self._stream(self.main, seqnr, 1, data[:-16])


class Ctr:
    """AES in counter mode with an HMAC, before or after encryption."""

    block = 16

    def __init__(self, key, iv, mac, mac_key, sealing):
        self.etm = mac.endswith("-etm@openssh.com")
        self.aligned = not self.etm
        self.digest, self.tag_len = MACS[mac.removesuffix("-etm@openssh.com")]
        self.mac_key = mac_key
        cipher = Cipher(algorithms.AES(key), modes.CTR(iv))
        self.stream = cipher.encryptor() if sealing else cipher.decryptor()

    def _tag(self, seqnr, data):
        return hmac.new(self.mac_key, struct.pack(">I", seqnr) + data,
                        self.digest).digest()

    def seal(self, seqnr, packet):
        if self.etm:
            data = packet[:4] + self.stream.update(packet[4:])
            return data + self._tag(seqnr, data)
        return self.stream.update(packet) + self._tag(seqnr, packet)

    def open_length(self, seqnr, head):
        self.head = head if self.etm else self.stream.update(head)
        return struct.unpack(">I", self.head)[0]

    def open(self, seqnr, length, data):
        body, tag = data[:-self.tag_len], data[-self.tag_len:]
        clear = self.stream.update(body)
        covered = self.head + (body if self.etm else clear)
        if not hmac.compare_digest(tag, self._tag(seqnr, covered)):
            raise BadTag
        return clear


def make(cipher, mac, derive, letters, sealing):
    """derive(letter, length) gives the bytes of RFC 4253 section 7.2."""
    key_len, iv_len = KEY_LENGTHS[cipher]
    iv_letter, key_letter, mac_letter = letters
    key, iv = derive(key_letter, key_len), derive(iv_letter, iv_len)
    if cipher.startswith("chacha20"):
        return ChaCha(key)
    if "gcm" in cipher:
        return Gcm(key, iv)
    digest, _ = MACS[mac.removesuffix("-etm@openssh.com")]
    return Ctr(key, iv, mac, derive(mac_letter, digest().digest_size),
               sealing)
