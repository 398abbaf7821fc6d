/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/wire/userauth.h"

#define ALG	"ssh-ed25519"

static size_t
request_bytes(uint8_t *buf, size_t cap)
{
	struct writer w = wr_init(buf, cap);

	wr_cstring(&w, "fred");
	wr_cstring(&w, "ssh-connection");
	wr_cstring(&w, "publickey");
	return w.len;
}

static size_t
pubkey_bytes(uint8_t *buf, size_t cap, bool hostbound, bool has_signature)
{
	struct writer w = wr_init(buf, cap);

	wr_bool(&w, has_signature);
	wr_cstring(&w, ALG);
	wr_cstring(&w, "the key");
	if (hostbound)
		wr_cstring(&w, "the host key");
	if (has_signature)
		wr_cstring(&w, "the signature");
	return w.len;
}

static void
userauth_request__names_come_out_and_method_fields_stay(void **state)
{
	uint8_t buf[128];
	size_t len = request_bytes(buf, sizeof(buf));
	struct userauth_request m;
	struct reader r;
	struct err err;

	(void)state;
	buf[len++] = 1;
	r = rd_init(bytes_of(buf, len));
	assert_true(userauth_request_parse(&r, &m, &err));
	assert_true(bytes_is(m.user, "fred"));
	assert_true(bytes_is(m.service, "ssh-connection"));
	assert_true(bytes_is(m.method, "publickey"));
	assert_int_equal(rd_left(&r), 1);
}

static void
userauth_request__every_truncation_is_rejected(void **state)
{
	uint8_t buf[128];
	size_t len = request_bytes(buf, sizeof(buf));
	struct userauth_request m;
	struct err err;

	(void)state;
	for (size_t n = 0; n < len; n++) {
		struct reader r = rd_init(bytes_of(buf, n));

		assert_false(userauth_request_parse(&r, &m, &err));
		assert_int_equal(err.code, ERR_SHORT);
	}
}

static void
userauth_request__a_name_above_its_limit_is_rejected_by_name(void **state)
{
	static const struct {
		size_t lens[3];
		const char *what;	/* NULL: accepted */
	} cases[] = {
		{ { USER_NAME_MAX, SERVICE_NAME_MAX, METHOD_LIST_MAX }, NULL },
		{ { USER_NAME_MAX + 1, 1, 1 }, "user name" },
		{ { 1, SERVICE_NAME_MAX + 1, 1 }, "service name" },
		{ { 1, 1, METHOD_LIST_MAX + 1 }, "method name" },
	};
	static const uint8_t letters[USER_NAME_MAX + 1];
	uint8_t buf[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct writer w = wr_init(buf, sizeof(buf));
		struct userauth_request m;
		struct reader r;
		struct err err;

		for (size_t j = 0; j < 3; j++)
			wr_string(&w, bytes_of(letters, cases[i].lens[j]));
		r = rd_init(wr_view(&w));
		assert_int_equal(userauth_request_parse(&r, &m, &err),
		    cases[i].what == NULL);
		if (cases[i].what != NULL) {
			assert_int_equal(err.code, ERR_RANGE);
			assert_string_equal(err.what, cases[i].what);
		}
	}
}

static void
userauth_pubkey__all_four_forms_come_out_whole(void **state)
{
	uint8_t buf[128];
	struct err err;

	(void)state;
	for (int form = 0; form < 4; form++) {
		bool hostbound = form & 1, has_signature = form & 2;
		size_t len = pubkey_bytes(buf, sizeof(buf), hostbound,
		    has_signature);
		struct reader r = rd_init(bytes_of(buf, len));
		struct userauth_pubkey m;

		assert_true(userauth_pubkey_parse(&r, hostbound, &m, &err));
		assert_int_equal(m.has_signature, has_signature);
		assert_true(bytes_is(m.algorithm, ALG));
		assert_true(bytes_is(m.key, "the key"));
		assert_true(bytes_is(m.host_key,
		    hostbound ? "the host key" : ""));
		assert_true(bytes_is(m.signature,
		    has_signature ? "the signature" : ""));
	}
}

static void
userauth_pubkey__truncations_and_extra_bytes_are_rejected(void **state)
{
	uint8_t buf[128];
	struct err err;

	(void)state;
	for (int form = 0; form < 4; form++) {
		bool hostbound = form & 1;
		size_t len = pubkey_bytes(buf, sizeof(buf), hostbound,
		    form & 2);
		struct userauth_pubkey m;

		for (size_t n = 0; n < len; n++) {
			struct reader r = rd_init(bytes_of(buf, n));

			assert_false(userauth_pubkey_parse(&r, hostbound, &m,
			    &err));
			assert_int_equal(err.code, ERR_SHORT);
		}
		struct reader r = rd_init(bytes_of(buf, len + 1));

		assert_false(userauth_pubkey_parse(&r, hostbound, &m, &err));
		assert_int_equal(err.code, ERR_TRAILING);
	}
}

