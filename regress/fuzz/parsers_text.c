/* SPDX-License-Identifier: ISC */
/* Small grammars: addresses, times, patterns, modes, lists of grants. */
#include "fuzz/parsers.h"

#include <sys/mman.h>

#include "lib/base/cidr.h"
#include "lib/base/duration.h"
#include "lib/base/host_port.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/path_rights.h"
#include "lib/crypto/kex.h"
#include "lib/crypto/protect.h"
#include "keys/algorithms.h"
#include "monitor/access.h"
#include "monitor/dialogue.h"
#include "monitor/key_check.h"
#include "monitor/lines.h"
#include "monitor/moduli.h"
#include "monitor/req_log.h"
#include "monitor/rhosts.h"
#include "monitor/tokens.h"
#include "sshd/net/compress.h"
#include "sshd/net/kex_choose.h"
#include "sshd/session/env.h"
#include "sshd/session/forward.h"
#include "sshd/session/tty_modes.h"

static void
run_address(struct bytes in)
{
	struct ip_addr ip;
	struct cidr cidr;

	if (ip_parse(in, &ip))
		FUZZ_CHECK(ip.family != 0);
	if (cidr_parse(in, &cidr) != CIDR_OK)
		return;
	FUZZ_CHECK(cidr.bits <= 128);
	FUZZ_CHECK(cidr_contains(&cidr, &cidr.net));
}

static void
run_address_list(struct bytes in)
{
	struct ip_text v4 = ip_text_of("192.0.2.7");
	struct ip_text v6 = ip_text_of("2001:db8::7");
	struct bytes bad;

	(void)addr_list_match(in, &v4);
	(void)addr_list_match(in, &v6);
	if (addr_list_find_bad(in, &bad))
		FUZZ_CHECK(bad.len <= in.len);
}

static void
run_from(struct bytes in)
{
	char *list = parsers_cstring(in);

	(void)key_from_matches(list, "client.example.org", "192.0.2.7");
	(void)key_from_matches(list, "2001:db8::7", "2001:db8::7");
	free(list);
}

static void
run_access(struct bytes in)
{
	char *word = parsers_cstring(in);

	(void)access_user_matches(word, "fuzz", "a.example.org", "192.0.2.7");
	(void)access_user_matches(word, "", "2001:db8::7", "2001:db8::7");
	free(word);
}

static void
run_lines(struct bytes in)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct lines lines;
	struct bytes line;
	size_t number = 0;
	struct err err;

	FUZZ_CHECK(fd != -1 && write(fd, in.p, in.len) == (ssize_t)in.len &&
	    lseek(fd, 0, SEEK_SET) == 0);
	FUZZ_CHECK(lines_init(&lines, fd, "fuzz", &err));
	while (lines_next(&lines, &line)) {
		FUZZ_CHECK(line.len <= LINE_BYTES_MAX);
		FUZZ_CHECK(line.len == 0 ||
		    memchr(line.p, '\n', line.len) == NULL);
		FUZZ_CHECK(lines.number > number && lines.number <= in.len);
		number = lines.number;
	}
	lines_clear(&lines);
}

static void
run_duration(struct bytes in)
{
	double seconds;
	uint32_t whole;

	if (duration_parse(in, &seconds))
		FUZZ_CHECK(seconds >= 0 && seconds <= DURATION_MAX_S);
	if (duration_parse_s(in, &whole))
		FUZZ_CHECK(whole <= DURATION_MAX_S);
}

static void
run_host_port(struct bytes in)
{
	struct bytes host;
	uint16_t port;

	if (port_parse(in, &port))
		FUZZ_CHECK(port != 0);
	if (host_port_split(in, &host, &port))
		FUZZ_CHECK(host.len < in.len);
	if (listen_port_split(in, &host, &port))
		FUZZ_CHECK(host.len <= in.len);
}

/* Text, NUL, list of patterns. */
static void
run_patterns(struct bytes in)
{
	struct bytes text = in, list = { 0 }, cursor, name;
	const uint8_t *end = in.len == 0 ? NULL : memchr(in.p, 0, in.len);
	char *pattern;
	size_t names = 0;

	if (end != NULL) {
		text.len = (size_t)(end - in.p);
		list = bytes_of(end + 1, in.len - text.len - 1);
	}
	/* matching is exponential for no pattern; the time limit sees it */
	(void)pattern_list_match(list, text);
	pattern = parsers_cstring(list);
	(void)pattern_match(pattern, text);
	free(pattern);
	(void)name_list_has(list, text);
	cursor = list;
	while (name_list_next(&cursor, &name)) {
		FUZZ_CHECK(name.len <= list.len);
		FUZZ_CHECK(names++ <= list.len);
	}
}

