# SPDX-License-Identifier: ISC
"""Bad public values for each key exchange end it before any signature.

Groups are those of RFC 3526; low-order points those of RFC 7748 section 6.1
and of the literature on Curve25519; ML-KEM's checks are FIPS 203 7.2.
"""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)

from peer import CURVES, Closed, Peer, X25519
from wire import KEX_30, KEX_31, KEX_32, KEX_34, REASON_KEX_FAILED, \
    REASON_PROTOCOL_ERROR, Reader, mpint, string, u32, u8

pytestmark = pytest.mark.postern_only

P25519 = 2 ** 255 - 19
LOW_ORDER = [value.to_bytes(32, "little") for value in (
    0, 1, P25519 - 1, P25519, P25519 + 1, 2 ** 255 + P25519 - 1, 2 ** 255,
    2 ** 255 + 1)] + [bytes.fromhex(text) for text in (     # of order 8
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
FIELDS = {"ecdh-sha2-nistp256": (32, 2 ** 256 - 2 ** 224 + 2 ** 192 +
                                 2 ** 96 - 1),
          "ecdh-sha2-nistp384": (48, 2 ** 384 - 2 ** 128 - 2 ** 96 +
                                 2 ** 32 - 1),
          "ecdh-sha2-nistp521": (66, 2 ** 521 - 1)}
MLKEM = "mlkem768x25519-sha256"
SNTRUP = "sntrup761x25519-sha512"
# (PQ public key, its ciphertext)
SIZES = {MLKEM: (1184, 1088), SNTRUP: (1158, 1039),
         "sntrup761x25519-sha512@openssh.com": (1158, 1039)}


def end_of(port, kex, value):
    """How the server answers a public value given as a string."""
    with Peer(port, kex=kex) as peer:
        peer.start().start_kex()
        peer.send(u8(KEX_30) + string(value))
        try:
            return peer.expect(KEX_31)
        except Closed as closed:
            return closed


def assert_refused(server, kex, value):
    end = end_of(server.port, kex, value)
    assert isinstance(end, Closed), f"answered {end[:64]}"
    assert end.reason in (REASON_KEX_FAILED, REASON_PROTOCOL_ERROR)


# ---- X25519 ---------------------------------------------------------------

@pytest.mark.parametrize("kex", ["curve25519-sha256",
                                 "curve25519-sha256@libssh.org"])
@pytest.mark.parametrize("point", LOW_ORDER, ids=lambda p: p.hex()[:8])
def test_a_low_order_point_of_curve25519_is_refused(server, kex, point):
    assert_refused(server, kex, point)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64, 2048, 2049])
def test_a_curve25519_value_of_another_length_is_refused(server, length):
    assert_refused(server, "curve25519-sha256", b"\x09" * length)


# ---- NIST curves ----------------------------------------------------------

def bad_points(name):
    size, prime = FIELDS[name]
    curve, _ = CURVES[name]
    public = ec.generate_private_key(curve).public_key()
    good = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    other = ec.SECP384R1() if size == 32 else ec.SECP256R1()
    x, y = good[1:1 + size], good[1 + size:]

    def point(x, y, head=4):
        return bytes([head]) + x.to_bytes(size, "big") + \
            y.to_bytes(size, "big")

    return {
        "empty": b"", "infinity": b"\0", "all_zero": bytes(len(good)),
        "zero_zero": point(0, 0), "one_one": point(1, 1),
        "off_the_curve": good[:-1] + bytes([good[-1] ^ 1]),
        "not_reduced": point(prime, prime - 1),
        "beyond_the_field": b"\4" + b"\xff" * (2 * size),
        "compressed": public.public_bytes(Encoding.X962,
                                          PublicFormat.CompressedPoint),
        "hybrid": bytes([6 + (y[-1] & 1)]) + x + y,
        "short": good[:-1], "long": good + b"\0", "head_only": b"\4",
        "other_curve": ec.generate_private_key(other).public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    }


