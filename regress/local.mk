# SPDX-License-Identifier: ISC
# Everything that tests: unit tests here, the others need root or time.

include regress/unit/local.mk
include regress/fuzz/local.mk

base_libs = lib/ipc/libipc.a lib/wire/libwire.a lib/base/libbase.a

# what regress/abuse puts in the place of our own programs
check_PROGRAMS += regress/abuse/ipc_table regress/abuse/hostile_child \
	regress/abuse/sandbox_probe
regress_abuse_ipc_table_SOURCES = regress/abuse/ipc_table.c
regress_abuse_ipc_table_LDADD = $(base_libs)
regress_abuse_hostile_child_SOURCES = regress/abuse/hostile_child.c
regress_abuse_sandbox_probe_SOURCES = regress/abuse/sandbox_probe.c
regress_abuse_sandbox_probe_LDADD = sshd/net/libnet.a \
	sshd/listener/liblistener.a $(base_libs) $(SECCOMP_LIBS)

# a provider for regress/system/test_device_host_keys.py
check_DATA = regress/system/odd_provider.so
regress/system/odd_provider.so: regress/system/odd_provider.c
	@$(MKDIR_P) regress/system
	$(AM_V_CCLD)$(CC) -std=gnu11 $(WARN_CFLAGS) $(CFLAGS) -fPIC -shared \
		-o $@ $(srcdir)/regress/system/odd_provider.c
CLEANFILES += regress/system/odd_provider.so

# a name service for regress/system/test_name_service.py
check_DATA += regress/system/libnss_odd.so.2
regress/system/libnss_odd.so.2: regress/system/nss_odd.c
	@$(MKDIR_P) regress/system
	$(AM_V_CCLD)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN_CFLAGS) $(CFLAGS) \
		-fPIC -shared -o $@ $(srcdir)/regress/system/nss_odd.c
CLEANFILES += regress/system/libnss_odd.so.2

# a PAM module for regress/system/test_pam.py
if WITH_PAM
check_DATA += regress/system/pam_odd.so
regress/system/pam_odd.so: regress/system/pam_odd.c
	@$(MKDIR_P) regress/system
	$(AM_V_CCLD)$(CC) -D_GNU_SOURCE -std=gnu11 $(WARN_CFLAGS) $(CFLAGS) \
		-fPIC -shared -o $@ $(srcdir)/regress/system/pam_odd.c -lpam
CLEANFILES += regress/system/pam_odd.so
endif

# regress/bench/run; and the speed of lib/crypto and sshd/config alone
EXTRA_PROGRAMS += regress/bench/command regress/bench/crypto_speed \
	regress/bench/load regress/bench/relay
regress_bench_command_SOURCES = regress/bench/command.c
regress_bench_load_SOURCES = regress/bench/load.c regress/bench/packets.c \
	regress/bench/packets.h
regress_bench_load_LDADD = $(CRYPTO_LIBS)
regress_bench_relay_SOURCES = regress/bench/relay.c
EXTRA_PROGRAMS += regress/bench/config_speed
regress_bench_config_speed_SOURCES = regress/bench/config_speed.c
regress_bench_config_speed_LDADD = sshd/config/libconfig.a \
	sftp-server/options/libsftpoptions.a $(base_libs)
regress_bench_crypto_speed_SOURCES = regress/bench/crypto_speed.c
regress_bench_crypto_speed_LDADD = lib/crypto/libsshcrypto.a $(base_libs) \
	$(CRYPTO_LIBS)

bench: programs regress/bench/command
	$(top_srcdir)/regress/bench/run

# the rows of OpenSSH's own tests that take minutes, and the long floods
check-slow: programs check
	$(top_srcdir)/regress/system/npm/install $(abs_top_builddir)/npm
	POSTERN_BUILD=$(abs_top_builddir) $(top_srcdir)/regress/system/run \
		-m slow $(top_srcdir)/regress/abuse $(top_srcdir)/regress/system
	$(top_srcdir)/regress/openssh/run --all --sshd $(sbindir)/sshd

lint: programs
	$(top_srcdir)/regress/lint/lint.py $(top_srcdir) $(abs_top_builddir)
	$(top_srcdir)/regress/lint/manual.py $(top_srcdir) $(abs_top_builddir)

.PHONY: bench check-slow lint

# git ls-files regress: everything that is no C of ours
EXTRA_DIST += regress/abuse regress/bench regress/fuzz regress/lint \
	regress/openssh regress/system