/* Path, NUL, rule. */
static void
run_path_rights(struct bytes in)
{
	const uint8_t *end = in.len == 0 ? NULL : memchr(in.p, 0, in.len);
	size_t len = end == NULL ? in.len : (size_t)(end - in.p);
	struct bytes word = end == NULL ? in :
	    bytes_of(end + 1, in.len - len - 1);
	char *path = parsers_cstring(bytes_of(in.p, len));
	struct path_rule rule;
	const char *reason;
	uint32_t below;

	if (path_rule_parse(word, &rule, &reason)) {
		FUZZ_CHECK(rule.pattern.len < word.len &&
		    (rule.rights & ~(uint32_t)RIGHT_ALL) == 0);
		FUZZ_CHECK((path_rights_of(&rule, 1, path) &
		    ~rule.rights) == 0);
		/* what is the same everywhere is the rule's, or nothing */
		if (path_rights_below(&rule, 1, path, &below))
			FUZZ_CHECK(below == rule.rights || below == 0);
	} else
		FUZZ_CHECK(reason != NULL);
	free(path);
}

static void
run_log_clean(struct bytes in)
{
	char out[64];
	size_t len = log_clean(out, sizeof(out), in);

	FUZZ_CHECK(len < sizeof(out) && strlen(out) == len);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(out[i] >= 0x20 && out[i] < 0x7f);
	FUZZ_CHECK(strlen(log_safe(in).s) < LOG_SAFE_MAX);
	log_info("%.*s", (int)MIN(in.len, LOG_LINE_MAX), (const char *)in.p);
}

static void
run_names(struct bytes in)
{
	const struct kex_alg *kex = kex_find(in);
	const struct cipher_alg *cipher = cipher_find(in);
	const struct mac_alg *mac = mac_find(in);
	const struct key_type_row *type = key_type_find(in);
	const struct sig_alg_row *sig = sig_alg_find(in);

	FUZZ_CHECK(kex == NULL || bytes_is(in, kex->name));
	FUZZ_CHECK(cipher == NULL || bytes_is(in, cipher->name));
	FUZZ_CHECK(mac == NULL || bytes_is(in, mac->name));
	FUZZ_CHECK(type == NULL || bytes_is(in, type->name));
	FUZZ_CHECK(sig == NULL || bytes_is(in, sig->name));
}

static void
run_moduli(struct bytes in)
{
	struct moduli_group group;

	if (!moduli_line_parse(in, &group))
		return;
	FUZZ_CHECK(group.p_len <= GEX_NUMBER_MAX && group.p_len != 0 &&
	    group.p[0] != 0);
	FUZZ_CHECK(group.g_len <= GEX_NUMBER_MAX && group.g_len != 0);
	FUZZ_CHECK(group.bits >= GEX_BITS_MIN && group.bits <= GEX_BITS_MAX);
}

/* First byte: room for the result. */
static void
run_tokens(struct bytes in)
{
	static const struct token tokens[] = {
		{ 'h', "/home/fuzz" }, { 'u', "fuzz" }, { 'U', "1000" },
		{ 'k', "" },
	};
	size_t room = (size_t)fuzz_u8(&in) + 1;
	char *text = parsers_cstring(in), *out = malloc(room);
	struct err err;

	FUZZ_CHECK(out != NULL);
	if (tokens_expand(text, tokens, ARRAY_LEN(tokens), out, room, &err))
		FUZZ_CHECK(strlen(out) < room);
	free(out);
	free(text);
}

static void
run_tty_modes(struct bytes in)
{
	struct termios tio = { 0 };

	tty_modes_apply(in, &tio);
}

/* A host of as many bytes as the first byte says, then the list. */
static void
run_forward_list(struct bytes in)
{
	struct bytes host = fuzz_take(&in, fuzz_u8(&in));

	(void)forward_list_allows(in, host, 80, false);
	(void)forward_list_allows(in, host, 80, true);
	/* both ways to allow everything */
	FUZZ_CHECK(in.len != 0 || forward_list_allows(in, host, 1, false));
}

static void
run_env(struct bytes in)
{
	struct env env = { 0 };

	env_set_pairs(&env, in);
	(void)env_set_pair(&env, in);
	FUZZ_CHECK(!env.failed);
	for (size_t i = 0; i < env.count; i++)
		FUZZ_CHECK(env.v[i][0] != '=' &&
		    strchr(env.v[i], '=') != NULL);
	env_clear(&env);
}

