/* SPDX-License-Identifier: ISC */
#include "signer/serve.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "lib/base/confine.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/crypto/init.h"
#include "lib/crypto/kex.h"
#include "sshd/listener/signer_filter.h"
#include "unit/keys/keys_util.h"
#include "unit/keys/samples.h"

#define ONLY_FD	3

/* A signer with sample_ed_private, and a confined fork that answers us. */
struct fixture {
	struct signer signer;
	struct ipc ipc;
	pid_t pid;
	struct ipc_message answer;
};

static void
no_line(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static void
load_key(struct host_secrets *secrets, const char *private,
    const char *public, const char *cert)
{
	struct host_key *key;
	struct err err;

	secrets->keys.v = calloc(1, sizeof(*secrets->keys.v));
	secrets->v = calloc(1, sizeof(*secrets->v));
	assert_non_null(secrets->keys.v);
	assert_non_null(secrets->v);
	secrets->keys.count = 1;
	key = &secrets->keys.v[0];
	key->public = key_of_text(public);
	key->cert = cert == NULL ? NULL : key_of_text(cert);
	/* checks the pair by a signature: random numbers were used */
	assert_true(private_key_parse(bytes_str(private), &secrets->v[0],
	    &err));
}

static void
start(struct fixture *f)
{
	uint8_t *filter;
	size_t filter_len;
	struct err err;
	int fds[2];

	assert_true(ipc_pair(fds, &err));
	if ((f->pid = fork()) == 0) {
		log_open(no_line, NULL, LOG_LEVEL_QUIET);
		if (!signer_filter_compile(&filter, &filter_len, &err) ||
		    !fd_inherit_as(fds[1], ONLY_FD, &err))
			_exit(99);
		fd_close_from(ONLY_FD + 1);
		if (!confine_calls(bytes_of(filter, filter_len), &err))
			_exit(99);
		_exit(serve(&f->signer, ONLY_FD));
	}
	assert_int_not_equal(f->pid, -1);
	close(fds[1]);
	ipc_init(&f->ipc, fds[0], SIGNER_TO_MONITOR);
}

static void
set_up(struct fixture *f)
{
	*f = (struct fixture){ .pid = -1 };
	load_key(&f->signer.secrets, sample_ed_private, sample_ed_pub,
	    sample_ed_host_cert);
	start(f);
}

/* Its exit status. */
static int
end(struct fixture *f)
{
	int status;

	ipc_clear(&f->ipc);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
tear_down(struct fixture *f)
{
	int status = end(f);

	host_secrets_clear(&f->signer.secrets);
	return status;
}

static struct bytes
plain_blob(const struct fixture *f)
{
	const struct pubkey *key = f->signer.secrets.keys.v[0].public;

	return bytes_of(key->blob, key->blob_len);
}

static void
ask(struct fixture *f, enum ipc_id id, const void *question,
    enum ipc_id answer_id)
{
	bool got;
	struct err err;

	assert_true(ipc_send(&f->ipc, id, question, &err));
	assert_true(ipc_recv(&f->ipc, MON_ASKING, &f->answer, &got, &err));
	assert_true(got);
	assert_int_equal(f->answer.id, answer_id);
}

/* It says nothing and ends. */
static void
refuses(enum ipc_id id, const void *question)
{
	struct fixture f;
	struct err err;
	bool got;

	set_up(&f);
	assert_true(ipc_send(&f.ipc, id, question, &err));
	assert_false(ipc_recv(&f.ipc, MON_ASKING, &f.answer, &got, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	assert_int_equal(tear_down(&f), 1);
}

static struct ipc_SIGN_EXCHANGE
good_exchange(struct bytes host_key)
{
	return (struct ipc_SIGN_EXCHANGE){
		.kex_name = BYTES_LIT("curve25519-sha256"),
		.host_key_algorithm = BYTES_LIT("ssh-ed25519"),
		.client_version = BYTES_LIT("SSH-2.0-client"),
		.server_version = BYTES_LIT("SSH-2.0-server"),
		.client_kexinit = BYTES_LIT("\024client"),
		.server_kexinit = BYTES_LIT("\024server"),
		.host_key = host_key,
		.client_public = BYTES_LIT("Q_C"),
		.server_public = BYTES_LIT("Q_S"),
		.shared_secret = BYTES_LIT("\0\0\0\001K"),
	};
}

static void
serve__an_exchange_is_hashed_and_the_hash_is_signed(void **state)
{
	struct fixture f;
	struct ipc_SIGN_EXCHANGE q;
	const struct ipc_EXCHANGE_SIGNED *a = &f.answer.u.EXCHANGE_SIGNED;
	uint8_t want[DIGEST_MAX];
	struct err err;

	(void)state;
	set_up(&f);
	q = good_exchange(plain_blob(&f));
	for (int i = 0; i < 3; i++) {
		const struct kex_hash_input in = {
			.alg = kex_find(q.kex_name),
			.client_version = q.client_version,
			.server_version = q.server_version,
			.client_kexinit = q.client_kexinit,
			.server_kexinit = q.server_kexinit,
			.host_key = q.host_key,
			.client_public = q.client_public,
			.server_public = q.server_public,
			.shared = q.shared_secret,
		};

		ask(&f, IPC_SIGN_EXCHANGE, &q, IPC_EXCHANGE_SIGNED);
		assert_int_equal(a->code, ERR_NONE);
		assert_true(kex_hash(&in, want, &err));
		assert_true(bytes_equal(a->hash, bytes_of(want, 32)));
		assert_true(pubkey_verify(f.signer.secrets.keys.v[0].public,
		    q.host_key_algorithm, a->signature, a->hash, NULL,
		    &err));
	}
	assert_int_equal(tear_down(&f), 0);
}

static void
serve__an_exchange_that_is_none_ends_it(void **state)
{
	struct pubkey *ours = key_of_text(sample_ed_pub);
	struct pubkey *other = key_of_text(sample_ca_pub);
	const struct ipc_SIGN_EXCHANGE good = good_exchange(
	    bytes_of(ours->blob, ours->blob_len));
	struct ipc_SIGN_EXCHANGE bad[] = {
		good, good, good, good, good, good, good, good, good,
	};

	(void)state;
	bad[0].host_key = bytes_of(other->blob, other->blob_len);
	bad[1].host_key = (struct bytes){ 0 };
	bad[2].host_key_algorithm = BYTES_LIT("rsa-sha2-512");
	bad[3].host_key_algorithm =
	    BYTES_LIT("ssh-ed25519-cert-v01@openssh.com");
	bad[4].kex_name = BYTES_LIT("nonsense");
	bad[5].client_kexinit = BYTES_LIT("\025client");
	bad[6].server_kexinit = (struct bytes){ 0 };
	bad[7].server_version = BYTES_LIT("hello");
	bad[8].host_key_algorithm = (struct bytes){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		refuses(IPC_SIGN_EXCHANGE, &bad[i]);
	pubkey_free(ours);
	pubkey_free(other);
}

static void
serve__a_proof_is_for_a_key_of_ours_only(void **state)
{
	struct pubkey *cert = key_of_text(sample_ed_host_cert);
	struct pubkey *other = key_of_text(sample_ca_pub);
	static const uint8_t want[] =
	    "\0\0\0\035hostkeys-prove-00@openssh.com\0\0\0\003SID";
	struct ipc_SIGN_PROOF q = {
		.session_id = BYTES_LIT("SID"),
		.algorithm = BYTES_LIT("ssh-ed25519"),
	};
	const struct ipc_PROOF_SIGNED *a;
	struct fixture f;
	struct blob data;
	struct err err;

	(void)state;
	set_up(&f);
	a = &f.answer.u.PROOF_SIGNED;
	q.key = plain_blob(&f);
	ask(&f, IPC_SIGN_PROOF, &q, IPC_PROOF_SIGNED);
	blob_init(&data);
	wr_bytes(&data.w, want, sizeof(want) - 1);
	wr_string(&data.w, q.key);
	assert_true(pubkey_verify(f.signer.secrets.keys.v[0].public,
	    q.algorithm, a->signature, blob_view(&data), NULL, &err));
	/* what the key can't do is an answer, and no signature */
	q.algorithm = BYTES_LIT("rsa-sha2-512");
	ask(&f, IPC_SIGN_PROOF, &q, IPC_PROOF_SIGNED);
	assert_int_equal(a->code, ERR_DENIED);
	assert_int_equal(a->signature.len, 0);
	assert_int_equal(tear_down(&f), 0);
	q.key = bytes_of(cert->blob, cert->blob_len);
	refuses(IPC_SIGN_PROOF, &q);
	q.key = bytes_of(other->blob, other->blob_len);
	refuses(IPC_SIGN_PROOF, &q);
	pubkey_free(cert);
	pubkey_free(other);
}

/* One number used for two signatures of ECDSA would give the key away. */
static void
serve__two_forks_have_no_random_number_in_common(void **state)
{
	struct ipc_SIGN_PROOF q = {
		.session_id = BYTES_LIT("SID"),
		.algorithm = BYTES_LIT("ecdsa-sha2-nistp256"),
	};
	struct fixture f = { .pid = -1 };
	const struct ipc_PROOF_SIGNED *a = &f.answer.u.PROOF_SIGNED;
	uint8_t first[SIGNATURE_MAX];

	(void)state;
	load_key(&f.signer.secrets, sample_ec_private, sample_ec_pub, NULL);
	q.key = plain_blob(&f);
	for (int i = 0; i < 2; i++) {
		struct reader r;
		struct bytes number;

		start(&f);
		ask(&f, IPC_SIGN_PROOF, &q, IPC_PROOF_SIGNED);
		assert_int_equal(a->code, ERR_NONE);
		r = rd_init(a->signature);
		(void)rd_string(&r, SIGNATURE_MAX, "name");
		r = rd_init(rd_string(&r, SIGNATURE_MAX, "numbers"));
		number = rd_mpint(&r, 33, "r");
		assert_true(number.len >= 24);
		if (i == 0)
			memcpy(first, number.p, 24);
		else
			assert_memory_not_equal(first, number.p, 24);
		assert_int_equal(end(&f), 0);
	}
	host_secrets_clear(&f.signer.secrets);
}

static void
serve__says_what_is_wrong_with_a_signature(void **state)
{
	struct fixture f;
	const struct ipc_VERIFIED *a = &f.answer.u.VERIFIED;
	struct ipc_VERIFY q = {
		.algorithm = BYTES_LIT("ssh-ed25519"),
		.data = BYTES_LIT("data"),
	};
	uint8_t signature[256];
	size_t len;
	struct err err;

	(void)state;
	set_up(&f);
	assert_true(private_key_sign(f.signer.secrets.v[0], q.algorithm,
	    q.data, signature, sizeof(signature), &len, &err));
	q.key = plain_blob(&f);
	q.signature = bytes_of(signature, len);
	ask(&f, IPC_VERIFY, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_NONE);
	q.data = BYTES_LIT("date");
	ask(&f, IPC_VERIFY, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_MISMATCH);
	assert_true(bytes_is(a->what, "signature"));
	q.signature.len--;
	ask(&f, IPC_VERIFY, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_SHORT);
	q.algorithm = BYTES_LIT("rsa-sha2-512");
	ask(&f, IPC_VERIFY, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_DENIED);
	q.key = BYTES_LIT("no key");
	ask(&f, IPC_VERIFY, &q, IPC_VERIFIED);
	assert_int_not_equal(a->code, ERR_NONE);
	assert_int_equal(tear_down(&f), 0);
}

static void
serve__checks_who_signed_a_certificate(void **state)
{
	struct pubkey *cert = key_of_text(sample_ed_host_cert);
	struct ipc_CHECK_CERT q = {
		.cert = bytes_of(cert->blob, cert->blob_len),
		.ca_algorithms = BYTES_LIT("rsa-sha2-512,ssh-ed25519"),
	};
	struct fixture f;
	const struct ipc_VERIFIED *a = &f.answer.u.VERIFIED;

	(void)state;
	set_up(&f);
	ask(&f, IPC_CHECK_CERT, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_NONE);
	q.ca_algorithms = BYTES_LIT("rsa-sha2-512");
	ask(&f, IPC_CHECK_CERT, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_DENIED);
	assert_true(bytes_is(a->what, "CA signature algorithm"));
	cert->blob[cert->blob_len - 1] ^= 1;
	q.ca_algorithms = BYTES_LIT("ssh-ed25519");
	ask(&f, IPC_CHECK_CERT, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_MISMATCH);
	q.cert = plain_blob(&f);
	ask(&f, IPC_CHECK_CERT, &q, IPC_VERIFIED);
	assert_int_equal(a->code, ERR_FORMAT);
	assert_int_equal(tear_down(&f), 0);
	pubkey_free(cert);
}

static void
serve__nothing_else_is_a_question(void **state)
{
	static const union ipc_any empty;
	size_t refused = 0;

	(void)state;
	for (int id = 0; id < IPC_COUNT; id++) {
		const struct ipc_row *row = &ipc_rows[id];

		if (row->fds_min != 0 || (row->edge == MONITOR_TO_SIGNER &&
		    (row->states & SIG_SERVING) != 0))
			continue;
		refuses((enum ipc_id)id, &empty);
		refused++;
	}
	assert_true(refused > IPC_COUNT / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serve__an_exchange_is_hashed_and_the_hash_is_signed),
		TEST(serve__an_exchange_that_is_none_ends_it),
		TEST(serve__a_proof_is_for_a_key_of_ours_only),
		TEST(serve__two_forks_have_no_random_number_in_common),
		TEST(serve__says_what_is_wrong_with_a_signature),
		TEST(serve__checks_who_signed_a_certificate),
		TEST(serve__nothing_else_is_a_question),
	};

	crypto_init();	/* it reads files */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