static void
userauth_pubkey__a_length_above_its_limit_is_rejected_by_name(void **state)
{
	/* only the length is there: it must be judged before the bytes */
	static const struct {
		size_t skip;		/* empty strings before it */
		uint32_t max;
		const char *what;
	} cases[] = {
		{ 0, ALG_NAME_MAX, "key algorithm" },
		{ 1, KEY_BLOB_MAX, "public key" },
		{ 2, KEY_BLOB_MAX, "host key" },
		{ 3, SIGNATURE_MAX, "signature" },
	};
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct writer w = wr_init(buf, sizeof(buf));
		struct userauth_pubkey m;
		struct reader r;
		struct err err;

		wr_bool(&w, true);
		for (size_t j = 0; j < cases[i].skip; j++)
			wr_cstring(&w, "");
		wr_u32(&w, cases[i].max + 1);
		r = rd_init(wr_view(&w));
		assert_false(userauth_pubkey_parse(&r, true, &m, &err));
		assert_int_equal(err.code, ERR_RANGE);
		assert_string_equal(err.what, cases[i].what);
	}
}

static void
userauth__answers_are_the_bytes_of_the_rfc(void **state)
{
	uint8_t buf[128];
	struct writer w = wr_init(buf, sizeof(buf));

	(void)state;
	userauth_failure_build(BYTES_LIT("publickey,password"), true, &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT("\0\0\0\22publickey,password\1")));
	w = wr_init(buf, sizeof(buf));
	userauth_banner_build(BYTES_LIT("hi\n"), &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT("\0\0\0\3hi\n\0\0\0\0")));
	w = wr_init(buf, sizeof(buf));
	userauth_pk_ok_build(BYTES_LIT("a"), BYTES_LIT("bc"), &w);
	assert_true(bytes_equal(wr_view(&w),
	    BYTES_LIT("\0\0\0\1a\0\0\0\2bc")));
}

static size_t
password_bytes(uint8_t *buf, size_t cap, bool is_change)
{
	struct writer w = wr_init(buf, cap);

	wr_bool(&w, is_change);
	wr_cstring(&w, "secret");
	if (is_change)
		wr_cstring(&w, "better");
	return w.len;
}

static void
userauth_password__both_forms_come_out_whole(void **state)
{
	uint8_t buf[64];
	struct err err;

	(void)state;
	for (int change = 0; change < 2; change++) {
		size_t len = password_bytes(buf, sizeof(buf), change != 0);
		struct reader r = rd_init(bytes_of(buf, len));
		struct userauth_password m;

		assert_true(userauth_password_parse(&r, &m, &err));
		assert_int_equal(m.is_change, change);
		assert_true(bytes_is(m.password, "secret"));
		assert_true(bytes_is(m.new_password, change ? "better" : ""));
	}
}

static void
userauth_password__truncations_and_a_trailing_byte_are_rejected(void **state)
{
	uint8_t buf[64];
	struct userauth_password m;
	struct err err;

	(void)state;
	for (int change = 0; change < 2; change++) {
		size_t len = password_bytes(buf, sizeof(buf), change != 0);

		for (size_t n = 0; n < len; n++) {
			struct reader r = rd_init(bytes_of(buf, n));

			assert_false(userauth_password_parse(&r, &m, &err));
			assert_int_equal(err.code, ERR_SHORT);
		}
		buf[len++] = 0;
		struct reader r = rd_init(bytes_of(buf, len));

		assert_false(userauth_password_parse(&r, &m, &err));
		assert_int_equal(err.code, ERR_TRAILING);
	}
}

static void
userauth_kbdint__devices_come_out_and_the_language_does_not(void **state)
{
	static const uint8_t whole[] = "\0\0\0\2en\0\0\0\3pam";
	struct bytes devices;
	struct err err;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		struct reader r = rd_init(bytes_of(whole, n));

		assert_false(userauth_kbdint_parse(&r, &devices, &err));
	}
	struct reader r = rd_init(bytes_of(whole, sizeof(whole) - 1));

	assert_true(userauth_kbdint_parse(&r, &devices, &err));
	assert_true(bytes_is(devices, "pam"));
	r = rd_init(bytes_of(whole, sizeof(whole)));
	assert_false(userauth_kbdint_parse(&r, &devices, &err));
	assert_int_equal(err.code, ERR_TRAILING);
}

