/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/host_secrets.h"
#include "lib/base/log.h"
#include "lib/crypto/openssl.h"
#include "unit/keys/samples.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#define PATH_CAP	128
#define FILES_MAX	16
#define LOG_CAP		8192
#define OFFER_CAP	16384

static const char every_algorithm[] =
    "ssh-ed25519-cert-v01@openssh.com,rsa-sha2-256,rsa-sha2-512,"
    "ecdsa-sha2-nistp256,ssh-ed25519,ecdsa-sha2-nistp256-cert-v01@openssh.com";

/* A directory of its own, the files in it, and what was logged. */
struct place {
	char dir[PATH_CAP];
	char *paths[FILES_MAX];
	size_t count;
	char log[LOG_CAP];
};

static void
take_line(void *arg, enum log_level level, const char *line)
{
	struct place *place = arg;
	size_t n = strlen(place->log);

	(void)snprintf(place->log + n, sizeof(place->log) - n, "%s%s\n",
	    level >= LOG_LEVEL_DEBUG1 ? "debug: " : "", line);
}

static int
place_init(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return -1;
	(void)snprintf(place->dir, sizeof(place->dir),
	    "/tmp/host_keys_test.XXXXXX");
	if (mkdtemp(place->dir) == NULL)
		return -1;
	log_open(take_line, place, LOG_LEVEL_DEBUG1);
	*state = place;
	return 0;
}

static int
place_clear(void **state)
{
	struct place *place = *state;

	log_open(NULL, NULL, LOG_LEVEL_INFO);
	for (size_t i = 0; i < place->count; i++) {
		(void)unlink(place->paths[i]);
		free(place->paths[i]);
	}
	(void)rmdir(place->dir);
	free(place);
	return 0;
}

/* The path of a name in the directory; removed at the end. */
static const char *
path_of(struct place *place, const char *name)
{
	char *path;

	assert_true(place->count < FILES_MAX);
	assert_true(asprintf(&path, "%s/%s", place->dir, name) > 0);
	place->paths[place->count++] = path;
	return path;
}

static const char *
put_file(struct place *place, const char *name, const char *text, mode_t mode)
{
	const char *path = path_of(place, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static const char *
put_rsa(struct place *place, const char *name, unsigned bits)
{
	const char *path = put_file(place, name, "", 0600);
	EVP_PKEY *key = EVP_RSA_gen(bits);
	FILE *f = fopen(path, "w");

	assert_non_null(key);
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
	    NULL), 1);
	assert_int_equal(fclose(f), 0);
	EVP_PKEY_free(key);
	return path;
}

static struct host_secrets
load(const char *const *keys, size_t key_count, const char *const *certs,
    size_t cert_count, bool are_default)
{
	struct host_keys_files files = {
		.key_paths = keys, .key_count = key_count,
		.keys_are_default = are_default,
		.cert_paths = certs, .cert_count = cert_count,
		.required_rsa_bits = 2048,
	};
	struct host_secrets loaded;
	struct err err;

	assert_true(host_secrets_load(&files, &loaded, &err));
	return loaded;
}

static struct host_secrets
load_one(const char *path)
{
	return load(&path, 1, NULL, 0, false);
}

static void
want_log(const struct place *place, const char *format, const char *path)
{
	char want[LOG_LINE_MAX];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(want, sizeof(want), format, path);
#pragma GCC diagnostic pop
	if (strstr(place->log, want) == NULL)
		fail_msg("not logged: %s\ngot:\n%s", want, place->log);
}