@pytest.mark.parametrize("defect", bad_points("ecdh-sha2-nistp256"))
@pytest.mark.parametrize("kex", CURVES)
def test_a_bad_point_of_a_nist_curve_is_refused(server, kex, defect):
    assert_refused(server, kex, bad_points(kex)[defect])


# ---- post-quantum hybrids -------------------------------------------------

def encode12(values):
    """FIPS 203 ByteEncode_12."""
    number = 0
    for i, value in enumerate(values):
        number |= value << 12 * i
    return number.to_bytes(384 * len(values) // 256, "little")


def mlkem_key(values):
    """Any vector is a key when its 768 coefficients are below 3329."""
    assert len(values) == 768
    return encode12(values) + bytes(32) + X25519().public


@pytest.mark.parametrize("value", [0, 1, 3328])
def test_a_reduced_mlkem_key_is_answered(server, value):
    answer = end_of(server.port, MLKEM, mlkem_key([value] * 768))
    r = Reader(answer[1:])
    r.string()
    assert len(r.string()) == 1088 + 32


@pytest.mark.parametrize("where", [0, 1, 255, 256, 511, 767])
@pytest.mark.parametrize("value", [3329, 3330, 4095])
def test_an_mlkem_key_with_one_coefficient_too_large_is_refused(
        server, where, value):
    values = [0] * 768
    values[where] = value
    assert_refused(server, MLKEM, mlkem_key(values))


def test_an_mlkem_key_of_ones_is_refused(server):
    assert_refused(server, MLKEM, b"\xff" * 1216)


@pytest.mark.parametrize("difference", [-1184, -33, -32, -1, 1, 32, 500])
@pytest.mark.parametrize("kex", SIZES)
def test_a_hybrid_value_of_another_length_is_refused(server, kex, difference):
    length = SIZES[kex][0] + 32 + difference
    assert_refused(server, kex, bytes(max(0, length)))


@pytest.mark.parametrize("kex", SIZES)
@pytest.mark.parametrize("point", LOW_ORDER[:4], ids=lambda p: p.hex()[:8])
def test_a_low_order_point_in_a_hybrid_is_refused(server, kex, point):
    assert_refused(server, kex, bytes(SIZES[kex][0]) + point)


@pytest.mark.parametrize("fill", [b"\0", b"\x55", b"\xff"])
def test_any_sntrup_key_of_the_right_length_does_no_harm(server, fill):
    answer = end_of(server.port, SNTRUP, fill * 1158 + X25519().public)
    if not isinstance(answer, Closed):
        r = Reader(answer[1:])
        r.string()
        assert len(r.string()) == 1039 + 32


# ---- Diffie-Hellman -------------------------------------------------------

DH = ["diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
      "diffie-hellman-group18-sha512"]
# RFC 3526: 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) pi) + c)
PI_CONSTANTS = {2048: 124476, 4096: 240904, 8192: 4743158}
BITS = dict(zip(DH, (2048, 4096, 8192)))


def pi_scaled(bits):
    """floor(2^bits * pi), by Machin's formula."""
    guard = bits + 64

    def arctan_inverse(x):
        term = total = (1 << guard) // x
        n, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // n)
            sign, n = -sign, n + 2
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239)) >> 64


def prime(bits):
    return 2 ** bits - 2 ** (bits - 64) - 1 + 2 ** 64 * (
        pi_scaled(bits - 130) + PI_CONSTANTS[bits])


@pytest.fixture(scope="module")
def dh_server(tmp_path_factory, host_keys, keys):
    from patient import CONFIG, Patient
    directory = str(tmp_path_factory.mktemp("dh"))
    config = f"KexAlgorithms {','.join(DH)}," \
        "diffie-hellman-group-exchange-sha256\n"
    with Patient(directory, list(host_keys.values()),
                 config + CONFIG) as patient:
        yield patient
        patient.assert_well()


