# SPDX-License-Identifier: ISC
# Unit tests: one program for each file of regress/unit/*/.

if HAVE_CMOCKA

unit_libs = sshd/config/libconfig.a sftp-server/options/libsftpoptions.a keys/libprivate.a keys/libkeys.a \
	lib/crypto/libsshcrypto.a lib/ipc/libipc.a lib/wire/libwire.a \
	lib/base/libbase.a $(CRYPTO_LIBS) $(ZLIB_LIBS) $(SECCOMP_LIBS) \
	$(CRYPT_LIBS) $(PAM_LIBS) $(CMOCKA_LIBS)

unit_tests = \
	regress/unit/base/cidr_test \
	regress/unit/base/core_test \
	regress/unit/base/duration_test \
	regress/unit/base/fd_test \
	regress/unit/base/host_port_test \
	regress/unit/base/log_sink_test \
	regress/unit/base/log_test \
	regress/unit/base/loop_test \
	regress/unit/base/name_service_test \
	regress/unit/base/path_rights_test \
	regress/unit/base/pattern_test \
	regress/unit/base/reap_test \
	regress/unit/base/safe_path_test \
	regress/unit/base/shared_pipe_test \
	regress/unit/base/text_test \
	regress/unit/config/config_test \
	regress/unit/config/explain_test \
	regress/unit/config/keywords_test \
	regress/unit/config/lexer_test \
	regress/unit/config/load_test \
	regress/unit/config/match_test \
	regress/unit/config/strict_test \
	regress/unit/config/suggest_test \
	regress/unit/config/value_test \
	regress/unit/crypto/digest_md_test \
	regress/unit/crypto/digest_test \
	regress/unit/crypto/hmac_test \
	regress/unit/crypto/kex_test \
	regress/unit/crypto/mlkem768_test \
	regress/unit/crypto/protect_test \
	regress/unit/crypto/sntrup761_test \
	regress/unit/crypto/umac_test \
	regress/unit/crypto/x25519_test \
	regress/unit/ipc/ipc_test \
	regress/unit/keys/agent_test \
	regress/unit/keys/authorized_keys_test \
	regress/unit/keys/cert_options_test \
	regress/unit/keys/host_keys_test \
	regress/unit/keys/known_hosts_test \
	regress/unit/keys/krl_test \
	regress/unit/keys/private_evp_test \
	regress/unit/keys/private_test \
	regress/unit/keys/pubkey_test \
	regress/unit/keys/revoked_test \
	regress/unit/keys/verify_test \
	regress/unit/listener/admission_test \
	regress/unit/listener/children_test \
	regress/unit/listener/cmdline_test \
	regress/unit/listener/handover_test \
	regress/unit/listener/logging_test \
	regress/unit/listener/monitors_test \
	regress/unit/listener/net_filter_connect_test \
	regress/unit/listener/net_filter_test \
	regress/unit/listener/penalties_test \
	regress/unit/listener/programs_test \
	regress/unit/listener/sockets_test \
	regress/unit/listener/spawn_test \
	regress/unit/listener/title_test \
	regress/unit/monitor/auth_delay_test \
	regress/unit/monitor/auth_info_test \
	regress/unit/monitor/auth_methods_test \
	regress/unit/monitor/cert_check_test \
	regress/unit/monitor/command_test \
	regress/unit/monitor/dialogue_test \
	regress/unit/monitor/grant_test \
	regress/unit/monitor/key_check_test \
	regress/unit/monitor/key_memory_test \
	regress/unit/monitor/moduli_test \
	regress/unit/monitor/records_test \
	regress/unit/monitor/req_user_test \
	regress/unit/monitor/requests_test \
	regress/unit/monitor/peer_name_test \
	regress/unit/monitor/shadow_test \
	regress/unit/monitor/rhosts_test \
	regress/unit/monitor/sig_algs_test \
	regress/unit/monitor/signed_data_test \
	regress/unit/monitor/tokens_test \
	regress/unit/monitor/user_files_test \
	regress/unit/net/alive_test \
	regress/unit/net/auth_test \
	regress/unit/net/chan_ahead_test \
	regress/unit/net/chan_ride_test \
	regress/unit/net/chan_ring_test \
	regress/unit/net/chan_input_test \
	regress/unit/net/chan_output_test \
	regress/unit/net/chan_timeout_test \
	regress/unit/net/chan_tun_test \
	regress/unit/net/chan_window_test \
	regress/unit/net/channels_test \
	regress/unit/net/compress_test \
	regress/unit/net/kex_choose_test \
	regress/unit/net/log_gather_test \
	regress/unit/net/messages_test \
	regress/unit/net/packet_in_test \
	regress/unit/net/requests_test \
	regress/unit/net/session_limits_test \
	regress/unit/net/shared_input_test \
	regress/unit/net/transport_test \
	regress/unit/net/version_test \
	regress/unit/net/wakeups_test \
	regress/unit/session/env_test \
	regress/unit/session/forward_test \
	regress/unit/session/race_test \
	regress/unit/session/internal_sftp_test \
	regress/unit/session/tty_modes_test \
	regress/unit/session/x11_test \
	regress/unit/signer/fork_log_test \
	regress/unit/signer/proof_test \
	regress/unit/signer/serve_test \
	regress/unit/sftp/audit_test \
	regress/unit/sftp/digest_test \
	regress/unit/sftp/handles_test \
	regress/unit/sftp/input_test \
	regress/unit/sftp/landlock_test \
	regress/unit/sftp/long_name_test \
	regress/unit/sftp/messages_test \
	regress/unit/sftp/options_test \
	regress/unit/sftp/pages_test \
	regress/unit/sftp/ranges_test \
	regress/unit/sftp/resolve_test \
	regress/unit/sftp/rights_test \
	regress/unit/sftp/rooted_test \
	regress/unit/sftp/upload_test \
	regress/unit/wire/alg_names_test \
	regress/unit/wire/connection_test \
	regress/unit/wire/kexinit_test \
	regress/unit/wire/reader_test \
	regress/unit/wire/transport_test \
	regress/unit/wire/userauth_test \
	regress/unit/wire/version_test