static bool
signs(const struct host_secrets *secrets, const char *algorithm)
{
	struct bytes blob, data = BYTES_LIT("exchange hash");
	const struct host_key *key;
	const struct sig_alg_row *alg = sig_alg_find(bytes_str(algorithm));
	uint8_t sig[SIGNATURE_MAX];
	size_t len;
	struct err err;

	key = host_keys_find(&secrets->keys, bytes_str(algorithm), &blob);
	if (key == NULL)
		return false;
	assert_true(host_secrets_sign(secrets, key, NULL,
	    bytes_str(algorithm), data, sig, sizeof(sig), &len, &err));
	assert_true(pubkey_verify(key->public, bytes_str(alg->sig_name),
	    bytes_of(sig, len), data, NULL, &err));
	return true;
}

/* ---- loading ------------------------------------------------------------ */

static void
host_secrets_load__takes_a_private_file_of_its_own(void **state)
{
	struct place *place = *state;
	struct host_secrets secrets;

	secrets = load_one(put_file(place, "key", sample_ed_private, 0600));
	assert_int_equal(secrets.keys.count, 1);
	assert_true(signs(&secrets, "ssh-ed25519"));
	assert_null(strstr(place->log, "nable"));
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__refuses_modes_that_let_others_in(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0620, 0602, 0610, 0601 };
	struct place *place = *state;
	const char *path = put_file(place, "key", sample_ed_private, 0600);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct host_secrets secrets;
		char line[LOG_LINE_MAX];

		place->log[0] = '\0';
		assert_int_equal(chmod(path, bad[i]), 0);
		secrets = load_one(path);
		assert_int_equal(secrets.keys.count, 0);
		want_log(place, "%s", "@         WARNING: UNPROTECTED PRIVATE "
		    "KEY FILE!          @\n");
		(void)snprintf(line, sizeof(line), "Permissions 0%03o for "
		    "'%s' are too open.\n", (unsigned)bad[i], path);
		want_log(place, "%s", line);
		want_log(place, "Unable to load host key \"%s\": "
		    "bad permissions\n", path);
		want_log(place, "\nUnable to load host key: %s\n", path);
		host_secrets_clear(&secrets);
	}
}

