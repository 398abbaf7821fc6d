/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>

#include "unit/net/test_client.h"

static struct test_client *
in_kex(void)
{
	struct test_client *c = test_client_new(NULL);

	test_client_hello(c);
	test_client_settle(c);
	return c;
}

static struct test_client *
in_service(void)
{
	struct test_client *c = test_client_new(NULL);

	test_client_hello(c);
	test_client_kex(c);
	test_client_send_u8(c, SSH_MSG_IGNORE);	/* EXT_INFO comes too late */
	test_client_settle(c);
	return c;
}

static struct test_client *
in_auth(void)
{
	static const uint8_t service[] = "\5\0\0\0\14ssh-userauth";
	struct test_client *c = in_service();

	test_client_send(c, service, sizeof(service) - 1);
	assert_true(test_client_recv(c));
	return c;
}

static struct test_client *
in_open(void)
{
	struct test_client *c = in_service();

	test_client_login(c);
	return c;
}

static struct test_client *
in_rekey(void)
{
	struct test_client *c = in_open();

	test_client_send_kexinit(c);
	assert_true(test_client_recv(c));
	return c;
}

enum outcome {
	ENDED,			/* DISCONNECT, reason 2 */
	ANSWERED,		/* UNIMPLEMENTED with the sequence number */
	TAKEN,			/* neither */
};

/*
 * What the RFCs say, by ranges: R4253 section 11.4 and 7.1, R4252 5.1 and
 * 6, R4254 4. Numbers that only a server sends, those of nobody, and those
 * of the dialogue before login that come late are not implemented.
 */
struct rule {
	const char *state;
	struct test_client *(*enter)(void);
	/* payload of one byte; a malformed one ends the connection too */
	const char *taken;	/* "2 3-4": numbers that do not end it */
	const char *ended;
	bool logged_in;
};

static const struct rule rules[] = {
	{ "kex", in_kex, "2", "1 3-5 7 20-21 30 32 34 50-255", false },
	{ "service", in_service, "2",
	    "1 3-5 20-21 30 32 34 50 61 80-82 90-100 192", false },
	{ "auth", in_auth, "2 50 61",
	    "1 3-5 20-21 30 32 34 80-82 90-100 192", false },
	{ "open", in_open, "2 50 80-82 90-92 95-100",
	    "1 3-4 20-21 30 32 34 93-94 192", true },
	{ "rekey", in_rekey, "2", "1 3-5 7 20-21 30 32 34 50-255", true },
};

static bool
listed(const char *ranges, unsigned number)
{
	const char *p = ranges;

	while (*p != '\0') {
		char *end;
		unsigned from = (unsigned)strtoul(p, &end, 10), to = from;

		if (*end == '-')
			to = (unsigned)strtoul(end + 1, &end, 10);
		if (number >= from && number <= to)
			return true;
		p = *end == ' ' ? end + 1 : end;
	}
	return false;
}

/* What the server does about a message of one byte. */
static enum outcome
try_message(struct test_client *c, uint8_t number)
{
	uint32_t seqnr = c->out_seqnr;

	test_client_send_u8(c, number);
	while (test_client_recv(c)) {
		struct reader r = rd_init(bytes_of(c->payload + 1,
		    c->payload_len - 1));

		if (c->payload[0] == SSH_MSG_UNIMPLEMENTED) {
			assert_int_equal(rd_u32(&r, "seqnr"), seqnr);
			return ANSWERED;
		}
		if (c->payload[0] == SSH_MSG_DISCONNECT)
			assert_int_equal(rd_u32(&r, "reason"), 2);
	}
	return c->eof ? ENDED : TAKEN;
}

static void
messages__every_number_in_every_state_is_taken_answered_or_the_end(
    void **state)
{
	bool failed = false;

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(rules); s++) {
		const struct rule *rule = &rules[s];

		for (unsigned number = 0; number < 256; number++) {
			struct test_client *c;
			enum outcome want = listed(rule->taken, number) ?
			    TAKEN : listed(rule->ended, number) ? ENDED :
			    ANSWERED, got;

			upper = (struct upper){ 0 };
			c = rule->enter();
			got = try_message(c, (uint8_t)number);
			if (got != want)
				fprintf(stderr, "state %s, message %u: got %d, "
				    "want %d\n", rule->state, number, got,
				    want);
			failed |= got != want;
			/* nothing of the connection layer before login */
			for (size_t n = 80; n < 256 && !rule->logged_in; n++)
				assert_int_equal(upper.handled[n], 0);
			test_client_free(c);
		}
	}
	assert_false(failed);
}

static void
messages__an_empty_packet_is_the_end(void **state)
{
	struct test_client *c = in_open();

	(void)state;
	test_client_send(c, "", 0);
	test_client_settle(c);
	assert_true(c->eof);
	test_client_close(c);
	assert_non_null(strstr(c->monitor.log, "3 ssh_dispatch_run_fatal: "
	    "Connection from 192.0.2.7 port 4711: incomplete message\n"));
	test_client_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages__every_number_in_every_state_is_taken_answered_or_the_end),
		TEST(messages__an_empty_packet_is_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
