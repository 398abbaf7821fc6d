/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/log.h"
#include "sshd/net/auth_methods.h"
#include "unit/net/lower.h"

#define CONNECTION	"\0\0\0\16" "ssh-connection"
#define METHODS		BYTES_LIT("publickey")
#define BANNER		"\0\0\0\10" "welcome\n" N0

/* The monitor will say this to the next question. */
static void
monitor_says(struct lower *l, enum auth_result result)
{
	l->answer = (struct ipc_message){ .id = IPC_AUTH_REPLY };
	l->answer.u.AUTH_REPLY = (struct ipc_AUTH_REPLY){
		.result = (uint8_t)result, .methods = METHODS,
		.log_level = LOG_LEVEL_QUIET, .max_sessions = 10,
	};
	l->expected = IPC_AUTH_REPLY;
}

static bool
request(struct lower *l, const char *user, const char *method,
    struct bytes fields)
{
	uint8_t buf[4096];
	struct writer w = wr_init(buf, sizeof(buf));

	wr_cstring(&w, user);
	wr_cstring(&w, "ssh-connection");
	wr_cstring(&w, method);
	wr_bytes(&w, fields.p, fields.len);
	return lower_recv(l, SSH_MSG_USERAUTH_REQUEST, wr_view(&w));
}

static bool
none(struct lower *l)
{
	return request(l, "fred", "none", (struct bytes){ 0 });
}

/* The first request, answered with a failure. */
static struct lower *
new_named(void)
{
	struct lower *l = lower_new();

	monitor_says(l, AUTH_FAILURE);
	assert_true(none(l));
	lower_forget_sent(l);
	l->questions = 0;
	return l;
}

static void
auth__the_first_answer_comes_behind_banner_and_ext_info(void **state)
{
	struct lower *l = lower_new();

	(void)state;
	monitor_says(l, AUTH_FAILURE);
	assert_true(none(l));
	assert_int_equal(l->questions, 2);	/* USER, AUTH_NONE */
	assert_int_equal(l->ext_infos, 1);
	SENT(l, SSH_MSG_USERAUTH_BANNER, BANNER);
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	assert_true(none(l));
	assert_int_equal(l->questions, 3);
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	SENT_NOTHING(l);
	lower_free(l);
}

static void
auth__user_and_service_may_not_change(void **state)
{
	static const struct {
		struct bytes fields;
		const char *text;
	} cases[] = {
		{ BYTES_LIT(N4 "root" CONNECTION N4 "none"),
		    "Change of username or service not allowed: "
		    "(fred,ssh-connection) -> (root,ssh-connection)" },
		{ BYTES_LIT(N4 "fred" N3 "ssh" N4 "none"),
		    "Change of username or service not allowed: "
		    "(fred,ssh-connection) -> (fred,ssh)" },
		{ BYTES_LIT(N5 "fred\0" CONNECTION N4 "none"),
		    "Change of username or service not allowed: "
		    "(fred,ssh-connection) -> (fred\\000,ssh-connection)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct lower *l = new_named();

		assert_true(lower_recv(l, SSH_MSG_USERAUTH_REQUEST,
		    cases[i].fields));
		assert_true(l->disconnected);
		assert_int_equal(l->reason, SSH_DISCONNECT_PROTOCOL_ERROR);
		assert_string_equal(l->text, cases[i].text);
		assert_int_equal(l->questions, 0);
		lower_free(l);
	}
}

static void
auth__the_style_is_not_shown_as_part_of_the_user(void **state)
{
	struct lower *l = lower_new();

	(void)state;
	monitor_says(l, AUTH_FAILURE);
	assert_true(request(l, "fr\ned:skey", "none", (struct bytes){ 0 }));
	assert_string_equal(l->conn.user, "fr\\ned");
	lower_free(l);
}

static void
auth__methods_that_are_not_ours_are_one_more_failure(void **state)
{
	static const char *const names[] = { "PASSWORD", "gssapi", "", };
	struct lower *l = new_named();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		monitor_says(l, AUTH_FAILURE);
		assert_true(request(l, "fred", names[i], BYTES_LIT("\1x")));
		assert_int_equal(l->question, IPC_AUTH_UNKNOWN);
		SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	}
	/* a NUL does not end a name */
	assert_true(lower_recv(l, SSH_MSG_USERAUTH_REQUEST, BYTES_LIT(
	    N4 "fred" CONNECTION N5 "none\0")));
	assert_int_equal(l->question, IPC_AUTH_UNKNOWN);
	lower_free(l);
}

