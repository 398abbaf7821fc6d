# SPDX-License-Identifier: ISC
# The host keys, and libcrypto for the monitors.

noinst_LIBRARIES += signer/libsigner.a
signer_libsigner_a_SOURCES = \
	signer/device.c \
	signer/device.h \
	signer/device_main.c \
	signer/fork_log.c \
	signer/fork_log.h \
	signer/proof.c \
	signer/proof.h \
	signer/serve.c \
	signer/serve.h \
	signer/setup.c \
	signer/setup.h \
	signer/signer.c \
	signer/signer.h

pkglibexec_PROGRAMS += signer/sshd-signer
signer_sshd_signer_SOURCES = signer/main.c
signer_sshd_signer_LDADD = signer/libsigner.a sshd/config/libconfig.a \
	sftp-server/options/libsftpoptions.a keys/libprivate.a \
	keys/libkeys.a lib/crypto/libsshcrypto.a lib/ipc/libipc.a \
	lib/wire/libwire.a lib/base/libbase.a $(CRYPTO_LIBS)