/* Packets of as many bytes as the byte before each says. */
static void
run_inflate(struct bytes in)
{
	struct inflater *inflater;
	struct bytes payload;
	struct err err;

	FUZZ_CHECK(inflater_new(&inflater, &err));
	while (in.len != 0) {
		struct fuzz_copy packed = fuzz_copy_init(fuzz_take(&in,
		    fuzz_u8(&in)));
		bool ok = inflater_run(inflater, packed.b, &payload, &err);

		fuzz_copy_clear(&packed);
		if (!ok)
			break;
		FUZZ_CHECK(payload.len <= PAYLOAD_MAX);
	}
	inflater_free(inflater);
}

/* The client's KEXINIT, its length first, and the server's. */
static void
run_kex_choose(struct bytes in)
{
	struct bytes theirs = fuzz_take(&in, fuzz_u16(&in)), offer;
	struct reader client_r = rd_init(theirs), server_r = rd_init(in);
	struct kexinit client, server;
	struct kex_choice choice;
	struct err err;

	if (!kexinit_parse(&client_r, &client, &err) ||
	    !kexinit_parse(&server_r, &server, &err))
		return;
	if (!kex_choose(&client, &server, &choice, &offer, &err))
		return;
	/* nothing is chosen that one side did not offer */
	FUZZ_CHECK(name_list_has(client.lists[KEXINIT_KEX],
	    bytes_str(choice.alg->name)));
	FUZZ_CHECK(name_list_has(server.lists[KEXINIT_KEX],
	    bytes_str(choice.alg->name)));
	FUZZ_CHECK(name_list_has(server.lists[KEXINIT_CIPHER_C2S],
	    bytes_str(choice.in.cipher->name)));
	FUZZ_CHECK(name_list_has(server.lists[KEXINIT_CIPHER_S2C],
	    bytes_str(choice.out.cipher->name)));
	FUZZ_CHECK((choice.in.mac == NULL) == choice.in.cipher->is_aead);
	FUZZ_CHECK((choice.out.mac == NULL) == choice.out.cipher->is_aead);
}

static void
run_rhosts_line(struct bytes in)
{
	const struct rhosts_query query = {
		.host = "client.example.org", .address = "192.0.2.7",
		.client_user = "alice", .server_user = "alice",
	};

	/* netgroups are asked of the system: not here */
	if (in.len != 0 && memchr(in.p, '@', in.len) != NULL)
		return;
	if (rhosts_line_judge(in, &query) != RHOSTS_NONE)
		FUZZ_CHECK(in.len >= strlen(query.address));
}

#define ANSWERS_MAX	8

/* How many were asked for and whether they are used, then the answers. */
static void
run_dialogue_answers(struct bytes in)
{
	struct secret answers[ANSWERS_MAX] = { { NULL, 0 } };
	uint8_t asked = fuzz_u8(&in);
	size_t count = asked % (ANSWERS_MAX + 1);
	bool use = (asked & 0x80) != 0;
	struct err err;

	if (dialogue_read_answers(in, count, use, answers, &err)) {
		for (size_t i = 0; i < count; i++) {
			size_t len = strlen((const char *)answers[i].p);

			/* modules get C strings */
			FUZZ_CHECK(answers[i].len == len + 1);
			FUZZ_CHECK(len <= in.len);
		}
	}
	for (size_t i = 0; i < count; i++)
		secret_clear(&answers[i]);
}

/* User, NUL, line. */
static void
run_log_mark(struct bytes in)
{
	const uint8_t *end = in.len == 0 ? NULL : memchr(in.p, 0, in.len);
	size_t len = end == NULL ? 0 : (size_t)(end - in.p);
	struct bytes line = end == NULL ? in :
	    bytes_of(end + 1, in.len - len - 1);
	char out[LOG_LINE_BYTES + 1];

	if (log_line_mark_invalid(line, bytes_of(in.p, len), out,
	    sizeof(out)))
		FUZZ_CHECK(strlen(out) <= line.len &&
		    strstr(out, " invalid user ") != NULL);
}

static const struct parser_row rows[] = {
	ROW(70, address),
	ROW(71, address_list),
	ROW(72, from),
	ROW(73, duration),
	ROW(74, host_port),
	ROW(75, patterns),
	ROW(76, log_clean),
	ROW(77, names),
	ROW(78, moduli),
	ROW(79, tokens),
	ROW(80, tty_modes),
	ROW(81, forward_list),
	ROW(82, env),
	ROW(83, inflate),
	ROW(84, kex_choose),
	ROW(85, access),
	ROW(86, lines),
	ROW(90, path_rights),
	ROW(113, rhosts_line),
	ROW(114, dialogue_answers),
	ROW(115, log_mark),
};

const struct parser_rows parsers_text = { rows, ARRAY_LEN(rows) };