static void
assert_asked_password(const struct lower *l, size_t len)
{
	union ipc_any asked;
	enum ipc_id id;
	struct err err;

	assert_true(ipc_decode(bytes_of(l->question_bytes, l->question_len),
	    &id, &asked, &err));
	assert_int_equal(id, IPC_AUTH_PASSWORD);
	assert_int_equal(asked.AUTH_PASSWORD.password.len, len);
}

static void
auth__a_password_is_asked_about_and_too_long_ones_are_cut(void **state)
{
	static const struct { size_t sent, asked; } cases[] = {
		{ 0, 0 }, { 6, 6 }, { PASSWORD_MAX, PASSWORD_MAX },
		{ PASSWORD_MAX + 1, PASSWORD_MAX + 1 },
		{ PASSWORD_MAX + 2, PASSWORD_MAX + 1 },
		{ 3 * PASSWORD_MAX, PASSWORD_MAX + 1 },
	};
	struct lower *l = new_named();
	uint8_t fields[4000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct writer w = wr_init(fields, sizeof(fields));

		wr_bool(&w, false);
		wr_u32(&w, (uint32_t)cases[i].sent);
		memset(fields + w.len, 'p', cases[i].sent);
		w.len += cases[i].sent;
		monitor_says(l, AUTH_FAILURE);
		assert_true(request(l, "fred", "password", wr_view(&w)));
		assert_asked_password(l, cases[i].asked);
		SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	}
	lower_free(l);
}

static void
auth__a_change_of_password_is_a_failure_and_no_attempt(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_FAILURE);
	assert_true(request(l, "fred", "password",
	    BYTES_LIT("\1" N3 "old" N3 "new")));
	assert_int_equal(l->question, IPC_AUTH_UNKNOWN);
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	lower_free(l);
}

static void
monitor_asks(struct lower *l, struct bytes prompts, uint32_t echo)
{
	l->answer = (struct ipc_message){ .id = IPC_KBDINT_QUESTION };
	l->answer.u.KBDINT_QUESTION = (struct ipc_KBDINT_QUESTION){
		.instruction = BYTES_LIT("Hm"), .prompts = prompts,
		.echo = echo,
	};
	l->expected = IPC_KBDINT_QUESTION;
}

static bool
begin_dialogue(struct lower *l)
{
	return request(l, "fred", "keyboard-interactive",
	    BYTES_LIT(N0 N3 "pam"));
}

/* From memory that can be wiped. */
static bool
respond(struct lower *l, struct bytes fields)
{
	uint8_t copy[64];

	memcpy(copy, fields.p, fields.len);
	return lower_recv(l, SSH_MSG_USERAUTH_61, bytes_of(copy, fields.len));
}

static void
auth__questions_and_answers_are_passed_on(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_asks(l, BYTES_LIT(N3 "One" N3 "Two"), 2);
	assert_true(begin_dialogue(l));
	assert_int_equal(l->question, IPC_AUTH_KBDINT);
	SENT(l, SSH_MSG_USERAUTH_60, N0 "\0\0\0\2" "Hm" N0 "\0\0\0\2"
	    N3 "One" "\0" N3 "Two" "\1");
	monitor_asks(l, BYTES_LIT(""), 0);
	assert_true(respond(l, BYTES_LIT("\0\0\0\2" N3 "one" N0)));
	assert_int_equal(l->question, IPC_AUTH_KBDINT_ANSWER);
	SENT(l, SSH_MSG_USERAUTH_60, N0 "\0\0\0\2" "Hm" N0 N0);
	monitor_says(l, AUTH_FAILURE);
	assert_true(respond(l, BYTES_LIT(N0)));
	assert_int_equal(l->question, IPC_AUTH_KBDINT_ANSWER);
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	lower_free(l);
}

static void
auth__an_answer_without_a_question_is_the_end(void **state)
{
	struct lower *l = new_named();

	(void)state;
	assert_false(respond(l, BYTES_LIT(N0)));
	assert_int_equal(l->err.code, ERR_UNEXPECTED);
	monitor_asks(l, BYTES_LIT(N3 "One"), 0);
	assert_true(begin_dialogue(l));
	monitor_says(l, AUTH_FAILURE);
	assert_true(none(l));		/* another method ends it */
	assert_false(respond(l, BYTES_LIT("\0\0\0\1" N0)));
	lower_free(l);
}