static void
userauth_info_response__answers_are_counted(void **state)
{
	uint8_t buf[1024];
	struct userauth_info_response m;
	struct reader r;
	struct err err;

	(void)state;
	for (uint32_t count = 0; count <= KBDINT_ANSWERS_MAX + 1; count++) {
		struct writer w = wr_init(buf, sizeof(buf));

		wr_u32(&w, count);
		for (uint32_t i = 0; i < count; i++)
			wr_cstring(&w, "a");
		r = rd_init(wr_view(&w));
		assert_int_equal(userauth_info_response_parse(&r, &m, &err),
		    count <= KBDINT_ANSWERS_MAX);
		if (count > KBDINT_ANSWERS_MAX)
			break;
		assert_int_equal(m.count, count);
		assert_int_equal(m.answers.len, 5 * count);
		r = rd_init(bytes_of(buf, w.len + 1));
		assert_false(userauth_info_response_parse(&r, &m, &err));
		r = rd_init(bytes_of(buf, w.len - 1));
		assert_false(userauth_info_response_parse(&r, &m, &err));
	}
	assert_int_equal(err.code, ERR_RANGE);
}

static void
userauth_info_request__more_prompts_than_bits_are_refused(void **state)
{
	uint8_t prompts[33 * 4] = { 0 }, out[512];
	struct err err;
	uint32_t count;

	(void)state;
	for (size_t n = 0; n <= 33; n++) {
		struct userauth_info_request m = {
			.prompts = bytes_of(prompts, n * 4), .echo = 1,
		};
		struct writer w = wr_init(out, sizeof(out));

		assert_int_equal(userauth_info_request_build(&m, &w, &count,
		    &err), n <= 32);
		if (n <= 32) {
			assert_int_equal(count, n);
			assert_int_equal(w.len, 16 + 5 * n);
		}
	}
}

static size_t
hostbased_bytes(uint8_t *buf, size_t cap, size_t host_len)
{
	static const uint8_t host[HOST_NAME_MAX_LEN + 2];
	struct writer w = wr_init(buf, cap);

	wr_cstring(&w, "ssh-ed25519");
	wr_cstring(&w, "the key");
	wr_string(&w, bytes_of(host, host_len));
	wr_cstring(&w, "alice");
	wr_cstring(&w, "the signature");
	assert_false(w.full);
	return w.len;
}

static void
userauth_hostbased__comes_out_whole_or_not_at_all(void **state)
{
	uint8_t buf[1024];
	size_t len = hostbased_bytes(buf, sizeof(buf), 3);
	struct userauth_hostbased m;
	struct reader r;
	struct err err;

	(void)state;
	for (size_t n = 0; n < len; n++) {
		r = rd_init(bytes_of(buf, n));
		assert_false(userauth_hostbased_parse(&r, &m, &err));
	}
	r = rd_init(bytes_of(buf, len));
	assert_true(userauth_hostbased_parse(&r, &m, &err));
	assert_true(bytes_is(m.client_user, "alice"));
	assert_true(bytes_is(m.signature, "the signature"));
	assert_int_equal(m.client_host.len, 3);
	buf[len] = 0;
	r = rd_init(bytes_of(buf, len + 1));
	assert_false(userauth_hostbased_parse(&r, &m, &err));
	assert_int_equal(err.code, ERR_TRAILING);
}

static void
userauth_hostbased__a_host_name_has_a_limit(void **state)
{
	uint8_t buf[1024];
	struct userauth_hostbased m;
	struct reader r;
	struct err err;

	(void)state;
	r = rd_init(bytes_of(buf, hostbased_bytes(buf, sizeof(buf),
	    HOST_NAME_MAX_LEN + 1)));
	assert_true(userauth_hostbased_parse(&r, &m, &err));
	r = rd_init(bytes_of(buf, hostbased_bytes(buf, sizeof(buf),
	    HOST_NAME_MAX_LEN + 2)));
	assert_false(userauth_hostbased_parse(&r, &m, &err));
	assert_int_equal(err.code, ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(userauth_request__names_come_out_and_method_fields_stay),
		TEST(userauth_request__every_truncation_is_rejected),
		TEST(userauth_request__a_name_above_its_limit_is_rejected_by_name),
		TEST(userauth_pubkey__all_four_forms_come_out_whole),
		TEST(userauth_pubkey__truncations_and_extra_bytes_are_rejected),
		TEST(userauth_pubkey__a_length_above_its_limit_is_rejected_by_name),
		TEST(userauth__answers_are_the_bytes_of_the_rfc),
		TEST(userauth_password__both_forms_come_out_whole),
		TEST(userauth_password__truncations_and_a_trailing_byte_are_rejected),
		TEST(userauth_kbdint__devices_come_out_and_the_language_does_not),
		TEST(userauth_info_response__answers_are_counted),
		TEST(userauth_info_request__more_prompts_than_bits_are_refused),
		TEST(userauth_hostbased__comes_out_whole_or_not_at_all),
		TEST(userauth_hostbased__a_host_name_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