regress_unit_base_cidr_test_SOURCES = regress/unit/base/cidr_test.c
regress_unit_base_cidr_test_LDADD = $(unit_libs)
regress_unit_base_core_test_SOURCES = regress/unit/base/core_test.c
regress_unit_base_core_test_LDADD = $(unit_libs)
regress_unit_base_duration_test_SOURCES = regress/unit/base/duration_test.c
regress_unit_base_duration_test_LDADD = $(unit_libs)
regress_unit_base_fd_test_SOURCES = regress/unit/base/fd_test.c
regress_unit_base_fd_test_LDADD = $(unit_libs)
regress_unit_base_host_port_test_SOURCES = regress/unit/base/host_port_test.c
regress_unit_base_host_port_test_LDADD = $(unit_libs)
regress_unit_base_log_sink_test_SOURCES = regress/unit/base/log_sink_test.c
regress_unit_base_log_sink_test_LDADD = $(unit_libs)
regress_unit_base_log_test_SOURCES = regress/unit/base/log_test.c
regress_unit_base_log_test_LDADD = $(unit_libs)
regress_unit_base_loop_test_SOURCES = regress/unit/base/loop_test.c
regress_unit_base_loop_test_LDADD = $(unit_libs)
regress_unit_base_name_service_test_SOURCES = regress/unit/base/name_service_test.c
regress_unit_base_name_service_test_LDADD = $(unit_libs)
regress_unit_base_path_rights_test_SOURCES = regress/unit/base/path_rights_test.c
regress_unit_base_path_rights_test_LDADD = $(unit_libs)
regress_unit_base_pattern_test_SOURCES = regress/unit/base/pattern_test.c
regress_unit_base_pattern_test_LDADD = $(unit_libs)
regress_unit_base_reap_test_SOURCES = regress/unit/base/reap_test.c
regress_unit_base_reap_test_LDADD = $(unit_libs)
regress_unit_base_safe_path_test_SOURCES = regress/unit/base/safe_path_test.c
regress_unit_base_safe_path_test_LDADD = $(unit_libs)
regress_unit_base_shared_pipe_test_SOURCES = regress/unit/base/shared_pipe_test.c
regress_unit_base_shared_pipe_test_LDADD = $(unit_libs)
regress_unit_base_text_test_SOURCES = regress/unit/base/text_test.c
regress_unit_base_text_test_LDADD = $(unit_libs)
regress_unit_config_config_test_SOURCES = regress/unit/config/config_test.c regress/unit/config/config_util.h
regress_unit_config_config_test_LDADD = $(unit_libs)
regress_unit_config_explain_test_SOURCES = regress/unit/config/explain_test.c regress/unit/config/config_util.h
regress_unit_config_explain_test_LDADD = $(unit_libs)
regress_unit_config_explain_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lex_print_word
regress_unit_config_strict_test_SOURCES = regress/unit/config/strict_test.c regress/unit/config/config_util.h
regress_unit_config_strict_test_LDADD = $(unit_libs)
regress_unit_config_keywords_test_SOURCES = regress/unit/config/keywords_test.c regress/unit/config/config_util.h
regress_unit_config_keywords_test_LDADD = $(unit_libs)
regress_unit_config_lexer_test_SOURCES = regress/unit/config/lexer_test.c
regress_unit_config_lexer_test_LDADD = $(unit_libs)
regress_unit_config_load_test_SOURCES = regress/unit/config/load_test.c regress/unit/config/config_util.h
regress_unit_config_load_test_LDADD = $(unit_libs)
regress_unit_config_match_test_SOURCES = regress/unit/config/match_test.c regress/unit/config/config_util.h
regress_unit_config_match_test_LDADD = $(unit_libs)
regress_unit_config_suggest_test_SOURCES = regress/unit/config/suggest_test.c
regress_unit_config_suggest_test_LDADD = $(unit_libs)
regress_unit_config_value_test_SOURCES = regress/unit/config/value_test.c regress/unit/config/config_util.h
regress_unit_config_value_test_LDADD = $(unit_libs)
# the same test of the other implementation
regress_unit_crypto_digest_md_test_SOURCES = \
	regress/unit/crypto/digest_test.c regress/unit/crypto/hex.h
