# SPDX-License-Identifier: ISC
# The privileged half of one connection.

noinst_LIBRARIES += monitor/libmonitor.a
monitor_libmonitor_a_SOURCES = \
	monitor/access.c \
	monitor/access.h \
	monitor/account.c \
	monitor/account.h \
	monitor/auth.c \
	monitor/auth.h \
	monitor/auth_delay.c \
	monitor/auth_delay.h \
	monitor/auth_hostbased.c \
	monitor/auth_hostbased.h \
	monitor/auth_info.c \
	monitor/auth_info.h \
	monitor/auth_kbdint.c \
	monitor/auth_kbdint.h \
	monitor/auth_methods.c \
	monitor/auth_methods.h \
	monitor/auth_none.c \
	monitor/auth_none.h \
	monitor/auth_password.c \
	monitor/auth_password.h \
	monitor/auth_pubkey.c \
	monitor/auth_pubkey.h \
	monitor/cert_check.c \
	monitor/cert_check.h \
	monitor/child.c \
	monitor/child.h \
	monitor/command.c \
	monitor/command.h \
	monitor/dialogue.c \
	monitor/dialogue.h \
	monitor/errand.c \
	monitor/errand.h \
	monitor/failed_logins.c \
	monitor/failed_logins.h \
	monitor/grace.c \
	monitor/grace.h \
	monitor/grant.c \
	monitor/grant.h \
	monitor/helper.c \
	monitor/helper.h \
	monitor/kbdint.h \
	monitor/kbdint_pam.c \
	monitor/key_check.c \
	monitor/key_check.h \
	monitor/key_command.c \
	monitor/key_command.h \
	monitor/key_lines.c \
	monitor/key_lines.h \
	monitor/key_memory.c \
	monitor/key_memory.h \
	monitor/key_search.c \
	monitor/key_search.h \
	monitor/key_tokens.c \
	monitor/key_tokens.h \
	monitor/known_files.c \
	monitor/known_files.h \
	monitor/leftovers.c \
	monitor/leftovers.h \
	monitor/limits.c \
	monitor/limits.h \
	monitor/lines.c \
	monitor/lines.h \
	monitor/login.c \
	monitor/login.h \
	monitor/moduli.c \
	monitor/moduli.h \
	monitor/monitor.c \
	monitor/monitor.h \
	monitor/net_start.c \
	monitor/net_start.h \
	monitor/pam_stack.h \
	monitor/peer.c \
	monitor/peer.h \
	monitor/peer_name.c \
	monitor/peer_name.h \
	monitor/principals.c \
	monitor/principals.h \
	monitor/pty.c \
	monitor/pty.h \
	monitor/question.h \
	monitor/records.c \
	monitor/records.h \
	monitor/req_connection.c \
	monitor/req_connection.h \
	monitor/req_file.c \
	monitor/req_file.h \
	monitor/req_kex.c \
	monitor/req_kex.h \
	monitor/req_log.c \
	monitor/req_log.h \
	monitor/req_pty.c \
	monitor/req_pty.h \
	monitor/req_setup.c \
	monitor/req_setup.h \
	monitor/req_user.c \
	monitor/req_user.h \
	monitor/requests.c \
	monitor/requests.h \
	monitor/revocation.c \
	monitor/revocation.h \
	monitor/rhosts.c \
	monitor/rhosts.h \
	monitor/session_start.c \
	monitor/session_start.h \
	monitor/shadow.c \
	monitor/shadow.h \
	monitor/sig_algs.c \
	monitor/sig_algs.h \
	monitor/signed_data.c \
	monitor/signed_data.h \
	monitor/signer_client.c \
	monitor/signer_client.h \
	monitor/tokens.c \
	monitor/tokens.h \
	monitor/trusted_ca.c \
	monitor/trusted_ca.h \
	monitor/user.c \
	monitor/user.h \
	monitor/user_files.c \
	monitor/user_files.h

if WITH_PAM
monitor_libmonitor_a_SOURCES += monitor/pam_stack.c
else
monitor_libmonitor_a_SOURCES += monitor/pam_stack_none.c
endif

pkglibexec_PROGRAMS += monitor/sshd-monitor
monitor_sshd_monitor_SOURCES = monitor/main.c
monitor_sshd_monitor_LDADD = monitor/libmonitor.a sshd/config/libconfig.a \
	sftp-server/options/libsftpoptions.a \
	keys/libkeys.a lib/crypto/libsmallcrypto.a lib/ipc/libipc.a \
	lib/wire/libwire.a lib/base/libbase.a $(MD_LIBS) $(CRYPT_LIBS) \
	$(PAM_LIBS)