static void
host_secrets_load__missing_file_is_an_error_if_configured(void **state)
{
	struct place *place = *state;
	const char *path = path_of(place, "nothing");
	struct host_secrets secrets = load(&path, 1, NULL, 0, false);

	assert_int_equal(secrets.keys.count, 0);
	want_log(place, "Unable to load host key \"%s\": "
	    "No such file or directory\n", path);
	want_log(place, "\nUnable to load host key: %s\n", path);
	host_secrets_clear(&secrets);
	place->log[0] = '\0';
	secrets = load(&path, 1, NULL, 0, true);
	want_log(place, "debug: Unable to load host key: %s\n", path);
	assert_null(strstr(place->log, "\nUnable"));
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__bad_files_leave_the_others_usable(void **state)
{
	struct place *place = *state;
	const char *paths[5];
	struct host_secrets secrets;

	paths[0] = put_file(place, "enc", sample_ed_encrypted, 0600);
	paths[1] = put_file(place, "text", "hello\n", 0600);
	paths[2] = put_file(place, "empty", "", 0600);
	paths[3] = place->dir;
	paths[4] = put_file(place, "good", sample_ec_sec1, 0600);
	assert_int_equal(chmod(place->dir, 0700), 0);
	secrets = load(paths, 5, NULL, 0, false);
	assert_int_equal(secrets.keys.count, 1);
	assert_true(signs(&secrets, "ecdsa-sha2-nistp256"));
	want_log(place, "Unable to load host key \"%s\": incorrect "
	    "passphrase supplied to decrypt private key\n", paths[0]);
	for (size_t i = 0; i < 4; i++)
		want_log(place, "Unable to load host key: %s\n", paths[i]);
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__does_not_hang_on_a_fifo(void **state)
{
	struct place *place = *state;
	const char *path = path_of(place, "fifo");
	struct host_secrets secrets;

	assert_int_equal(mkfifo(path, 0600), 0);
	secrets = load_one(path);
	assert_int_equal(secrets.keys.count, 0);
	want_log(place, "Unable to load host key: %s\n", path);
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__the_private_key_wins_over_a_stale_pub_file(void **state)
{
	struct place *place = *state;
	const char *path = put_file(place, "key", sample_ed_private, 0600);
	struct host_secrets secrets;

	(void)put_file(place, "key.pub", sample_ed_pub, 0644);
	secrets = load_one(path);
	assert_null(strstr(place->log, "does not match"));
	host_secrets_clear(&secrets);
	(void)put_file(place, "key.pub", sample_ca_pub, 0644);
	secrets = load_one(path);
	want_log(place, "Public key for %s does not match private key\n",
	    path);
	assert_int_equal(secrets.keys.count, 1);
	assert_true(signs(&secrets, "ssh-ed25519"));
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__rsa_must_have_the_required_size(void **state)
{
	struct place *place = *state;
	const char *paths[2];
	struct host_secrets secrets;

	paths[0] = put_rsa(place, "small", 2040);
	paths[1] = put_rsa(place, "large", 2048);
	secrets = load(paths, 2, NULL, 0, false);
	assert_int_equal(secrets.keys.count, 1);
	assert_int_equal(pubkey_bits(secrets.keys.v[0].public), 2048);
	want_log(place, "Host key %s: Invalid key length\n", paths[0]);
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__certificates_find_their_key(void **state)
{
	struct place *place = *state;
	const char *key_paths[2], *cert_paths[4];
	struct host_secrets secrets;

	key_paths[0] = put_file(place, "ec", sample_ec_private, 0600);
	key_paths[1] = put_file(place, "ed", sample_ed_private, 0600);
	cert_paths[0] = put_file(place, "ed-cert", sample_ed_host_cert, 0644);
	cert_paths[1] = put_file(place, "user", sample_ec_user_cert, 0644);
	cert_paths[2] = put_file(place, "plain", sample_ed_pub, 0644);
	cert_paths[3] = path_of(place, "nothing");
	secrets = load(key_paths, 2, cert_paths, 4, false);
	assert_int_equal(secrets.keys.count, 2);
	assert_null(secrets.keys.v[0].cert);
	assert_non_null(secrets.keys.v[1].cert);
	assert_true(signs(&secrets, "ssh-ed25519-cert-v01@openssh.com"));
	want_log(place, "Certificate file is not a host certificate: %s\n",
	    cert_paths[1]);
	want_log(place, "Certificate file is not a certificate: %s\n",
	    cert_paths[2]);
	want_log(place, "Could not load host certificate \"%s\": "
	    "No such file or directory\n", cert_paths[3]);
	host_secrets_clear(&secrets);
}

static void
host_secrets_load__certificate_of_another_key_is_left_out(void **state)
{
	struct place *place = *state;
	const char *key = put_file(place, "ec", sample_ec_private, 0600);
	const char *cert = put_file(place, "c", sample_ed_host_cert, 0644);
	struct host_secrets secrets = load(&key, 1, &cert, 1, false);

	assert_null(secrets.keys.v[0].cert);
	want_log(place, "No matching private key for certificate: %s\n",
	    cert);
	host_secrets_clear(&secrets);
}

/* ---- packing, offering -------------------------------------------------- */

static struct host_secrets
load_three(struct place *place)
{
	const char *key_paths[4], *cert;

	key_paths[0] = put_rsa(place, "rsa", 2048);
	key_paths[1] = put_file(place, "ed", sample_ed_private, 0600);
	key_paths[2] = put_file(place, "ec", sample_ec_private, 0600);
	key_paths[3] = put_file(place, "ed2", sample_ed_pkcs8, 0600);
	cert = put_file(place, "cert", sample_ed_host_cert, 0644);
	return load(key_paths, 4, &cert, 1, false);
}

static void
host_secrets__sign_with_every_key_and_after_it_is_warm(void **state)
{
	struct host_secrets secrets = load_three(*state), none = { 0 };

	for (int warm = 0; warm < 2; warm++) {
		assert_true(signs(&secrets, "rsa-sha2-512"));
		assert_true(signs(&secrets, "rsa-sha2-256"));
		assert_true(signs(&secrets, "ssh-rsa"));
		assert_true(signs(&secrets, "ssh-ed25519"));
		assert_true(signs(&secrets,
		    "ssh-ed25519-cert-v01@openssh.com"));
		assert_true(signs(&secrets, "ecdsa-sha2-nistp256"));
		assert_false(signs(&secrets, "ecdsa-sha2-nistp384"));
		assert_false(signs(&secrets,
		    "rsa-sha2-256-cert-v01@openssh.com"));
		assert_false(signs(&secrets,
		    "ecdsa-sha2-nistp256-cert-v01@openssh.com"));
		host_secrets_warm(&secrets);
	}
	host_secrets_clear(&secrets);
	host_secrets_warm(&none);
}

static bool
has_blob(const struct pubkey *key, const struct pubkey *same)
{
	return key == NULL ? same == NULL : same != NULL && bytes_equal(
	    bytes_of(key->blob, key->blob_len),
	    bytes_of(same->blob, same->blob_len));
}

static void
host_keys__unpacked_are_the_public_halves_and_nothing_else(void **state)
{
	struct host_secrets secrets = load_three(*state);
	struct host_keys keys;
	uint8_t *packed;
	size_t len, want = 4;
	struct err err;

	assert_true(host_keys_pack(&secrets.keys, &packed, &len, &err));
	assert_true(host_keys_unpack(bytes_of(packed, len), &keys, &err));
	assert_int_equal(keys.count, 4);
	for (size_t i = 0; i < keys.count; i++) {
		assert_true(has_blob(keys.v[i].public,
		    secrets.keys.v[i].public));
		assert_true(has_blob(keys.v[i].cert,
		    secrets.keys.v[i].cert));
		want += 8 + keys.v[i].public->blob_len +
		    (keys.v[i].cert == NULL ? 0 : keys.v[i].cert->blob_len);
	}
	assert_int_equal(len, want);
	host_secrets_clear(&secrets);
	host_keys_clear(&keys);
	free(packed);
}

static void
host_keys_unpack__every_truncation_and_one_more_byte_is_refused(void **state)
{
	struct host_secrets loaded = load_three(*state);
	struct host_keys keys;
	uint8_t *packed, *more;
	size_t len;
	struct err err;

	assert_true(host_keys_pack(&loaded.keys, &packed, &len, &err));
	host_secrets_clear(&loaded);
	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = exact_copy(packed, n);

		assert_false(host_keys_unpack(bytes_of(cut, n), &keys,
		    &err));
		free(cut);
	}
	more = malloc(len + 1);
	assert_non_null(more);
	memcpy(more, packed, len);
	more[len] = 0;
	assert_false(host_keys_unpack(bytes_of(more, len + 1), &keys, &err));
	assert_int_equal(err.code, ERR_TRAILING);
	put_u32(more, HOST_KEY_COUNT_MAX + 1);
	assert_false(host_keys_unpack(bytes_of(more, len), &keys, &err));
	assert_int_equal(err.code, ERR_RANGE);
	free(more);
	free(packed);
}

/* The names of an offer, joined; each K_S is checked on the way. */
static void
offered_names(const struct host_keys *keys, const char *allowed, char *out,
    size_t cap)
{
	static uint8_t offer[OFFER_CAP];
	size_t len, n = 0;
	struct reader r;
	struct err err;

	assert_true(host_keys_offer(keys, allowed, offer, sizeof(offer),
	    &len, &err));
	r = rd_init(bytes_of(offer, len));
	out[0] = '\0';
	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, 64, "name"), want;
		struct bytes blob = rd_string(&r, OFFER_CAP, "K_S");

		assert_non_null(host_keys_find(keys, name, &want));
		assert_true(bytes_equal(blob, want));
		n += (size_t)snprintf(out + n, cap - n, "%s%.*s",
		    n == 0 ? "" : ",", (int)name.len, (const char *)name.p);
	}
	assert_true(rd_end(&r, &err));
	for (size_t small = 0; small < len; small++) {
		size_t got;

		assert_false(host_keys_offer(keys, allowed, offer, small,
		    &got, &err));
	}
}

static void
host_keys_offer__follows_the_order_of_the_keys(void **state)
{
	struct host_secrets secrets = load_three(*state);
	char names[1024];

	offered_names(&secrets.keys, every_algorithm, names, sizeof(names));
	/* ed2 is an Ed25519 key, too, and would never be chosen */
	assert_string_equal(names, "rsa-sha2-512,rsa-sha2-256,ssh-ed25519,"
	    "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256");
	offered_names(&secrets.keys, "ecdsa-sha2-nistp256,rsa-sha2-256", names,
	    sizeof(names));
	assert_string_equal(names, "rsa-sha2-256,ecdsa-sha2-nistp256");
	offered_names(&secrets.keys, "ssh-rsa,ecdsa-sha2-nistp256,rsa-sha2-256",
	    names, sizeof(names));
	assert_string_equal(names,
	    "rsa-sha2-256,ssh-rsa,ecdsa-sha2-nistp256");
	offered_names(&secrets.keys, "", names, sizeof(names));
	assert_string_equal(names, "");
	host_secrets_clear(&secrets);
}

static void
host_keys_find_blob__knows_its_plain_keys_only(void **state)
{
	struct host_secrets secrets = load_three(*state);
	struct pubkey *ed = key_of_text(sample_ed_pub);
	struct pubkey *cert = key_of_text(sample_ed_host_cert);
	struct pubkey *other = key_of_text(sample_ca_pub);

	assert_ptr_equal(host_keys_find_blob(&secrets.keys,
	    bytes_of(ed->blob, ed->blob_len)), &secrets.keys.v[1]);
	assert_null(host_keys_find_blob(&secrets.keys,
	    bytes_of(cert->blob, cert->blob_len)));
	assert_null(host_keys_find_blob(&secrets.keys,
	    bytes_of(other->blob, other->blob_len)));
	assert_null(host_keys_find_blob(&secrets.keys, (struct bytes){ 0 }));
	pubkey_free(ed);
	pubkey_free(cert);
	pubkey_free(other);
	host_secrets_clear(&secrets);
}

#define PLACE_TEST(f)							\
	cmocka_unit_test_setup_teardown(f, place_init, place_clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(host_secrets_load__takes_a_private_file_of_its_own),
		PLACE_TEST(host_secrets_load__refuses_modes_that_let_others_in),
		PLACE_TEST(
		    host_secrets_load__missing_file_is_an_error_if_configured),
		PLACE_TEST(host_secrets_load__bad_files_leave_the_others_usable),
		PLACE_TEST(host_secrets_load__does_not_hang_on_a_fifo),
		PLACE_TEST(
		    host_secrets_load__the_private_key_wins_over_a_stale_pub_file),
		PLACE_TEST(host_secrets_load__rsa_must_have_the_required_size),
		PLACE_TEST(host_secrets_load__certificates_find_their_key),
		PLACE_TEST(
		    host_secrets_load__certificate_of_another_key_is_left_out),
		PLACE_TEST(
		    host_secrets__sign_with_every_key_and_after_it_is_warm),
		PLACE_TEST(
	    host_keys__unpacked_are_the_public_halves_and_nothing_else),
		PLACE_TEST(
	    host_keys_unpack__every_truncation_and_one_more_byte_is_refused),
		PLACE_TEST(host_keys_offer__follows_the_order_of_the_keys),
		PLACE_TEST(host_keys_find_blob__knows_its_plain_keys_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