static void
auth__a_wrong_number_of_answers_is_a_failure_and_too_many_the_end(void **state)
{
	static const struct bytes wrong[] = {
		BYTES_LIT(N0), BYTES_LIT("\0\0\0\2" N0 N0),
	}, malformed[] = {
		BYTES_LIT("\0\0\0\145"), BYTES_LIT("\200\0\0\0" N0),
		BYTES_LIT("\0\0\0\1"), BYTES_LIT("\0\0\0\1" N0 "x"),
		BYTES_LIT("\0\0\0\1" "\377\377\377\377"),
	};
	struct lower *l = new_named();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		monitor_asks(l, BYTES_LIT(N3 "One"), 0);
		assert_true(begin_dialogue(l));
		monitor_says(l, AUTH_FAILURE);
		assert_true(respond(l, wrong[i]));
		assert_int_equal(l->question, IPC_AUTH_UNKNOWN);
	}
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		monitor_asks(l, BYTES_LIT(N3 "One"), 0);
		assert_true(begin_dialogue(l));
		assert_int_equal(l->question, IPC_AUTH_KBDINT);
		assert_false(respond(l, malformed[i]));
	}
	lower_free(l);
}

static void
auth__a_query_is_answered_with_the_key_it_asked_about(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_KEY_OK);
	assert_true(request(l, "fred", "publickey",
	    BYTES_LIT("\0" N3 "alg" N3 "key")));
	assert_int_equal(l->question, IPC_AUTH_PUBKEY_QUERY);
	SENT(l, SSH_MSG_USERAUTH_60, N3 "alg" N3 "key");
	monitor_says(l, AUTH_FAILURE);
	assert_true(request(l, "fred", "publickey",
	    BYTES_LIT("\0" N3 "alg" N3 "bad")));
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\0");
	lower_free(l);
}

static void
auth__key_ok_is_no_answer_to_a_signature(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_KEY_OK);
	assert_false(request(l, "fred", "publickey",
	    BYTES_LIT("\1" N3 "alg" N3 "key" N3 "sig")));
	assert_int_equal(l->conn.state, CONN_AUTH);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
auth__a_hostbound_request_must_name_our_host_key(void **state)
{
	struct lower *l = new_named();
	const char *method = "publickey-hostbound-v00@openssh.com";

	(void)state;
	l->conn.transport.kex.first_host_key = BYTES_LIT("K_S");
	monitor_says(l, AUTH_FAILURE);
	assert_true(request(l, "fred", method,
	    BYTES_LIT("\1" N3 "alg" N3 "key" N3 "K_S" N3 "sig")));
	assert_int_equal(l->question, IPC_AUTH_PUBKEY);
	/* the last byte of the question says so */
	assert_int_equal(l->question_bytes[l->question_len - 1], 1);
	l->questions = 0;
	assert_false(request(l, "fred", method,
	    BYTES_LIT("\1" N3 "alg" N3 "key" N3 "K_X" N3 "sig")));
	assert_false(request(l, "fred", method,
	    BYTES_LIT("\0" N3 "alg" N3 "key" N0)));
	assert_int_equal(l->questions, 0);
	lower_free(l);
}

static void
auth__a_key_too_long_for_us_is_a_failure_and_a_torn_one_the_end(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_FAILURE);
	assert_true(request(l, "fred", "publickey",
	    BYTES_LIT("\0" N3 "alg" "\0\1\0\1")));
	assert_int_equal(l->question, IPC_AUTH_UNKNOWN);
	l->questions = 0;
	assert_false(request(l, "fred", "publickey",
	    BYTES_LIT("\0" N3 "alg" N4 "key")));
	assert_int_equal(l->questions, 0);
	lower_free(l);
}

static void
auth__partial_success_is_told(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_PARTIAL);
	assert_true(request(l, "fred", "publickey",
	    BYTES_LIT("\1" N3 "alg" N3 "key" N3 "sig")));
	SENT(l, SSH_MSG_USERAUTH_FAILURE, "\0\0\0\11" "publickey\1");
	lower_free(l);
}

