/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/host_secrets.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/crypto/init.h"
#include "lib/crypto/openssl.h"
#include "monitor/failed_logins.h"
#include "monitor/monitor.h"
#include "monitor/requests.h"
#include "monitor/signed_data.h"
#include "signer/serve.h"
#include "unit/keys/samples.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

/* In the place of the library's: btmp of the machine is not written. */
void
failed_logins_record(const struct monitor *mon)
{
	(void)mon;
}

#define SIGNER_FD	3	/* the only one of a fork that signs */

static const unsigned states[] = {
	MON_START, MON_WARM, MON_KEX, MON_FRESH, MON_NAMED, MON_AUTHED,
};

/* A monitor with a socket to a peer that the test plays. */
struct fixture {
	struct monitor mon;
	struct ipc peer;	/* our end */
	struct ipc *ipc;	/* the monitor's end */
	struct signer signer;	/* whose fork the monitor asks */
	char key_file[32];
	const char *key_files[1];
	char log[4096];
};

static void
keep_line(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;
	size_t len = strlen(f->log);

	(void)level;
	snprintf(f->log + len, sizeof(f->log) - len, "%s\n", line);
}

static void
connect_peer(struct fixture *f, enum ipc_edge incoming)
{
	int fds[2];
	struct err err;

	f->ipc = incoming == LISTENER_TO_MONITOR ? &f->mon.listener :
	    incoming == NET_TO_MONITOR ? &f->mon.net : &f->mon.session;
	assert_true(ipc_pair(fds, &err));
	ipc_init(f->ipc, fds[0], incoming);
	ipc_init(&f->peer, fds[1], incoming == NET_TO_MONITOR ?
	    MONITOR_TO_NET : incoming == SESSION_TO_MONITOR ?
	    MONITOR_TO_SESSION : MONITOR_TO_LISTENER);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
}

static struct fixture *
fixture_new(unsigned mon_state, enum ipc_edge incoming)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	monitor_init(&f->mon);
	f->mon.state = mon_state;
	connect_peer(f, incoming);
	log_open(keep_line, f, LOG_LEVEL_VERBOSE);
	return f;
}

/* A fork that answers with the secrets of f->signer, until we close. */
static void
start_signer(struct fixture *f)
{
	int fds[2];
	struct err err;
	pid_t pid;

	assert_true(ipc_pair(fds, &err));
	if ((pid = fork()) == 0) {
		/* an end of ours that it kept would never be closed */
		if (!fd_inherit_as(fds[1], SIGNER_FD, &err))
			_exit(1);
		fd_close_from(SIGNER_FD + 1);
		_exit(serve(&f->signer, SIGNER_FD));
	}
	assert_int_not_equal(pid, -1);
	close(fds[1]);
	ipc_init(&f->mon.signer.ipc, fds[0], SIGNER_TO_MONITOR);
}

static void
fixture_free(struct fixture *f)
{
	host_secrets_clear(&f->signer.secrets);
	f->mon.keys = (struct host_keys){ 0 };	/* they were the same */
	ipc_clear(&f->peer);
	f->mon.has_conf = false;	/* its strings are constants here */
	monitor_clear(&f->mon);
	if (f->key_file[0] != '\0')
		unlink(f->key_file);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	free(f);
}

/* Every field zero or empty, and the fewest descriptors. */
static void
send_empty(struct fixture *f, enum ipc_id id)
{
	static const union ipc_any empty;
	int fds[IPC_FDS_MAX];
	struct err err;

	for (unsigned i = 0; i < IPC_FDS_MAX; i++)
		fds[i] = f->peer.fd;
	assert_true(ipc_send_fds(&f->peer, id, &empty, fds,
	    ipc_rows[id].fds_min, &err));
}

static bool
comes_to_monitor(enum ipc_id id)
{
	return ipc_rows[id].edge == LISTENER_TO_MONITOR ||
	    ipc_rows[id].edge == NET_TO_MONITOR ||
	    ipc_rows[id].edge == SESSION_TO_MONITOR;
}

/* ---- the table ----------------------------------------------------------- */

