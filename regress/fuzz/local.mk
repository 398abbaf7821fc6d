# SPDX-License-Identifier: ISC
# Fuzz targets: with libFuzzer (--enable-fuzzing, clang), or with a plain main
# that replays and mutates the corpus.

check_PROGRAMS += regress/fuzz/parsers_fuzz regress/fuzz/preauth_fuzz \
	regress/fuzz/protect_fuzz regress/fuzz/kex_fuzz \
	regress/fuzz/sftp_fuzz

if FUZZING
fuzz_main =
fuzz_ldflags = -fsanitize=fuzzer
else
fuzz_main = regress/fuzz/fuzz_main.c regress/fuzz/mutate.c \
	regress/fuzz/mutate.h
fuzz_ldflags =
endif

fuzz_libs = lib/crypto/libsshcrypto.a lib/ipc/libipc.a lib/wire/libwire.a \
	lib/base/libbase.a $(CRYPTO_LIBS) $(ZLIB_LIBS)

regress_fuzz_parsers_fuzz_SOURCES = $(fuzz_main) regress/fuzz/fuzz.h \
	regress/fuzz/parsers.h regress/fuzz/parsers_fuzz.c \
	regress/fuzz/parsers_wire.c regress/fuzz/parsers_ipc.c \
	regress/fuzz/parsers_keys.c regress/fuzz/parsers_config.c \
	regress/fuzz/parsers_sftp.c regress/fuzz/parsers_text.c regress/fuzz/names.c regress/fuzz/names.h
regress_fuzz_parsers_fuzz_LDFLAGS = $(AM_LDFLAGS) $(fuzz_ldflags)
regress_fuzz_parsers_fuzz_LDADD = sshd/net/libnet.a monitor/libmonitor.a \
	sshd/session/libsession.a sshd/config/libconfig.a $(sftp_libs) keys/libprivate.a \
	keys/libkeys.a $(fuzz_libs) $(PAM_LIBS) $(CRYPT_LIBS)

regress_fuzz_preauth_fuzz_SOURCES = $(fuzz_main) regress/fuzz/fuzz.h \
	regress/fuzz/preauth_fuzz.c \
	regress/fuzz/preauth_client.c regress/fuzz/preauth_client.h \
	regress/fuzz/preauth_kex.c \
	regress/fuzz/preauth_monitor.c regress/fuzz/preauth_monitor.h \
	regress/fuzz/preauth_session.c regress/fuzz/preauth_session.h \
	regress/fuzz/fixed_random.c regress/fuzz/fixed_random.h
regress_fuzz_preauth_fuzz_LDFLAGS = $(AM_LDFLAGS) $(fuzz_ldflags)
regress_fuzz_preauth_fuzz_LDADD = sshd/net/libnet.a $(fuzz_libs)

regress_fuzz_protect_fuzz_SOURCES = $(fuzz_main) regress/fuzz/fuzz.h \
	regress/fuzz/protect_fuzz.c
regress_fuzz_protect_fuzz_LDFLAGS = $(AM_LDFLAGS) $(fuzz_ldflags)
regress_fuzz_protect_fuzz_LDADD = $(fuzz_libs)

regress_fuzz_kex_fuzz_SOURCES = $(fuzz_main) regress/fuzz/fuzz.h \
	regress/fuzz/kex_fuzz.c \
	regress/fuzz/fixed_random.c regress/fuzz/fixed_random.h
regress_fuzz_kex_fuzz_LDFLAGS = $(AM_LDFLAGS) $(fuzz_ldflags)
regress_fuzz_kex_fuzz_LDADD = $(fuzz_libs)

regress_fuzz_sftp_fuzz_SOURCES = $(fuzz_main) regress/fuzz/fuzz.h \
	regress/fuzz/sftp_fuzz.c
regress_fuzz_sftp_fuzz_LDFLAGS = $(AM_LDFLAGS) $(fuzz_ldflags)
regress_fuzz_sftp_fuzz_LDADD = $(sftp_libs) lib/base/libbase.a