regress_unit_crypto_digest_md_test_LDADD = lib/crypto/libsmallcrypto.a \
	lib/wire/libwire.a lib/base/libbase.a $(MD_LIBS) $(CMOCKA_LIBS)
regress_unit_crypto_hmac_test_SOURCES = regress/unit/crypto/hmac_test.c \
	regress/unit/crypto/hex.h
regress_unit_crypto_hmac_test_LDADD = $(unit_libs)
regress_unit_signer_fork_log_test_SOURCES = regress/unit/signer/fork_log_test.c
regress_unit_signer_fork_log_test_LDADD = signer/libsigner.a \
	sshd/listener/liblistener.a $(unit_libs)
regress_unit_signer_proof_test_SOURCES = regress/unit/signer/proof_test.c
regress_unit_signer_proof_test_LDADD = signer/libsigner.a $(unit_libs)
regress_unit_signer_serve_test_SOURCES = regress/unit/signer/serve_test.c \
	regress/unit/keys/samples.h regress/unit/keys/keys_util.h
regress_unit_signer_serve_test_LDADD = signer/libsigner.a \
	sshd/listener/liblistener.a $(unit_libs)
regress_unit_crypto_digest_test_SOURCES = regress/unit/crypto/digest_test.c regress/unit/crypto/hex.h
regress_unit_crypto_digest_test_LDADD = $(unit_libs)
regress_unit_crypto_kex_test_SOURCES = regress/unit/crypto/kex_test.c regress/unit/crypto/hex.h
regress_unit_crypto_kex_test_LDADD = $(unit_libs)
regress_unit_crypto_mlkem768_test_SOURCES = regress/unit/crypto/mlkem768_test.c regress/unit/crypto/pq_vectors.h
regress_unit_crypto_mlkem768_test_LDADD = $(unit_libs)
regress_unit_crypto_protect_test_SOURCES = regress/unit/crypto/protect_test.c regress/unit/crypto/hex.h
regress_unit_crypto_protect_test_LDADD = $(unit_libs)
regress_unit_crypto_sntrup761_test_SOURCES = regress/unit/crypto/sntrup761_test.c regress/unit/crypto/pq_vectors.h
regress_unit_crypto_sntrup761_test_LDADD = $(unit_libs)
regress_unit_crypto_umac_test_SOURCES = regress/unit/crypto/umac_test.c regress/unit/crypto/hex.h
regress_unit_crypto_umac_test_LDADD = $(unit_libs)
regress_unit_crypto_x25519_test_SOURCES = regress/unit/crypto/x25519_test.c regress/unit/crypto/hex.h
regress_unit_crypto_x25519_test_LDADD = $(unit_libs)
regress_unit_ipc_ipc_test_SOURCES = regress/unit/ipc/ipc_test.c
regress_unit_ipc_ipc_test_LDADD = $(unit_libs)
regress_unit_keys_agent_test_SOURCES = regress/unit/keys/agent_test.c regress/unit/keys/keys_util.h
regress_unit_keys_agent_test_LDADD = $(unit_libs)
regress_unit_keys_authorized_keys_test_SOURCES = regress/unit/keys/authorized_keys_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_authorized_keys_test_LDADD = $(unit_libs)
regress_unit_keys_cert_options_test_SOURCES = regress/unit/keys/cert_options_test.c regress/unit/keys/keys_util.h
regress_unit_keys_cert_options_test_LDADD = $(unit_libs)
regress_unit_keys_host_keys_test_SOURCES = regress/unit/keys/host_keys_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_host_keys_test_LDADD = $(unit_libs)
regress_unit_keys_known_hosts_test_SOURCES = regress/unit/keys/known_hosts_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_known_hosts_test_LDADD = $(unit_libs)
regress_unit_keys_krl_test_SOURCES = regress/unit/keys/krl_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_krl_test_LDADD = $(unit_libs)
regress_unit_keys_private_evp_test_SOURCES = regress/unit/keys/private_evp_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_private_evp_test_LDADD = $(unit_libs)
regress_unit_keys_private_test_SOURCES = regress/unit/keys/private_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_private_test_LDADD = $(unit_libs)
regress_unit_keys_pubkey_test_SOURCES = regress/unit/keys/pubkey_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_pubkey_test_LDADD = $(unit_libs)
regress_unit_keys_revoked_test_SOURCES = regress/unit/keys/revoked_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_revoked_test_LDADD = $(unit_libs)
regress_unit_keys_verify_test_SOURCES = regress/unit/keys/verify_test.c regress/unit/keys/keys_util.h regress/unit/keys/samples.h
regress_unit_keys_verify_test_LDADD = $(unit_libs)
regress_unit_listener_admission_test_SOURCES = regress/unit/listener/admission_test.c
regress_unit_listener_admission_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_children_test_SOURCES = regress/unit/listener/children_test.c
regress_unit_listener_children_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_penalties_test_SOURCES = regress/unit/listener/penalties_test.c
regress_unit_listener_penalties_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_cmdline_test_SOURCES = regress/unit/listener/cmdline_test.c
regress_unit_listener_cmdline_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_handover_test_SOURCES = regress/unit/listener/handover_test.c
regress_unit_listener_handover_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_logging_test_SOURCES = regress/unit/listener/logging_test.c
regress_unit_listener_logging_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_monitors_test_SOURCES = regress/unit/listener/monitors_test.c regress/unit/listener/scripted_monitor.h regress/unit/listener/scripted_monitor.c
regress_unit_listener_monitors_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_net_filter_connect_test_SOURCES = regress/unit/listener/net_filter_connect_test.c
regress_unit_listener_net_filter_connect_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_net_filter_test_SOURCES = regress/unit/listener/net_filter_test.c
regress_unit_listener_net_filter_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_programs_test_SOURCES = regress/unit/listener/programs_test.c
regress_unit_listener_programs_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_sockets_test_SOURCES = regress/unit/listener/sockets_test.c
regress_unit_listener_sockets_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_spawn_test_SOURCES = regress/unit/listener/spawn_test.c regress/unit/listener/scripted_monitor.h regress/unit/listener/scripted_monitor.c
regress_unit_listener_spawn_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_listener_title_test_SOURCES = regress/unit/listener/title_test.c
regress_unit_listener_title_test_LDADD = sshd/listener/liblistener.a $(unit_libs)
regress_unit_monitor_auth_delay_test_SOURCES = regress/unit/monitor/auth_delay_test.c
regress_unit_monitor_auth_delay_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_auth_info_test_SOURCES = regress/unit/monitor/auth_info_test.c regress/unit/keys/samples.h
regress_unit_monitor_auth_info_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_auth_methods_test_SOURCES = regress/unit/monitor/auth_methods_test.c
regress_unit_monitor_auth_methods_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_cert_check_test_SOURCES = regress/unit/monitor/cert_check_test.c
regress_unit_monitor_cert_check_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_command_test_SOURCES = regress/unit/monitor/command_test.c
regress_unit_monitor_command_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_dialogue_test_SOURCES = regress/unit/monitor/dialogue_test.c
regress_unit_monitor_dialogue_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_grant_test_SOURCES = regress/unit/monitor/grant_test.c
regress_unit_monitor_grant_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_key_check_test_SOURCES = regress/unit/monitor/key_check_test.c
regress_unit_monitor_key_check_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_key_memory_test_SOURCES = regress/unit/monitor/key_memory_test.c
regress_unit_monitor_key_memory_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_moduli_test_SOURCES = regress/unit/monitor/moduli_test.c
regress_unit_monitor_moduli_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_records_test_SOURCES = regress/unit/monitor/records_test.c
regress_unit_monitor_records_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_req_user_test_SOURCES = regress/unit/monitor/req_user_test.c
regress_unit_monitor_req_user_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_requests_test_SOURCES = regress/unit/monitor/requests_test.c
regress_unit_monitor_requests_test_LDADD = monitor/libmonitor.a \
	signer/libsigner.a $(unit_libs)