static void
auth__too_many_failures_and_refused_accounts_disconnect(void **state)
{
	static const struct {
		enum auth_result result;
		const char *text;
	} cases[] = {
		{ AUTH_TOO_MANY, "Too many authentication failures" },
		{ AUTH_REFUSED, "Access denied" },
		{ AUTH_DENIED, "Access denied" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct lower *l = new_named();

		monitor_says(l, cases[i].result);
		assert_true(none(l));
		assert_true(l->disconnected);
		assert_int_equal(l->reason, SSH_DISCONNECT_PROTOCOL_ERROR);
		assert_string_equal(l->text, cases[i].text);
		lower_free(l);
	}
}

static void
auth__success_opens_the_connection_and_tells_the_host_keys(void **state)
{
	struct lower *l = new_named();
	struct err err;
	int fds[2];

	(void)state;
	assert_true(ipc_pair(fds, &err));
	ipc_init(&l->session, fds[1], NET_TO_SESSION);
	l->conn.setup.prove_keys = BYTES_LIT(N3 "key");
	monitor_says(l, AUTH_SUCCESS);
	l->answer.u.AUTH_REPLY.message = BYTES_LIT("hello\n");
	l->answer.fds[0] = fds[0];
	l->answer.fd_count = 1;
	assert_true(request(l, "fred", "publickey",
	    BYTES_LIT("\1" N3 "alg" N3 "key" N3 "sig")));
	SENT(l, SSH_MSG_USERAUTH_BANNER, N6 "hello\n" N0);
	SENT(l, SSH_MSG_USERAUTH_SUCCESS, "");
	SENT(l, SSH_MSG_GLOBAL_REQUEST, "\0\0\0\27"
	    "hostkeys-00@openssh.com\0" N3 "key");
	assert_int_equal(l->logins, 1);
	assert_int_equal(l->conn.channels.max_sessions, 10);
	assert_null(l->conn.auth.names);
	lower_free(l);
}

static void
auth__success_without_a_session_is_none(void **state)
{
	struct lower *l = new_named();

	(void)state;
	monitor_says(l, AUTH_SUCCESS);
	l->answer.fds[0] = -1;
	assert_false(none(l));
	assert_int_equal(l->logins, 0);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
auth__requests_are_counted(void **state)
{
	struct lower *l = lower_new();

	(void)state;
	monitor_says(l, AUTH_FAILURE);
	for (int i = 0; i < AUTH_REQUESTS_MAX; i++)
		assert_true(none(l));
	assert_false(l->disconnected);
	assert_true(none(l));
	assert_true(l->disconnected);
	lower_free(l);
}

static void
auth_methods__every_row_is_found_by_its_name_only(void **state)
{
	const struct auth_method *row;
	char longer[64];

	(void)state;
	for (size_t i = 0; (row = auth_method_row(i)) != NULL; i++) {
		assert_non_null(row->attempt);
		assert_ptr_equal(auth_method_find(bytes_str(row->name)), row);
		memcpy(longer, row->name, strlen(row->name) + 1);
		assert_null(auth_method_find(bytes_of(longer,
		    strlen(row->name) + 1)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(auth__the_first_answer_comes_behind_banner_and_ext_info),
		TEST(auth__user_and_service_may_not_change),
		TEST(auth__the_style_is_not_shown_as_part_of_the_user),
		TEST(auth__methods_that_are_not_ours_are_one_more_failure),
		TEST(auth__a_password_is_asked_about_and_too_long_ones_are_cut),
		TEST(auth__a_change_of_password_is_a_failure_and_no_attempt),
		TEST(auth__questions_and_answers_are_passed_on),
		TEST(auth__an_answer_without_a_question_is_the_end),
		TEST(auth__a_wrong_number_of_answers_is_a_failure_and_too_many_the_end),
		TEST(auth__a_query_is_answered_with_the_key_it_asked_about),
		TEST(auth__key_ok_is_no_answer_to_a_signature),
		TEST(auth__a_hostbound_request_must_name_our_host_key),
		TEST(auth__a_key_too_long_for_us_is_a_failure_and_a_torn_one_the_end),
		TEST(auth__partial_success_is_told),
		TEST(auth__too_many_failures_and_refused_accounts_disconnect),
		TEST(auth__success_opens_the_connection_and_tells_the_host_keys),
		TEST(auth__success_without_a_session_is_none),
		TEST(auth__requests_are_counted),
		TEST(auth_methods__every_row_is_found_by_its_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
