# SPDX-License-Identifier: ISC
# The server as the network sees it: three roles and the configuration.

noinst_LIBRARIES += sshd/config/libconfig.a
sshd_config_libconfig_a_SOURCES = \
	sshd/config/arena.c \
	sshd/config/arena.h \
	sshd/config/check.c \
	sshd/config/check.h \
	sshd/config/conf.h \
	sshd/config/config.c \
	sshd/config/config.h \
	sshd/config/evaluate.c \
	sshd/config/evaluate.h \
	sshd/config/explain.c \
	sshd/config/explain.h \
	sshd/config/explain_print.c \
	sshd/config/groups.c \
	sshd/config/groups.h \
	sshd/config/keywords.c \
	sshd/config/keywords.h \
	sshd/config/lexer.c \
	sshd/config/lexer.h \
	sshd/config/listen.c \
	sshd/config/listen.h \
	sshd/config/load.c \
	sshd/config/load.h \
	sshd/config/load_line.c \
	sshd/config/load_listen.c \
	sshd/config/load_strict.c \
	sshd/config/loader.h \
	sshd/config/match.c \
	sshd/config/match.h \
	sshd/config/suggest.c \
	sshd/config/suggest.h \
	sshd/config/tape.c \
	sshd/config/tape.h \
	sshd/config/value.c \
	sshd/config/value.h \
	sshd/config/value_algorithms.c \
	sshd/config/value_list.c \
	sshd/config/value_net.c \
	sshd/config/value_penalties.c \
	sshd/config/value_scalar.c \
	sshd/config/value_sftp.c

noinst_LIBRARIES += sshd/listener/liblistener.a
sshd_listener_liblistener_a_SOURCES = \
	sshd/listener/accept.c \
	sshd/listener/accept.h \
	sshd/listener/admission.c \
	sshd/listener/admission.h \
	sshd/listener/children.c \
	sshd/listener/children.h \
	sshd/listener/cmdline.c \
	sshd/listener/cmdline.h \
	sshd/listener/daemon.c \
	sshd/listener/daemon.h \
	sshd/listener/filter.c \
	sshd/listener/filter.h \
	sshd/listener/handover.c \
	sshd/listener/handover.h \
	sshd/listener/inetd.c \
	sshd/listener/inetd.h \
	sshd/listener/leaving.c \
	sshd/listener/leaving.h \
	sshd/listener/listener.c \
	sshd/listener/listener.h \
	sshd/listener/logging.c \
	sshd/listener/logging.h \
	sshd/listener/monitors.c \
	sshd/listener/monitors.h \
	sshd/listener/net_filter.c \
	sshd/listener/net_filter.h \
	sshd/listener/newer.c \
	sshd/listener/newer.h \
	sshd/listener/notify.c \
	sshd/listener/notify.h \
	sshd/listener/oom.c \
	sshd/listener/oom.h \
	sshd/listener/penalties.c \
	sshd/listener/penalties.h \
	sshd/listener/pid_file.c \
	sshd/listener/pid_file.h \
	sshd/listener/pool.c \
	sshd/listener/pool.h \
	sshd/listener/privsep.c \
	sshd/listener/privsep.h \
	sshd/listener/programs.c \
	sshd/listener/programs.h \
	sshd/listener/reload.c \
	sshd/listener/reload.h \
	sshd/listener/signals.c \
	sshd/listener/signals.h \
	sshd/listener/signer.c \
	sshd/listener/signer.h \
	sshd/listener/signer_filter.c \
	sshd/listener/signer_filter.h \
	sshd/listener/snapshot.c \
	sshd/listener/snapshot.h \
	sshd/listener/sockets.c \
	sshd/listener/sockets.h \
	sshd/listener/spawn.c \
	sshd/listener/spawn.h \
	sshd/listener/start.c \
	sshd/listener/start.h \
	sshd/listener/test_mode.c \
	sshd/listener/test_mode.h

sbin_PROGRAMS += sshd/sshd
sshd_sshd_SOURCES = sshd/listener/main.c
sshd_sshd_LDADD = sshd/listener/liblistener.a sshd/config/libconfig.a \
	sftp-server/options/libsftpoptions.a \
	lib/ipc/libipc.a lib/wire/libwire.a lib/base/libbase.a $(SECCOMP_LIBS)