static void
requests__every_message_to_a_monitor_has_a_handler(void **state)
{
	(void)state;
	for (int id = 0; id < IPC_COUNT; id++) {
		bool has = requests_handler((enum ipc_id)id) != NULL;

		if (has != comes_to_monitor((enum ipc_id)id))
			fail_msg("%s", ipc_rows[id].name);
	}
	assert_null(requests_handler(IPC_COUNT));
}

static void
refuse_one(enum ipc_id id, unsigned mon_state, enum ipc_edge incoming)
{
	struct fixture *f = fixture_new(mon_state, incoming);
	struct err err = { 0 };

	send_empty(f, id);
	if (requests_receive(&f->mon, f->ipc, &err) != REQUESTS_ATTACK)
		fail_msg("%s in state %#x", ipc_rows[id].name, mon_state);
	assert_int_equal(f->mon.state, mon_state);
	fixture_free(f);
}

static void
requests__a_message_outside_its_row_is_an_attack(void **state)
{
	static const enum ipc_edge edges[] = {
		LISTENER_TO_MONITOR, NET_TO_MONITOR, SESSION_TO_MONITOR,
	};
	size_t refused = 0;

	(void)state;
	for (int id = 0; id < IPC_COUNT; id++) {
		const struct ipc_row *row = &ipc_rows[id];

		for (size_t s = 0; s < ARRAY_LEN(states); s++) {
			for (size_t e = 0; e < ARRAY_LEN(edges); e++) {
				if (row->edge == edges[e] &&
				    (row->states & states[s]) != 0)
					continue;
				refuse_one((enum ipc_id)id, states[s],
				    edges[e]);
				refused++;
			}
		}
	}
	/* most of what could be said must not be */
	assert_true(refused > IPC_COUNT * ARRAY_LEN(states) * 2);
}

static void
requests__bytes_that_are_no_message_are_an_attack(void **state)
{
	static const uint8_t raw[] = { IPC_NET_LOG, 3, 0, 0, 0, 1, 'x', 'y' };

	(void)state;
	for (size_t n = 1; n <= sizeof(raw); n++) {
		struct fixture *f = fixture_new(MON_KEX, NET_TO_MONITOR);
		struct err err;

		assert_int_equal(write(f->peer.fd, raw, n), n);
		if (n == sizeof(raw) - 1) {
			assert_int_equal(requests_receive(&f->mon, f->ipc,
			    &err), REQUESTS_WAIT);
			assert_string_equal(f->log, "x [preauth]\n");
		} else
			assert_int_equal(requests_receive(&f->mon, f->ipc,
			    &err), REQUESTS_ATTACK);
		fixture_free(f);
	}
}

static void
requests__a_closed_socket_is_the_end_not_an_attack(void **state)
{
	struct fixture *f = fixture_new(MON_KEX, NET_TO_MONITOR);
	struct err err;

	(void)state;
	ipc_clear(&f->peer);
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_CLOSED);
	fixture_free(f);
}

