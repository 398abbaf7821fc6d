/* SPDX-License-Identifier: ISC */
#include "unit/config/config_util.h"

#include "lib/base/compiler.h"

struct good {
	const char *text, *prints;
};

static void
check_good(struct fixture *f, const struct good *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_prints(f, cases[i].text, NULL, cases[i].prints);
}

struct bad {
	const char *text, *words;
};

static void
check_bad(struct fixture *f, const struct bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(f, cases[i].text, cases[i].words);
}

static void
value__choices_and_flags_are_read_in_any_case(void **state)
{
	static const struct good cases[] = {
		{ "PermitTTY NO", "permittty no\n" },
		{ "PermitRootLogin without-password",
		    "permitrootlogin prohibit-password\n" },
		{ "PermitRootLogin Forced-Commands-Only",
		    "permitrootlogin forced-commands-only\n" },
		{ "AllowTcpForwarding all", "allowtcpforwarding yes\n" },
		{ "AllowStreamLocalForwarding local",
		    "allowstreamlocalforwarding local\n" },
		{ "Compression delayed", "compression yes\n" },
		{ "GatewayPorts clientspecified",
		    "gatewayports clientspecified\n" },
		{ "AddressFamily inet6", "addressfamily inet6\n" },
		{ "LogLevel debug1", "loglevel DEBUG\n" },
		{ "LogLevel Debug3", "loglevel DEBUG3\n" },
		{ "SyslogFacility local7", "syslogfacility LOCAL7\n" },
		{ "FingerprintHash md5", "fingerprinthash MD5\n" },
		{ "IgnoreRhosts shosts-only", "ignorerhosts shosts-only\n" },
		{ "PermitTunnel ethernet", "permittunnel ethernet\n" },
		{ "KeepAlive no", "tcpkeepalive no\n" },
	};
	static const struct bad bad[] = {
		{ "PermitTTY true", "PermitTTY unsupported option \"true\", "
		    "expected yes or no" },
		{ "PermitTTY 1", "line 1: PermitTTY" },
		{ "PermitTTY \"\"", "unsupported option \"\"" },
		{ "PermitRootLogin prohibit-passwort",
		    "did you mean \"prohibit-password\"?" },
		{ "PermitTunnel YES", "expected yes, no, point-to-point or "
		    "ethernet" },
		{ "LogLevel DEBUGG", "did you mean \"DEBUG\"?" },
		{ "SyslogFacility AUHT", "did you mean \"AUTH\"?" },
		{ "FingerprintHash crc32", "FingerprintHash unsupported" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__numbers_stay_within_their_range(void **state)
{
	static const struct good cases[] = {
		{ "MaxAuthTries 0", "maxauthtries 0\n" },
		{ "MaxSessions 2147483647", "maxsessions 2147483647\n" },
		{ "StreamLocalBindMask 0", "streamlocalbindmask 00\n" },
		{ "StreamLocalBindMask 777", "streamlocalbindmask 0777\n" },
		{ "LoginGraceTime 1h30m", "logingracetime 5400\n" },
		{ "LoginGraceTime 1.5", "logingracetime 1\n" },
		{ "ClientAliveInterval 0", "clientaliveinterval 0\n" },
		{ "UnusedConnectionTimeout 5m",
		    "unusedconnectiontimeout 300\n" },
		{ "UnusedConnectionTimeout 5m\nUnusedConnectionTimeout none",
		    "unusedconnectiontimeout none\n" },
		{ "UnusedConnectionTimeout 1\nUnusedConnectionTimeout 2",
		    "unusedconnectiontimeout 1\n" },
		{ "PerSourceMaxStartups none", "persourcemaxstartups none\n" },
		{ "PerSourceNetBlockSize 24:64",
		    "persourcenetblocksize 24:64\n" },
		{ "MaxStartups 5", "maxstartups 5:30:5\n" },
		{ "MaxStartups 5:100:10", "maxstartups 5:100:10\n" },
		{ "RekeyLimit 1G 1h", "rekeylimit 1073741824 3600\n" },
		{ "RekeyLimit 16", "rekeylimit 16 0\n" },
		{ "RekeyLimit 2k", "rekeylimit 2048 0\n" },
		{ "RekeyLimit default 1h", "rekeylimit 0 3600\n" },
		{ "RekeyLimit 1K\nRekeyLimit 2K 1m", "rekeylimit 1024 60\n" },
		{ "IPQoS af21", "ipqos af21 af21\n" },
		{ "IPQoS CS1 none", "ipqos cs1 none\n" },
		{ "IPQoS 17 0x12", "ipqos 0x11 0x12\n" },
		{ "IPQoS lowdelay throughput", "ipqos none none\n" },
		{ "Port 65535", "port 65535\n" },
		{ "Port 1\nPort 2", "port 1\nport 2\n" },
	};
	static const struct bad bad[] = {
		{ "MaxAuthTries -1", "integer value \"-1\" invalid, expected "
		    "0 to 2147483647" },
		{ "MaxAuthTries 5x", "integer value" },
		{ "MaxAuthTries 2147483648", "integer value" },
		{ "MaxAuthTries 18446744073709551617", "integer value" },
		{ "StreamLocalBindMask 1000", "invalid mask" },
		{ "StreamLocalBindMask 8", "octal" },
		{ "LoginGraceTime none", "invalid time value \"none\"" },
		{ "LoginGraceTime 5s5", "invalid time value" },
		{ "LoginGraceTime 2147483648", "invalid time value" },
		{ "PerSourceNetBlockSize 33", "up to 32:128" },
		{ "PerSourceNetBlockSize 32:129", "up to 32:128" },
		{ "PerSourceNetBlockSize 32:", "invalid spec" },
		{ "MaxStartups 0", "START:RATE:FULL" },
		{ "MaxStartups 10:30", "START:RATE:FULL" },
		{ "MaxStartups 10:0:20", "START:RATE:FULL" },
		{ "MaxStartups 10:101:20", "START:RATE:FULL" },
		{ "MaxStartups 20:30:10", "START:RATE:FULL" },
		{ "MaxStartups 1:2:3:4", "START:RATE:FULL" },
		{ "RekeyLimit 15", "limit too small" },
		{ "RekeyLimit 16E", "bad number" },
		{ "RekeyLimit 1X", "bad number" },
		{ "RekeyLimit 1K x", "invalid time value \"x\"" },
		{ "IPQoS 256", "IPQoS bad value \"256\"" },
		{ "IPQoS af14", "bad value" },
		{ "IPQoS 0x", "bad value" },
		{ "Port 0", "badly formatted port number \"0\"" },
		{ "Port 65536", "badly formatted" },
		{ "Port 22#x", "badly formatted" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__log_verbose_has_room_for_4095_bytes(void **state)
{
	char text[LOG_VERBOSE_MAX + 16] = "LogVerbose ";
	size_t head = strlen(text);

	memset(text + head, '*', LOG_VERBOSE_MAX - 1);
	assert_true(fixture_load(*state, text));
	memset(text + head, '*', LOG_VERBOSE_MAX);
	assert_refused(*state, text, "more than 4095 bytes of patterns");
}

static void
value__lists_take_words_and_their_special_ones_alone(void **state)
{
	static const struct good cases[] = {
		{ "AcceptEnv A B*\nAcceptEnv ?",
		    "acceptenv A\nacceptenv B*\nacceptenv ?\n" },
		{ "SetEnv A=b \"C=d e\" A=2", "setenv A=b \"C=d e\"\n" },
		{ "AuthorizedKeysFile a /b/%u",
		    "authorizedkeysfile a /b/%u\n" },
		{ "AuthorizedKeysFile NONE", "authorizedkeysfile none\n" },
		{ "PermitOpen a:1 [::1]:22 *:*",
		    "permitopen a:1 [::1]:22 *:*\n" },
		{ "PermitOpen :80 []:*", "permitopen :80 []:*\n" },
		{ "PermitOpen none", "permitopen none\n" },
		{ "PermitListen 8080 h:9 :7", "permitlisten *:8080 h:9 :7\n" },
		{ "PermitListen any", "permitlisten any\n" },
		{ "HostKey none", "hostkey none\n" },
		{ "HostKey /a\nHostKey /b", "hostkey /a\nhostkey /b\n" },
		{ "HostCertificate none\nHostCertificate /a",
		    "hostcertificate /a\n" },
		{ "ChannelTimeout session*=5m direct-tcpip=1h",
		    "channeltimeout session*=5m direct-tcpip=1h\n" },
		{ "LogVerbose a.c:*:1,b* c", "logverbose a.c:*:1,b* c\n" },
		{ "AuthenticationMethods any", "authenticationmethods any\n" },
		{ "PermitUserEnvironment LANG,LC_*",
		    "permituserenvironment LANG,LC_*\n" },
		{ "PubkeyAuthOptions none", "pubkeyauthoptions none\n" },
		{ "PubkeyAuthOptions none touch-required",
		    "pubkeyauthoptions touch-required\n" },
	};
	static const struct bad bad[] = {
		{ "AcceptEnv A=b", "invalid environment name \"A=b\"" },
		{ "AcceptEnv \"\"", "invalid environment name" },
		{ "SetEnv A", "expected NAME=VALUE" },
		{ "AuthorizedKeysFile a none", "\"none\" must be the only" },
		{ "PermitOpen any a:1", "\"any\" must be the only" },
		{ "PermitOpen a", "expected HOST:PORT" },
		{ "PermitOpen a:0", "expected HOST:PORT" },
		{ "PermitOpen :", "expected HOST:PORT" },
		{ "PermitListen a:b:c", "bad port number" },
		{ "ChannelTimeout a=1 none", "\"none\" must be the only" },
		{ "ChannelTimeout a", "expected TYPE=TIME" },
		{ "ChannelTimeout a=x", "expected TYPE=TIME" },
		{ "AuthenticationMethods publickey,pasword",
		    "unknown authentication method \"pasword\" in list; did "
		    "you mean \"password\"?" },
		{ "AuthenticationMethods publickey,", "empty authentication" },
		{ "AuthenticationMethods any publickey",
		    "\"any\" must be the only" },
		{ "PubkeyAuthOptions touch", "expected none, touch-required" },
		{ "AllowUsers a@10.0.0.1/8", "AllowUsers invalid pattern" },
		{ "Subsystem sftp", "missing subsystem command" },
		{ "RevokedKeys /a none", "\"none\" must be the only" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__only_the_first_setenv_line_counts(void **state)
{
	struct conf conf = fixture_conf(*state, "SetEnv A=\nSetEnv B=c", NULL);

	assert_int_equal(conf.set_env.count, 1);
	assert_string_equal(conf.set_env.v[0], "A=");
	conf_clear(&conf);
}

static void
value__commands_are_kept_as_they_stand(void **state)
{
	static const struct good cases[] = {
		{ "ForceCommand  \"a b\"  # c ",
		    "forcecommand \"a b\"  # c\n" },
		{ "ForceCommand NONE", "forcecommand none\n" },
		{ "VersionAddendum x # y", "versionaddendum x # y\n" },
		{ "VersionAddendum = =x", "versionaddendum = =x\n" },
		{ "AuthorizedKeysCommand /bin/x %u \"y z\"\n"
		    "AuthorizedKeysCommandUser nobody",
		    "authorizedkeyscommand /bin/x %u \"y z\"\n" },
		{ "Subsystem a /b \"c d\" e\\\\f \"\"",
		    "subsystem a /b \"c d\" e\\\\f \"\"\n" },
		{ "Subsystem a /1\nSubsystem b /2\nSubsystem a /3",
		    "subsystem a /1\nsubsystem b /2\n" },
		{ "ForceCommand # x", "forcecommand # x\n" },
		{ "ForceCommand internal-sftp # x",
		    "forcecommand internal-sftp # x\n" },
	};
	static const struct bad bad[] = {
		{ "ForceCommand it's", "line 1: invalid quotes" },
		{ "ForceCommand", "no argument after keyword" },
		{ "VersionAddendum a\rb", "carriage return" },
		{ "AuthorizedKeysCommand bin/x", "must be an absolute path" },
		{ "AuthorizedKeysCommand /x", "AuthorizedKeysCommand set "
		    "without AuthorizedKeysCommandUser" },
		{ "AuthorizedPrincipalsCommand /x",
		    "AuthorizedPrincipalsCommand set without" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__paths_become_absolute_when_loaded(void **state)
{
	static const struct good same[] = {
		{ "Banner /etc/issue", "banner /etc/issue\n" },
		{ "Banner None", "banner none\n" },
		{ "SecurityKeyProvider internal",
		    "securitykeyprovider internal\n" },
		{ "HostKeyAgent SSH_AUTH_SOCK",
		    "hostkeyagent SSH_AUTH_SOCK\n" },
		{ "AuthorizedPrincipalsFile p",
		    "authorizedprincipalsfile p\n" },
		{ "PidFile \"/a b/c\"", "pidfile \"/a b/c\"\n" },
	};
	static const struct bad bad[] = {
		{ "Banner \"\"", "empty argument" },
		{ "Banner ~nosuchuser_/x", "cannot make" },
	};
	char want[4200], cwd[4096];

	check_good(*state, same, ARRAY_LEN(same));
	check_bad(*state, bad, ARRAY_LEN(bad));
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "modulifile %s/x\n", cwd);
	assert_prints(*state, "ModuliFile x", NULL, want);
	snprintf(want, sizeof(want), "hostkey %s/k\n", cwd);
	assert_prints(*state, "HostKey k", NULL, want);
}

static void
value__listen_addresses_are_resolved_for_each_port(void **state)
{
	static const struct good cases[] = {
		{ "Port 1\nPort 2\nListenAddress 127.0.0.1",
		    "listenaddress 127.0.0.1:1\nlistenaddress 127.0.0.1:2\n" },
		{ "ListenAddress 127.0.0.1\nPort 3",
		    "listenaddress 127.0.0.1:3\n" },
		{ "ListenAddress 127.0.0.1:99",
		    "listenaddress 127.0.0.1:99\n" },
		{ "ListenAddress ::1", "listenaddress [::1]:22\n" },
		{ "ListenAddress [::1]", "listenaddress [::1]:22\n" },
		{ "ListenAddress [::1]:99", "listenaddress [::1]:99\n" },
		{ "Port 1\nPort 2", "listenaddress [::]:1\n"
		    "listenaddress 0.0.0.0:1\nlistenaddress [::]:2\n"
		    "listenaddress 0.0.0.0:2\n" },
		{ "AddressFamily inet\nPort 7",
		    "listenaddress 0.0.0.0:7\nusepam" },
	};
	static const struct bad bad[] = {
		{ "ListenAddress 127.0.0.1:x", "bad address" },
		{ "ListenAddress 127.0.0.1:0", "bad address" },
		{ "ListenAddress []:1", "bad address" },
		{ "ListenAddress 127.0.0.1/8", "bad address" },
		{ "ListenAddress [::1", "bad address" },
		{ "ListenAddress 127.0.0.1 foo", "bad syntax" },
		{ "ListenAddress 127.0.0.1 rdomain nosuchvrf0",
		    "bad routing domain" },
		{ "AddressFamily inet\nListenAddress ::1",
		    "line 2: ListenAddress: bad addr or host: ::1" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__penalties_are_set_part_by_part(void **state)
{
	assert_prints(*state, "PerSourcePenalties no", NULL,
	    "persourcepenalties no\n");
	assert_prints(*state, "PerSourcePenalties crash:90 authfail:5\n"
	    "PerSourcePenalties no", NULL,
	    "persourcepenalties crash:90.000000 authfail:5.000000 ");
	assert_prints(*state, "PerSourcePenalties no\n"
	    "PerSourcePenalties max:10m", NULL,
	    "persourcepenalties crash:90.000000 ");
	assert_refused(*state, "PerSourcePenalties no yes",
	    "\"no\" must be the only argument");
	assert_refused(*state, "PerSourcePenalties crash:x", "invalid value");
	assert_refused(*state, "PerSourcePenalties crush:1",
	    "unsupported keyword \"crush:1\"");
	assert_refused(*state, "PerSourcePenalties overflow:deny",
	    "invalid value");
	assert_prints(*state, "PerSourcePenalties crash:91\n"
	    "PerSourcePenalties crash:92 noauth:0.5", NULL,
	    "persourcepenalties crash:91.000000 authfail:5.000000 "
	    "noauth:0.500000 ");
}

#define ED25519		"ssh-ed25519"
#define ED25519_CERT	"ssh-ed25519-cert-v01@openssh.com"

static void
value__algorithm_lists_follow_their_modifiers(void **state)
{
	static const struct good cases[] = {
		{ "Ciphers aes256-ctr,aes128-ctr,aes256-ctr",
		    "ciphers aes256-ctr,aes128-ctr\n" },
		{ "Ciphers ^aes256-ctr", "ciphers aes256-ctr,"
		    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,"
		    "aes256-gcm@openssh.com,aes128-ctr,aes192-ctr\n" },
		{ "Ciphers -aes*-ctr,nosuch", "ciphers "
		    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,"
		    "aes256-gcm@openssh.com\n" },
		{ "Ciphers +3des-cbc", "ciphers "
		    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,"
		    "aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
		    "3des-cbc\n" },
		{ "Ciphers 3des-cbc", "ciphers 3des-cbc\n" },
		{ "MACs -*etm*,hmac-sha1", "macs umac-64@openssh.com,"
		    "umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512\n" },
		{ "KexAlgorithms +diffie-hellman-group16-sha512",
		    "kexalgorithms mlkem768x25519-sha256,"
		    "sntrup761x25519-sha512,"
		    "sntrup761x25519-sha512@openssh.com,curve25519-sha256,"
		    "curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
		    "ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		    "diffie-hellman-group16-sha512\n" },
		{ "PubkeyAcceptedAlgorithms rsa-sha2-512," ED25519 "*",
		    "pubkeyacceptedalgorithms rsa-sha2-512," ED25519_CERT ","
		    ED25519 "\n" },
		{ "HostKeyAlgorithms " ED25519, "hostkeyalgorithms " ED25519
		    "\n" },
		{ "Ciphers ,aes128-ctr,,aes256-ctr",
		    "ciphers aes128-ctr,aes256-ctr\n" },
	};
	static const struct bad bad[] = {
		{ "Ciphers aes256-cntr", "unknown cipher \"aes256-cntr\"; did "
		    "you mean \"aes256-ctr\"?" },
		{ "Ciphers aes*", "unknown cipher" },
		{ "Ciphers +aes*", "unknown cipher" },
		{ "MACs ^nosuch", "unknown MAC \"nosuch\"" },
		{ "KexAlgorithms curve25519", "unknown key exchange method" },
		{ "HostKeyAlgorithms nosuch*", "unknown key type" },
		{ "PubkeyAcceptedAlgorithms !" ED25519, "unknown key type" },
		{ "CASignatureAlgorithms " ED25519_CERT, "unknown key type" },
		{ "Ciphers -*", "nothing is left of the list \"-*\"" },
		{ "Ciphers +", "empty list" },
		{ "Ciphers \"\"", "empty list" },
		{ "Ciphers ,", "nothing is left" },
	};

	check_good(*state, cases, ARRAY_LEN(cases));
	check_bad(*state, bad, ARRAY_LEN(bad));
}

static void
value__names_without_code_are_left_out_and_that_is_said(void **state)
{
	struct fixture *f = *state;

	assert_prints(f, "MACs hmac-md5-etm@openssh.com,hmac-sha2-512,"
	    "hmac-md5", NULL, "macs hmac-sha2-512\n");
	assert_non_null(strstr(f->log, "line 1: MACs has names that are not "
	    "in this version, left out: hmac-md5-etm@openssh.com, hmac-md5"));
	assert_refused(f, "MACs hmac-sha1-96", "nothing is left");
	assert_refused(f, "KexAlgorithms diffie-hellman-group1-sha1",
	    "nothing is left");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(value__choices_and_flags_are_read_in_any_case),
		TEST_IN_DIR(value__numbers_stay_within_their_range),
		TEST_IN_DIR(value__log_verbose_has_room_for_4095_bytes),
		TEST_IN_DIR(
		    value__lists_take_words_and_their_special_ones_alone),
		TEST_IN_DIR(value__only_the_first_setenv_line_counts),
		TEST_IN_DIR(value__commands_are_kept_as_they_stand),
		TEST_IN_DIR(value__paths_become_absolute_when_loaded),
		TEST_IN_DIR(
		    value__listen_addresses_are_resolved_for_each_port),
		TEST_IN_DIR(value__penalties_are_set_part_by_part),
		TEST_IN_DIR(value__algorithm_lists_follow_their_modifiers),
		TEST_IN_DIR(
		    value__names_without_code_are_left_out_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