regress_unit_monitor_peer_name_test_SOURCES = \
	regress/unit/monitor/peer_name_test.c
regress_unit_monitor_peer_name_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_shadow_test_SOURCES = regress/unit/monitor/shadow_test.c
regress_unit_monitor_shadow_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_rhosts_test_SOURCES = regress/unit/monitor/rhosts_test.c
regress_unit_monitor_rhosts_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_sig_algs_test_SOURCES = regress/unit/monitor/sig_algs_test.c regress/unit/config/config_util.h
regress_unit_monitor_sig_algs_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_signed_data_test_SOURCES = regress/unit/monitor/signed_data_test.c
regress_unit_monitor_signed_data_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_tokens_test_SOURCES = regress/unit/monitor/tokens_test.c
regress_unit_monitor_tokens_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_monitor_user_files_test_SOURCES = regress/unit/monitor/user_files_test.c
regress_unit_monitor_user_files_test_LDADD = monitor/libmonitor.a $(unit_libs)
regress_unit_net_alive_test_SOURCES = regress/unit/net/alive_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_alive_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_auth_test_SOURCES = regress/unit/net/auth_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_auth_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_ahead_test_SOURCES = regress/unit/net/chan_ahead_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_ahead_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_ride_test_SOURCES = regress/unit/net/chan_ride_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_ride_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_ring_test_SOURCES = regress/unit/net/chan_ring_test.c
regress_unit_net_chan_ring_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_input_test_SOURCES = regress/unit/net/chan_input_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_input_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_output_test_SOURCES = regress/unit/net/chan_output_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_output_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_timeout_test_SOURCES = regress/unit/net/chan_timeout_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_timeout_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_tun_test_SOURCES = regress/unit/net/chan_tun_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_tun_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_chan_window_test_SOURCES = regress/unit/net/chan_window_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_chan_window_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_channels_test_SOURCES = regress/unit/net/channels_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_channels_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_compress_test_SOURCES = regress/unit/net/compress_test.c
regress_unit_net_compress_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_kex_choose_test_SOURCES = regress/unit/net/kex_choose_test.c
regress_unit_net_kex_choose_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_log_gather_test_SOURCES = regress/unit/net/log_gather_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_log_gather_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_messages_test_SOURCES = regress/unit/net/messages_test.c regress/unit/net/test_client.h regress/unit/net/fake_monitor.h regress/unit/net/fake_monitor.c regress/unit/net/upper.h regress/unit/net/upper.c regress/unit/net/test_client.c
regress_unit_net_messages_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_packet_in_test_SOURCES = regress/unit/net/packet_in_test.c
regress_unit_net_packet_in_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_requests_test_SOURCES = regress/unit/net/requests_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_requests_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_session_limits_test_SOURCES = regress/unit/net/session_limits_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_session_limits_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_shared_input_test_SOURCES = regress/unit/net/shared_input_test.c regress/unit/net/lower.h regress/unit/net/lower.c
regress_unit_net_shared_input_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_transport_test_SOURCES = regress/unit/net/transport_test.c regress/unit/net/test_client.h regress/unit/net/fake_monitor.h regress/unit/net/fake_monitor.c regress/unit/net/upper.h regress/unit/net/upper.c regress/unit/net/test_client.c
regress_unit_net_transport_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_version_test_SOURCES = regress/unit/net/version_test.c regress/unit/net/test_client.h regress/unit/net/fake_monitor.h regress/unit/net/fake_monitor.c regress/unit/net/upper.h regress/unit/net/upper.c regress/unit/net/test_client.c
regress_unit_net_version_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_net_wakeups_test_SOURCES = regress/unit/net/wakeups_test.c
regress_unit_net_wakeups_test_LDADD = sshd/net/libnet.a $(unit_libs)
regress_unit_session_env_test_SOURCES = regress/unit/session/env_test.c
regress_unit_session_env_test_LDADD = sshd/session/libsession.a $(unit_libs)
regress_unit_session_forward_test_SOURCES = regress/unit/session/forward_test.c
regress_unit_session_forward_test_LDADD = sshd/session/libsession.a $(unit_libs)
regress_unit_session_race_test_SOURCES = regress/unit/session/race_test.c
regress_unit_session_race_test_LDADD = sshd/session/libsession.a $(unit_libs)
regress_unit_session_internal_sftp_test_SOURCES = regress/unit/session/internal_sftp_test.c
regress_unit_session_internal_sftp_test_LDADD = sshd/session/libsession.a $(sftp_libs) $(unit_libs)
regress_unit_session_tty_modes_test_SOURCES = regress/unit/session/tty_modes_test.c
regress_unit_session_tty_modes_test_LDADD = sshd/session/libsession.a $(unit_libs)
regress_unit_session_x11_test_SOURCES = regress/unit/session/x11_test.c
regress_unit_session_x11_test_LDADD = sshd/session/libsession.a $(unit_libs)
regress_unit_sftp_audit_test_SOURCES = regress/unit/sftp/audit_test.c
regress_unit_sftp_audit_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_digest_test_SOURCES = regress/unit/sftp/digest_test.c
regress_unit_sftp_digest_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_handles_test_SOURCES = regress/unit/sftp/handles_test.c
regress_unit_sftp_handles_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_input_test_SOURCES = regress/unit/sftp/input_test.c
regress_unit_sftp_input_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_landlock_test_SOURCES = regress/unit/sftp/landlock_test.c \
	regress/unit/sftp/test_tree.h