static void
requests__a_log_line_has_a_level_and_no_control_characters(void **state)
{
	struct fixture *f = fixture_new(MON_AUTHED, SESSION_TO_MONITOR);
	struct ipc_SES_LOG m = {
		.level = LOG_LEVEL_INFO,
		.line = BYTES_LIT("one\ntwo %s %n\033[1m"),
	};
	struct err err;

	(void)state;
	assert_true(ipc_send(&f->peer, IPC_SES_LOG, &m, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_WAIT);
	assert_string_equal(f->log, "one\\ntwo %s %n\\033[1m\n");
	m.level = LOG_LEVEL_DEBUG3 + 1;
	assert_true(ipc_send(&f->peer, IPC_SES_LOG, &m, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_ATTACK);
	fixture_free(f);
}

static void
requests__lines_in_one_message_are_written_one_by_one(void **state)
{
	struct fixture *f = fixture_new(MON_AUTHED, NET_TO_MONITOR);
	struct ipc_NET_LOG_LINES m = {
		.lines = BYTES_LIT("\0\0\0\015one\ntwo %s %n"
		    "\0\0\0\0" "\0\0\0\5three"),
	};
	struct err err;

	(void)state;
	assert_true(ipc_send(&f->peer, IPC_NET_LOG_LINES, &m, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_WAIT);
	assert_string_equal(f->log, "one\\ntwo %s %n\n\nthree\n");
	fixture_free(f);
}

static void
requests__half_a_line_in_one_message_is_an_attack(void **state)
{
	static const char text[] = "\0\0\0\3one\0\0\0\3two";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct fixture *f = fixture_new(MON_AUTHED, NET_TO_MONITOR);
		struct ipc_NET_LOG_LINES m = {
			.lines = bytes_of((const uint8_t *)text, len),
		};
		struct err err;

		if (len != 7) {
			assert_true(ipc_send(&f->peer, IPC_NET_LOG_LINES, &m,
			    &err));
			assert_int_equal(requests_receive(&f->mon, f->ipc,
			    &err), REQUESTS_ATTACK);
			assert_string_equal(f->log, len < 7 ? "" : "one\n");
		}
		fixture_free(f);
	}
}

static void
requests__a_longer_line_than_any_is_an_attack(void **state)
{
	static const uint8_t text[sizeof(uint32_t) + LOG_LINE_BYTES + 1] = {
		0, 0, 4, 1,
	};
	struct fixture *f = fixture_new(MON_AUTHED, NET_TO_MONITOR);
	struct ipc_NET_LOG_LINES m = {
		.lines = bytes_of(text, sizeof(text)),
	};
	struct err err;

	(void)state;
	assert_true(ipc_send(&f->peer, IPC_NET_LOG_LINES, &m, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_ATTACK);
	assert_string_equal(f->log, "");
	fixture_free(f);
}

/* ---- key exchange -------------------------------------------------------- */

static void
kex_sign__what_was_not_offered_is_an_attack(void **state)
{
	static const char k_s[] = "\0\0\0\013ssh-ed25519\0\0\0\001K";
	static const struct ipc_KEX_SIGN good = {
		.kex_name = { (const uint8_t *)"curve25519-sha256", 17 },
		.host_key_algorithm = { (const uint8_t *)"ssh-ed25519", 11 },
		.client_kexinit = { (const uint8_t *)"\024", 1 },
		.server_kexinit = { (const uint8_t *)"\024", 1 },
	};
	struct ipc_KEX_SIGN bad[6] = { good, good, good, good, good, good };

	(void)state;
	bad[0].kex_name = BYTES_LIT("diffie-hellman-group14-sha256");
	bad[1].kex_name = BYTES_LIT("nonsense");
	bad[2].host_key_algorithm = BYTES_LIT("rsa-sha2-256");
	bad[3].server_kexinit = BYTES_LIT("\025");
	bad[4].client_kexinit = (struct bytes){ 0 };
	bad[5].gex_p = BYTES_LIT("\001");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fixture *f = fixture_new(MON_KEX, NET_TO_MONITOR);
		uint8_t *offer = malloc(sizeof(k_s) - 1);
		struct err err;

		assert_non_null(offer);
		memcpy(offer, k_s, sizeof(k_s) - 1);
		f->mon.offer = bytes_of(offer, sizeof(k_s) - 1);
		f->mon.conf.kex_algorithms = "curve25519-sha256,"
		    "diffie-hellman-group-exchange-sha256";
		assert_true(ipc_send(&f->peer, IPC_KEX_SIGN, &bad[i], &err));
		assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
		    REQUESTS_ATTACK);
		assert_int_equal(f->mon.state, MON_KEX);
		fixture_free(f);
	}
}

/* A group is signed only when it is the one that was given. */
static void
kex_sign__a_group_of_ones_own_is_an_attack(void **state)
{
	static const char k_s[] = "\0\0\0\013ssh-ed25519\0\0\0\001K";
	struct ipc_KEX_SIGN m = {
		.kex_name = BYTES_LIT("diffie-hellman-group-exchange-sha256"),
		.host_key_algorithm = BYTES_LIT("ssh-ed25519"),
		.client_kexinit = BYTES_LIT("\024"),
		.server_kexinit = BYTES_LIT("\024"),
		.gex_request = BYTES_LIT("\0\0\010\0\0\0\010\0\0\0\040\0"),
		.gex_p = BYTES_LIT("\007"), .gex_g = BYTES_LIT("\002"),
	};
	struct fixture *f = fixture_new(MON_KEX, NET_TO_MONITOR);
	uint8_t *offer = malloc(sizeof(k_s) - 1);
	struct err err;

	(void)state;
	assert_non_null(offer);
	memcpy(offer, k_s, sizeof(k_s) - 1);
	f->mon.offer = bytes_of(offer, sizeof(k_s) - 1);
	f->mon.conf.kex_algorithms = "diffie-hellman-group-exchange-sha256";
	assert_true(ipc_send(&f->peer, IPC_KEX_SIGN, &m, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_ATTACK);
	assert_string_equal(err.what, "group to sign");
	fixture_free(f);
}

/* A monitor whose host keys are one of RSA, offered under these names. */
static struct fixture *
fixture_with_rsa(const char *algorithms)
{
	struct fixture *f = fixture_new(MON_AUTHED, NET_TO_MONITOR);
	struct host_keys_files files = {
		.key_paths = f->key_files, .key_count = 1,
		.required_rsa_bits = 2048,
	};
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	uint8_t *offer = malloc(KEY_BLOB_MAX);
	FILE *out;
	size_t len;
	struct err err;

	assert_non_null(offer);
	strcpy(f->key_file, "/tmp/keys.XXXXXX");
	f->key_files[0] = f->key_file;
	assert_non_null(out = fdopen(mkstemp(f->key_file), "w"));
	assert_int_equal(PEM_write_PrivateKey(out, rsa, NULL, NULL, 0, NULL,
	    NULL), 1);
	assert_int_equal(fclose(out), 0);
	EVP_PKEY_free(rsa);
	assert_true(host_secrets_load(&files, &f->signer.secrets, &err));
	f->mon.keys = f->signer.secrets.keys;
	start_signer(f);
	assert_int_equal(f->mon.keys.count, 1);
	f->mon.proved = calloc(1, sizeof(*f->mon.proved));
	assert_true(host_keys_offer(&f->mon.keys, algorithms, offer,
	    KEY_BLOB_MAX, &len, &err));
	f->mon.offer = bytes_of(offer, len);
	return f;
}

/* A net process that was taken over can't get SHA-1 out of the monitor. */
static void
hostkey_proof__with_sha1_only_where_it_is_configured(void **state)
{
	static const struct {
		const char *algorithms, *asked;
		enum requests_end want;
	} rows[] = {
		{ "rsa-sha2-512", "rsa-sha2-512", REQUESTS_WAIT },
		{ "rsa-sha2-512", "ssh-rsa", REQUESTS_ATTACK },
		{ "rsa-sha2-512,ssh-rsa", "ssh-rsa", REQUESTS_WAIT },
		{ "rsa-sha2-512,ssh-rsa", "ssh-ed25519", REQUESTS_ATTACK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = fixture_with_rsa(rows[i].algorithms);
		const struct pubkey *key = f->mon.keys.v[0].public;
		struct ipc_HOSTKEY_PROOF m = {
			.key = bytes_of(key->blob, key->blob_len),
			.rsa_algorithm = bytes_str(rows[i].asked),
		};
		struct err err;

		assert_true(ipc_send(&f->peer, IPC_HOSTKEY_PROOF, &m, &err));
		assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
		    rows[i].want);
		fixture_free(f);
	}
}

/* ---- authentication ------------------------------------------------------ */

static const uint8_t session_id[] = "a session of thirty-two bytes...";

/* State NAMED, for a user (ourselves) whose file lists sample_ed_pub. */
static struct fixture *
fixture_named(bool valid, uint32_t max_auth_tries)
{
	struct fixture *f = fixture_new(MON_NAMED, NET_TO_MONITOR);
	FILE *out;

	strcpy(f->key_file, "/tmp/keys.XXXXXX");
	assert_non_null(out = fdopen(mkstemp(f->key_file), "w"));
	fprintf(out, "# keys\n%s\n", sample_ed_pub);
	assert_int_equal(fclose(out), 0);
	f->key_files[0] = f->key_file;
	f->mon.conf = (struct conf){
		.max_auth_tries = max_auth_tries,
		.pubkey_authentication = true,
		.fingerprint_hash = "SHA256",
		.pubkey_accepted_algorithms = "ssh-ed25519",
		.authorized_keys_file = { f->key_files, 1 },
		.permit_root_login = ROOT_LOGIN_YES,
	};
	f->mon.user = (struct user){
		.sent = strdup("fred:x"), .sent_len = 6,
		.name = strdup("fred"), .home = strdup("/"),
		.shell = strdup("/bin/sh"), .exists = valid, .valid = valid,
		.uid = getuid(), .gid = getgid(),
		.groups = calloc(1, sizeof(gid_t)), .group_count = 1,
	};
	f->mon.user.groups[0] = getgid();
	memcpy(f->mon.session_id, session_id, 32);
	f->mon.session_id_len = 32;
	start_signer(f);
	return f;
}

/* Sends, lets the monitor work, and gives the result; fds are counted. */
static enum auth_result
ask_fds(struct fixture *f, enum ipc_id id, const void *message,
    unsigned *fd_count)
{
	struct ipc_message reply;
	enum auth_result result;
	struct err err;
	bool got;

	assert_true(ipc_send(&f->peer, id, message, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_WAIT);
	assert_true(ipc_recv(&f->peer, NET_ASKING, &reply, &got, &err));
	assert_true(got);
	assert_int_equal(reply.id, IPC_AUTH_REPLY);
	result = (enum auth_result)reply.u.AUTH_REPLY.result;
	*fd_count = reply.fd_count;
	ipc_message_clear(&reply);
	return result;
}

static enum auth_result
ask(struct fixture *f, enum ipc_id id, const void *message)
{
	unsigned fd_count;
	enum auth_result result = ask_fds(f, id, message, &fd_count);

	assert_int_equal(fd_count, 0);
	assert_int_equal(f->mon.state, MON_NAMED);
	return result;
}

static const struct ipc_AUTH_UNKNOWN unknown = {
	.method = { (const uint8_t *)"x", 1 },
};

static void
auth__the_first_none_is_free(void **state)
{
	struct fixture *f = fixture_named(true, 3);
	static const struct ipc_AUTH_NONE none;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(f, IPC_AUTH_NONE, &none), AUTH_FAILURE);
	assert_int_equal(ask(f, IPC_AUTH_NONE, &none), AUTH_TOO_MANY);
	assert_string_equal(f->log, "maximum authentication attempts "
	    "exceeded for fred from UNKNOWN port 65535 ssh2 [preauth]\n");
	fixture_free(f);
}

static void
auth__none_is_not_free_after_something_else(void **state)
{
	struct fixture *f = fixture_named(true, 2);
	static const struct ipc_AUTH_NONE none;

	(void)state;
	assert_int_equal(ask(f, IPC_AUTH_UNKNOWN, &unknown), AUTH_FAILURE);
	assert_int_equal(ask(f, IPC_AUTH_NONE, &none), AUTH_TOO_MANY);
	fixture_free(f);
}

static void
auth__a_request_after_the_last_answer_is_an_attack(void **state)
{
	struct fixture *f = fixture_named(true, 1);
	struct err err;

	(void)state;
	assert_int_equal(ask(f, IPC_AUTH_UNKNOWN, &unknown), AUTH_TOO_MANY);
	assert_true(ipc_send(&f->peer, IPC_AUTH_UNKNOWN, &unknown, &err));
	assert_int_equal(requests_receive(&f->mon, f->ipc, &err),
	    REQUESTS_ATTACK);
	fixture_free(f);
}

static struct pubkey *
sample_key(const char *text)
{
	struct pubkey *key;
	struct bytes rest;
	struct err err;

	assert_true(pubkey_parse_text(bytes_str(text), &key, &rest, &err));
	return key;
}

static void
auth_pubkey__a_query_tells_about_listed_keys_of_real_users_only(void **state)
{
	static const struct {
		bool valid;
		const char *key, *algorithm;
		enum auth_result want;
	} rows[] = {
		{ true, sample_ed_pub, "ssh-ed25519", AUTH_KEY_OK },
		{ false, sample_ed_pub, "ssh-ed25519", AUTH_FAILURE },
		{ true, sample_ca_pub, "ssh-ed25519", AUTH_FAILURE },
		{ true, sample_ed_pub, "rsa-sha2-512", AUTH_FAILURE },
		{ true, sample_ed_pub, "nonsense", AUTH_FAILURE },
		{ true, sample_ec_pub, "ecdsa-sha2-nistp256", AUTH_FAILURE },
		{ true, sample_ed_host_cert, "ssh-ed25519", AUTH_FAILURE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = fixture_named(rows[i].valid, 6);
		struct pubkey *key = sample_key(rows[i].key);
		const struct ipc_AUTH_PUBKEY_QUERY m = {
			.algorithm = bytes_str(rows[i].algorithm),
			.key = bytes_of(key->blob, key->blob_len),
		};

		if (ask(f, IPC_AUTH_PUBKEY_QUERY, &m) != rows[i].want)
			fail_msg("row %zu\n%s", i, f->log);
		assert_int_equal(f->mon.auth.failures,
		    rows[i].want == AUTH_FAILURE ? 1 : 0);
		/* nothing is said that tells a stand-in from a real user */
		if (!rows[i].valid)
			assert_null(strstr(f->log, "Accepted"));
		pubkey_free(key);
		fixture_free(f);
	}
}

struct signed_attempt {
	struct ipc_AUTH_PUBKEY message;
	uint8_t signature[256];
	struct pubkey *key;
};

/* Signed by sample_ed_private, over what `in` says. */
static void
sign_attempt(struct signed_attempt *a, struct signed_userauth in)
{
	struct private_key *private;
	uint8_t *data;
	size_t data_len, len;
	struct err err;

	a->key = sample_key(sample_ed_pub);
	in.algorithm = BYTES_LIT("ssh-ed25519");
	in.key = bytes_of(a->key->blob, a->key->blob_len);
	assert_true(private_key_parse(bytes_str(sample_ed_private), &private,
	    &err));
	assert_true(signed_userauth_build(&in, &data, &data_len, &err));
	assert_true(private_key_sign(private, in.algorithm,
	    bytes_of(data, data_len), a->signature, sizeof(a->signature),
	    &len, &err));
	a->message = (struct ipc_AUTH_PUBKEY){
		.algorithm = BYTES_LIT("ssh-ed25519"),
		.key = bytes_of(a->key->blob, a->key->blob_len),
		.signature = bytes_of(a->signature, len),
	};
	free(data);
	private_key_free(private);
}

static struct signed_userauth
good_input(void)
{
	return (struct signed_userauth){
		.session_id = bytes_of(session_id, 32),
		.user = BYTES_LIT("fred:x"),
		.service = "ssh-connection",
	};
}

static void
auth_pubkey__a_signature_over_anything_else_fails(void **state)
{
	struct signed_userauth bad[6];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		bad[i] = good_input();
	bad[0].session_id = bytes_of(session_id, 31);
	bad[1].user = BYTES_LIT("fred");	/* without the style */
	bad[2].user = BYTES_LIT("root:x");
	bad[3].service = "ssh-userauth";
	bad[4].hostbound = true;		/* but the request is not */
	bad[5].session_id = BYTES_LIT("another session of 32 bytes.....");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fixture *f = fixture_named(true, 6);
		struct signed_attempt a;

		sign_attempt(&a, bad[i]);
		assert_int_equal(ask(f, IPC_AUTH_PUBKEY, &a.message),
		    AUTH_FAILURE);
		assert_non_null(strstr(f->log, "Failed publickey for fred "
		    "from UNKNOWN port 65535 ssh2: ED25519 SHA256:"));
		assert_int_equal(f->mon.auth.decided_failures, 1);
		pubkey_free(a.key);
		fixture_free(f);
	}
}

static void
auth_pubkey__a_good_signature_of_nobody_fails(void **state)
{
	struct fixture *f = fixture_named(false, 6);
	struct signed_attempt a;

	(void)state;
	sign_attempt(&a, good_input());
	assert_int_equal(ask(f, IPC_AUTH_PUBKEY, &a.message), AUTH_FAILURE);
	assert_string_equal(f->log, "");
	pubkey_free(a.key);
	fixture_free(f);
}

static void
auth_pubkey__one_step_of_two_is_no_login(void **state)
{
	struct fixture *f = fixture_named(true, 6);
	const char *lists[] = { "publickey,publickey" };
	struct signed_attempt a;
	struct err err;

	(void)state;
	f->mon.conf.authentication_methods = (struct conf_list){ lists, 1 };
	assert_true(auth_start(&f->mon, &err));
	sign_attempt(&a, good_input());
	assert_int_equal(ask(f, IPC_AUTH_PUBKEY, &a.message), AUTH_PARTIAL);
	/* the same key again is no second step */
	assert_int_equal(ask(f, IPC_AUTH_PUBKEY, &a.message), AUTH_FAILURE);
	pubkey_free(a.key);
	fixture_free(f);
}

static void
auth_pubkey__a_key_whose_command_is_asked_for_must_have_one(void **state)
{
	struct fixture *f = fixture_named(true, 6);
	struct signed_attempt a;

	(void)state;
	if (getuid() != 0) {
		fixture_free(f);
		skip();
	}
	f->mon.conf.permit_root_login = ROOT_LOGIN_FORCED_COMMANDS_ONLY;
	sign_attempt(&a, good_input());
	assert_int_equal(ask(f, IPC_AUTH_PUBKEY, &a.message), AUTH_FAILURE);
	assert_non_null(strstr(f->log,
	    "ROOT LOGIN REFUSED FROM UNKNOWN port 65535\n"));
	pubkey_free(a.key);
	fixture_free(f);
}

static void
auth_pubkey__a_good_signature_logs_in(void **state)
{
	struct fixture *f = fixture_named(true, 6);
	struct signed_attempt a;
	unsigned fd_count;
	struct err err;

	(void)state;
	assert_true(loop_init(&f->mon.loop, &clock_system, &err));
	/* some program that ends by itself; above fd 3 in any case */
	f->mon.session_program = fcntl(open("/bin/true", O_RDONLY),
	    F_DUPFD_CLOEXEC, 10);
	sign_attempt(&a, good_input());
	assert_int_equal(ask_fds(f, IPC_AUTH_PUBKEY, &a.message, &fd_count),
	    AUTH_SUCCESS);
	assert_int_equal(fd_count, 1);
	assert_int_equal(f->mon.state, MON_AUTHED);
	assert_int_not_equal(f->mon.session.fd, -1);
	assert_non_null(strstr(f->log, "Accepted publickey for fred from "
	    "UNKNOWN port 65535 ssh2: ED25519 SHA256:"));
	pubkey_free(a.key);
	fixture_free(f);
}

static int
start_crypto(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests__every_message_to_a_monitor_has_a_handler),
		TEST(requests__a_message_outside_its_row_is_an_attack),
		TEST(requests__bytes_that_are_no_message_are_an_attack),
		TEST(requests__a_closed_socket_is_the_end_not_an_attack),
		TEST(requests__a_log_line_has_a_level_and_no_control_characters),
		TEST(requests__lines_in_one_message_are_written_one_by_one),
		TEST(requests__half_a_line_in_one_message_is_an_attack),
		TEST(requests__a_longer_line_than_any_is_an_attack),
		TEST(kex_sign__what_was_not_offered_is_an_attack),
		TEST(kex_sign__a_group_of_ones_own_is_an_attack),
		TEST(hostkey_proof__with_sha1_only_where_it_is_configured),
		TEST(auth__the_first_none_is_free),
		TEST(auth__none_is_not_free_after_something_else),
		TEST(auth__a_request_after_the_last_answer_is_an_attack),
		TEST(auth_pubkey__a_query_tells_about_listed_keys_of_real_users_only),
		TEST(auth_pubkey__a_signature_over_anything_else_fails),
		TEST(auth_pubkey__a_good_signature_of_nobody_fails),
		TEST(auth_pubkey__one_step_of_two_is_no_login),
		TEST(auth_pubkey__a_key_whose_command_is_asked_for_must_have_one),
		TEST(auth_pubkey__a_good_signature_logs_in),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
