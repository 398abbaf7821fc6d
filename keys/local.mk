# SPDX-License-Identifier: ISC
# Key blobs and files. What loads or uses private keys is apart.

noinst_LIBRARIES += keys/libkeys.a
keys_libkeys_a_SOURCES = \
	keys/algorithms.c \
	keys/algorithms.h \
	keys/authorized_keys.c \
	keys/authorized_keys.h \
	keys/authorized_principals.c \
	keys/authorized_principals.h \
	keys/base64.c \
	keys/base64.h \
	keys/cert_options.c \
	keys/cert_options.h \
	keys/evp_key.c \
	keys/evp_key.h \
	keys/fingerprint.c \
	keys/host_keys.c \
	keys/host_keys.h \
	keys/key_options.c \
	keys/key_options.h \
	keys/known_hosts.c \
	keys/known_hosts.h \
	keys/krl.c \
	keys/krl.h \
	keys/krl_build.c \
	keys/krl_set.c \
	keys/krl_set.h \
	keys/pubkey.c \
	keys/pubkey.h \
	keys/revoked.c \
	keys/revoked.h \
	keys/verify.c

noinst_LIBRARIES += keys/libprivate.a
keys_libprivate_a_SOURCES = \
	keys/agent.c \
	keys/agent.h \
	keys/host_secrets.c \
	keys/host_secrets.h \
	keys/host_secrets_load.c \
	keys/private.c \
	keys/private.h \
	keys/private_evp.c \
	keys/private_evp.h \
	keys/private_fields.c \
	keys/private_fields.h \
	keys/private_openssh.c \
	keys/private_openssh.h \
	keys/private_openssh_build.c \
	keys/private_pem.c \
	keys/private_pem.h

bin_PROGRAMS += keys/tool/sshd-keygen
keys_tool_sshd_keygen_SOURCES = \
	keys/tool/files.c \
	keys/tool/files.h \
	keys/tool/main.c \
	keys/tool/tool.h \
	keys/tool/tool_krl.c \
	keys/tool/tool_make.c \
	keys/tool/tool_query.c \
	keys/tool/tool_show.c
keys_tool_sshd_keygen_LDADD = keys/libprivate.a keys/libkeys.a \
	lib/crypto/libsshcrypto.a lib/wire/libwire.a lib/base/libbase.a \
	$(CRYPTO_LIBS)
