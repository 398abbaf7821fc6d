# SPDX-License-Identifier: ISC
# Libraries without privilege or process knowledge.

noinst_LIBRARIES += lib/base/libbase.a
lib_base_libbase_a_SOURCES = \
	lib/base/bytes.c \
	lib/base/bytes.h \
	lib/base/cidr.c \
	lib/base/cidr.h \
	lib/base/clock.c \
	lib/base/clock.h \
	lib/base/compiler.h \
	lib/base/confine.c \
	lib/base/confine.h \
	lib/base/core.c \
	lib/base/core.h \
	lib/base/duration.c \
	lib/base/duration.h \
	lib/base/err.h \
	lib/base/fd.c \
	lib/base/fd.h \
	lib/base/host_port.c \
	lib/base/host_port.h \
	lib/base/limits.h \
	lib/base/log.c \
	lib/base/log.h \
	lib/base/log_sink.c \
	lib/base/log_sink.h \
	lib/base/loop.c \
	lib/base/loop.h \
	lib/base/memory.c \
	lib/base/memory.h \
	lib/base/name_service.c \
	lib/base/name_service.h \
	lib/base/path_rights.c \
	lib/base/path_rights.h \
	lib/base/pattern.c \
	lib/base/pattern.h \
	lib/base/reap.c \
	lib/base/reap.h \
	lib/base/safe_path.c \
	lib/base/safe_path.h \
	lib/base/secret.c \
	lib/base/secret.h \
	lib/base/shared_pipe.c \
	lib/base/shared_pipe.h \
	lib/base/string_list.c \
	lib/base/string_list.h \
	lib/base/text.c \
	lib/base/text.h \
	lib/base/title.c \
	lib/base/title.h

noinst_LIBRARIES += lib/wire/libwire.a
lib_wire_libwire_a_SOURCES = \
	lib/wire/alg_names.c \
	lib/wire/alg_names.h \
	lib/wire/connection.c \
	lib/wire/connection.h \
	lib/wire/kexinit.c \
	lib/wire/kexinit.h \
	lib/wire/reader.h \
	lib/wire/transport.c \
	lib/wire/transport.h \
	lib/wire/userauth.c \
	lib/wire/userauth.h \
	lib/wire/version.c \
	lib/wire/version.h \
	lib/wire/writer.h

noinst_LIBRARIES += lib/ipc/libipc.a
lib_ipc_libipc_a_SOURCES = \
	lib/ipc/encoding.c \
	lib/ipc/encoding.h \
	lib/ipc/ipc.c \
	lib/ipc/ipc.h \
	lib/ipc/messages.h

# needs neither libcrypto nor libmd: a part of both libraries below
crypto_common = \
	lib/crypto/digest.h \
	lib/crypto/digest_common.c \
	lib/crypto/hmac.c \
	lib/crypto/hmac.h \
	lib/crypto/kex.h \
	lib/crypto/kex_groups.c \
	lib/crypto/kex_groups.h \
	lib/crypto/kex_names.c \
	lib/crypto/random.c \
	lib/crypto/random.h

# for a process without libcrypto: hashes of libmd, names, random numbers
noinst_LIBRARIES += lib/crypto/libsmallcrypto.a
lib_crypto_libsmallcrypto_a_SOURCES = $(crypto_common) \
	lib/crypto/digest_md.c

noinst_LIBRARIES += lib/crypto/libsshcrypto.a
lib_crypto_libsshcrypto_a_SOURCES = $(crypto_common) \
	lib/crypto/cipher_algs.c \
	lib/crypto/cipher_cbc.c \
	lib/crypto/cipher_chachapoly.c \
	lib/crypto/cipher_core.c \
	lib/crypto/cipher_core.h \
	lib/crypto/cipher_ctr.c \
	lib/crypto/cipher_gcm.c \
	lib/crypto/digest.c \
	lib/crypto/hash_ops.h \
	lib/crypto/init.c \
	lib/crypto/init.h \
	lib/crypto/kex_dh.c \
	lib/crypto/kex_ecdh.c \
	lib/crypto/kex_hash.c \
	lib/crypto/kex_hybrid.c \
	lib/crypto/kex_methods.c \
	lib/crypto/kex_methods.h \
	lib/crypto/kex_shared.c \
	lib/crypto/kex_x25519.c \
	lib/crypto/mac_algs.c \
	lib/crypto/mac_hmac.c \
	lib/crypto/mac_umac.c \
	lib/crypto/mlkem768.c \
	lib/crypto/mlkem768.h \
	lib/crypto/mlkem768_poly.c \
	lib/crypto/mlkem768_poly.h \
	lib/crypto/openssl.h \
	lib/crypto/pq_simd.h \
	lib/crypto/protect.c \
	lib/crypto/protect.h \
	lib/crypto/protect_ops.h \
	lib/crypto/provider.c \
	lib/crypto/provider.h \
	lib/crypto/sntrup761.c \
	lib/crypto/sntrup761.h \
	lib/crypto/sntrup761_code.c \
	lib/crypto/sntrup761_code.h \
	lib/crypto/sntrup761_invert.c \
	lib/crypto/sntrup761_invert.h \
	lib/crypto/sntrup761_ring.c \
	lib/crypto/sntrup761_ring.h \
	lib/crypto/sntrup761_sort.c \
	lib/crypto/sntrup761_sort.h \
	lib/crypto/umac.c \
	lib/crypto/umac.h \
	lib/crypto/x25519.c \
	lib/crypto/x25519.h