def dh_values(p):
    return {"zero": mpint(0), "one": mpint(1), "p_less_one": mpint(p - 1),
            "p": mpint(p), "p_plus_one": mpint(p + 1),
            "twice_p": mpint(2 * p), "minus_one": string(b"\xff"),
            "minus_two": string(b"\xfe"), "negative": string(b"\x80" * 256),
            "empty": b"", "short": u32(256) + bytes(255),
            "not_minimal": string(b"\0" * 10 + b"\5"),
            "huge": string(b"\x7f" * 2048), "huger": string(b"\x7f" * 4096)}


def dh_end(peer, payload):
    peer.send(payload)
    try:
        return peer.expect(KEX_31, 33)
    except Closed as closed:
        return closed


@pytest.mark.parametrize("kex", DH)
@pytest.mark.parametrize("value", dh_values(23))
def test_a_bad_diffie_hellman_value_is_refused(dh_server, kex, value):
    encoded = dh_values(prime(BITS[kex]))[value]
    with Peer(dh_server.port, kex=kex) as peer:
        peer.start().start_kex()
        end = dh_end(peer, u8(KEX_30) + encoded)
        assert isinstance(end, Closed)
        assert end.reason in (REASON_KEX_FAILED, REASON_PROTOCOL_ERROR)


@pytest.mark.parametrize("kex", DH)
def test_a_good_diffie_hellman_value_is_answered(dh_server, kex):
    with Peer(dh_server.port, kex=kex) as peer:
        peer.start().start_kex()
        value = pow(2, 3 ** 300, prime(BITS[kex]))
        assert not isinstance(dh_end(peer, u8(KEX_30) + mpint(value)), Closed)


def gex(port):
    peer = Peer(port, kex="diffie-hellman-group-exchange-sha256")
    return peer.start().start_kex()


@pytest.mark.parametrize("value", dh_values(23))
def test_a_bad_value_in_a_group_exchange_is_refused(dh_server, value):
    with gex(dh_server.port) as peer:
        peer.send(u8(KEX_34) + u32(2048) + u32(2048) + u32(8192))
        p = int.from_bytes(Reader(peer.expect(KEX_31)[1:]).string(), "big")
        end = dh_end(peer, u8(KEX_32) + dh_values(p)[value])
        assert isinstance(end, Closed)


@pytest.mark.parametrize("sizes", [
    (0, 0, 0), (8192, 2048, 1024), (2048, 1024, 8192), (2048, 9000, 8192),
    (1, 2, 3), (2 ** 32 - 1, 0, 2 ** 32 - 1), (1024, 1024, 2047)])
def test_group_sizes_that_make_no_sense_are_refused(dh_server, sizes):
    with gex(dh_server.port) as peer:
        peer.send(u8(KEX_34) + b"".join(u32(size) for size in sizes))
        assert peer.ending().reason in (REASON_KEX_FAILED,
                                        REASON_PROTOCOL_ERROR)


@pytest.mark.parametrize("sizes", [(0, 3072, 2 ** 32 - 1), (1, 2048, 16384),
                                   (2 ** 32 - 1,) * 3])
def test_sizes_out_of_range_are_served_within_the_range(dh_server, sizes):
    with gex(dh_server.port) as peer:
        peer.send(u8(KEX_34) + b"".join(u32(size) for size in sizes))
        p = int.from_bytes(Reader(peer.expect(KEX_31)[1:]).string(), "big")
        assert 2048 <= p.bit_length() <= 8192


@pytest.mark.parametrize("order", [(KEX_32,), (KEX_30,), (KEX_34, KEX_34),
                                   (KEX_34, KEX_30), (KEX_34, 21)])
def test_group_exchange_messages_out_of_order_end_the_connection(dh_server,
                                                                 order):
    bodies = {KEX_32: mpint(5), KEX_30: mpint(5), 21: b"",
              KEX_34: u32(2048) + u32(2048) + u32(8192)}
    peer = Peer(dh_server.port, strict=False,
                kex="diffie-hellman-group-exchange-sha256")
    with peer.start().start_kex():
        for number in order:
            peer.send(u8(number) + bodies[number])
        with pytest.raises(Closed) as closed:
            while True:
                peer.recv()
        assert closed.value.reason == REASON_PROTOCOL_ERROR