regress_unit_sftp_landlock_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_long_name_test_SOURCES = regress/unit/sftp/long_name_test.c
regress_unit_sftp_long_name_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_messages_test_SOURCES = regress/unit/sftp/messages_test.c
regress_unit_sftp_messages_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_options_test_SOURCES = regress/unit/sftp/options_test.c
regress_unit_sftp_options_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_pages_test_SOURCES = regress/unit/sftp/pages_test.c
regress_unit_sftp_pages_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_ranges_test_SOURCES = regress/unit/sftp/ranges_test.c
regress_unit_sftp_ranges_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_resolve_test_SOURCES = regress/unit/sftp/resolve_test.c
regress_unit_sftp_resolve_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_rights_test_SOURCES = regress/unit/sftp/rights_test.c
regress_unit_sftp_rights_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_rooted_test_SOURCES = regress/unit/sftp/rooted_test.c \
	regress/unit/sftp/test_tree.h
regress_unit_sftp_rooted_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_sftp_upload_test_SOURCES = regress/unit/sftp/upload_test.c
regress_unit_sftp_upload_test_LDADD = $(sftp_libs) $(unit_libs)
regress_unit_wire_alg_names_test_SOURCES = regress/unit/wire/alg_names_test.c
regress_unit_wire_alg_names_test_LDADD = $(unit_libs)
regress_unit_wire_connection_test_SOURCES = regress/unit/wire/connection_test.c
regress_unit_wire_connection_test_LDADD = $(unit_libs)
regress_unit_wire_kexinit_test_SOURCES = regress/unit/wire/kexinit_test.c
regress_unit_wire_kexinit_test_LDADD = $(unit_libs)
regress_unit_wire_reader_test_SOURCES = regress/unit/wire/reader_test.c
regress_unit_wire_reader_test_LDADD = $(unit_libs)
regress_unit_wire_transport_test_SOURCES = regress/unit/wire/transport_test.c
regress_unit_wire_transport_test_LDADD = $(unit_libs)
regress_unit_wire_userauth_test_SOURCES = regress/unit/wire/userauth_test.c
regress_unit_wire_userauth_test_LDADD = $(unit_libs)
regress_unit_wire_version_test_SOURCES = regress/unit/wire/version_test.c
regress_unit_wire_version_test_LDADD = $(unit_libs)

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

EXTRA_DIST += regress/unit/test.h
AM_TESTS_ENVIRONMENT = POSTERN_VECTORS="$${POSTERN_VECTORS:-$(abs_top_srcdir)/../shared/vectors}"; \
	POSTERN_SRCDIR="$(abs_top_srcdir)"; POSTERN_BUILD="$(abs_top_builddir)"; \
	export POSTERN_VECTORS POSTERN_SRCDIR POSTERN_BUILD;