noinst_LIBRARIES += sshd/net/libnet.a
sshd_net_libnet_a_SOURCES = \
	sshd/net/alive.c \
	sshd/net/alive.h \
	sshd/net/auth.c \
	sshd/net/auth.h \
	sshd/net/auth_kbdint.c \
	sshd/net/auth_hostbased.c \
	sshd/net/auth_methods.c \
	sshd/net/auth_methods.h \
	sshd/net/auth_none.c \
	sshd/net/auth_password.c \
	sshd/net/auth_pubkey.c \
	sshd/net/chan_ahead.c \
	sshd/net/chan_ahead.h \
	sshd/net/chan_agent.c \
	sshd/net/chan_direct.c \
	sshd/net/chan_direct.h \
	sshd/net/chan_ends.c \
	sshd/net/chan_ends.h \
	sshd/net/chan_forwarded.c \
	sshd/net/chan_forwarded.h \
	sshd/net/chan_input.c \
	sshd/net/chan_input.h \
	sshd/net/chan_log.c \
	sshd/net/chan_log.h \
	sshd/net/chan_messages.c \
	sshd/net/chan_output.c \
	sshd/net/chan_output.h \
	sshd/net/chan_ride.c \
	sshd/net/chan_ride.h \
	sshd/net/chan_ring.c \
	sshd/net/chan_ring.h \
	sshd/net/chan_session.c \
	sshd/net/chan_session.h \
	sshd/net/chan_settle.c \
	sshd/net/chan_settle.h \
	sshd/net/chan_timeout.c \
	sshd/net/chan_timeout.h \
	sshd/net/chan_tun.c \
	sshd/net/chan_types.c \
	sshd/net/chan_types.h \
	sshd/net/chan_window.c \
	sshd/net/chan_window.h \
	sshd/net/chan_x11.c \
	sshd/net/channels.c \
	sshd/net/channels.h \
	sshd/net/compress.c \
	sshd/net/compress.h \
	sshd/net/conn.c \
	sshd/net/conn.h \
	sshd/net/global_requests.c \
	sshd/net/global_requests.h \
	sshd/net/kex.c \
	sshd/net/kex.h \
	sshd/net/kex_choose.c \
	sshd/net/kex_choose.h \
	sshd/net/kex_init.c \
	sshd/net/log_gather.c \
	sshd/net/log_gather.h \
	sshd/net/messages.c \
	sshd/net/messages.h \
	sshd/net/packet_in.c \
	sshd/net/packet_in.h \
	sshd/net/packet_memory.c \
	sshd/net/packet_memory.h \
	sshd/net/packet_out.c \
	sshd/net/packet_out.h \
	sshd/net/qos.c \
	sshd/net/qos.h \
	sshd/net/rekey.c \
	sshd/net/rekey.h \
	sshd/net/remark.c \
	sshd/net/remark.h \
	sshd/net/requests.c \
	sshd/net/requests.h \
	sshd/net/sandbox.c \
	sshd/net/sandbox.h \
	sshd/net/session_limits.c \
	sshd/net/session_limits.h \
	sshd/net/session_requests.c \
	sshd/net/session_requests.h \
	sshd/net/transport.c \
	sshd/net/transport.h \
	sshd/net/transport_messages.c \
	sshd/net/version.c \
	sshd/net/version.h \
	sshd/net/wakeups.c \
	sshd/net/wakeups.h

pkglibexec_PROGRAMS += sshd/sshd-net
sshd_sshd_net_SOURCES = sshd/net/main.c
sshd_sshd_net_LDADD = sshd/net/libnet.a lib/crypto/libsshcrypto.a lib/ipc/libipc.a \
	lib/wire/libwire.a lib/base/libbase.a $(CRYPTO_LIBS) $(ZLIB_LIBS)

noinst_LIBRARIES += sshd/session/libsession.a
sshd_session_libsession_a_SOURCES = \
	sshd/session/agent.c \
	sshd/session/agent.h \
	sshd/session/auth_file.c \
	sshd/session/auth_file.h \
	sshd/session/become.c \
	sshd/session/become.h \
	sshd/session/child.c \
	sshd/session/connect.c \
	sshd/session/env.c \
	sshd/session/env.h \
	sshd/session/forward.c \
	sshd/session/forward.h \
	sshd/session/internal_sftp.c \
	sshd/session/internal_sftp.h \
	sshd/session/jail.c \
	sshd/session/jail.h \
	sshd/session/listen.c \
	sshd/session/listening.c \
	sshd/session/listening.h \
	sshd/session/nologin.c \
	sshd/session/nologin.h \
	sshd/session/own_file.c \
	sshd/session/own_file.h \
	sshd/session/program.c \
	sshd/session/program.h \
	sshd/session/program_launch.c \
	sshd/session/program_pty.c \
	sshd/session/pty.c \
	sshd/session/pty.h \
	sshd/session/race.c \
	sshd/session/race.h \
	sshd/session/requests.c \
	sshd/session/requests.h \
	sshd/session/session.h \
	sshd/session/sftp_tree.c \
	sshd/session/sftp_tree.h \
	sshd/session/tty_modes.c \
	sshd/session/tty_modes.h \
	sshd/session/tun.c \
	sshd/session/tun.h \
	sshd/session/x11.c \
	sshd/session/x11.h

pkglibexec_PROGRAMS += sshd/sshd-session
sshd_sshd_session_SOURCES = sshd/session/main.c
sshd_sshd_session_LDADD = sshd/session/libsession.a $(sftp_libs) lib/ipc/libipc.a lib/wire/libwire.a \
	lib/base/libbase.a 

# what contrib/try-it needs
programs: keys/tool/sshd-keygen sshd/sshd sshd/sshd-net sshd/sshd-session monitor/sshd-monitor signer/sshd-signer \
	sftp-server/sftp-server
.PHONY: programs
