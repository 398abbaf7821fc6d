/* SPDX-License-Identifier: ISC */
#include "sshd/config/value.h"

#include <strings.h>

#include "lib/base/cidr.h"
#include "lib/base/duration.h"
#include "lib/base/host_port.h"
#include "lib/base/limits.h"
#include "sshd/config/lexer.h"
#include "sshd/config/listen.h"

#define PORTS_MAX	256	/* as OpenSSH */
#define SERVICE_LEN_MAX	64	/* as port_parse() accepts */

/* ---- ports and addresses ------------------------------------------------- */

static bool
parse_port(struct value_in *in)
{
	struct conf_ports *ports = &in->conf->port;
	uint32_t *v;
	uint16_t port;

	if (!port_parse(bytes_str(in->words[0]), &port))
		return value_bad(in, "badly formatted port number \"%.*s\", "
		    "expected 1 to 65535", SHOWN(in->words[0]));
	if (ports->count == PORTS_MAX)
		return value_bad(in, "too many ports, at most %d", PORTS_MAX);
	v = value_grow(in->arena, ports->v, ports->count, sizeof(*v));
	if (v == NULL)
		return value_bad(in, "out of memory");
	v[ports->count++] = port;
	ports->v = v;
	return true;
}

static void
print_ports(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	for (size_t i = 0; i < conf->port.count; i++)
		value_print_line(kw, out, "%u", conf->port.v[i]);
}

static size_t
count_ports(const struct keyword *kw, const struct conf *conf)
{
	(void)kw;
	return conf->port.count;
}

const struct value_type type_ports = {
	.parse = parse_port, .print = print_ports, .count = count_ports,
	.words_max = 1,
};

/* Only the grammar: addresses come resolved, from the snapshot. */
static bool
parse_listen(struct value_in *in)
{
	struct listen_spec spec;
	const char *reason;

	if (!listen_spec_parse(in->words, in->word_count, &spec, &reason))
		return value_bad(in, "%s, not \"%.*s\"", reason,
		    SHOWN(in->words[0]));
	return true;
}

static void
print_listen(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	for (size_t i = 0; i < conf->listen_address.count; i++) {
		value_print_keyword(kw, out);
		putc(' ', out);
		listen_print(&conf->listen_address.v[i], out);
		putc('\n', out);
	}
}

static size_t
count_listens(const struct keyword *kw, const struct conf *conf)
{
	(void)kw;
	return conf->listen_address.count;
}

const struct value_type type_listen = {
	.parse = parse_listen, .print = print_listen, .count = count_listens,
};

static bool
parse_addresses(struct value_in *in)
{
	const char **field = keyword_field(in->kw, in->conf);
	struct bytes bad;

	if (strcasecmp(in->words[0], "none") == 0) {
		*field = NULL;
		return true;
	}
	if (in->words[0][0] == '\0' ||
	    addr_list_find_bad(bytes_str(in->words[0]), &bad))
		return value_bad(in, "invalid address list \"%.*s\"",
		    SHOWN(in->words[0]));
	*field = arena_str(in->arena, bytes_str(in->words[0]));
	return *field != NULL || value_bad(in, "out of memory");
}

static void
print_addresses(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const char *text = *(const char *const *)keyword_value(kw, conf);

	value_print_line(kw, out, "%s", text == NULL ? "none" : text);
}

const struct value_type type_addresses = {
	.parse = parse_addresses, .print = print_addresses, .words_max = 1,
};

/* ---- PermitOpen, PermitListen -------------------------------------------- */

#define PERMIT_EXTRA	8	/* bytes of an entry beside its text, in a grant */

typedef bool take_permit_fn(struct value_in *in, const char *word);

/* What does not fit in the grant would keep everybody out. */
static bool
check_permits_fit(struct value_in *in)
{
	const struct conf_list *list = keyword_field(in->kw, in->conf);
	size_t len = 0;

	for (size_t i = 0; i < list->count; i++)
		len += strlen(list->v[i]) + PERMIT_EXTRA;
	return len <= PERMIT_LIST_MAX || value_bad(in, "%zu entries are too "
	    "many: with %d bytes more for each they are %zu bytes long, at "
	    "most %d; spread them over Match blocks", list->count,
	    PERMIT_EXTRA, len, PERMIT_LIST_MAX);
}

/* `any` and `none` stand alone; any is the empty list. */
static bool
parse_permits(struct value_in *in, take_permit_fn *take)
{
	for (size_t i = 0; i < in->word_count; i++) {
		bool none = strcmp(in->words[i], "none") == 0;

		if (!none && strcmp(in->words[i], "any") != 0)
			continue;
		if (in->word_count != 1)
			return value_bad(in, "\"%s\" must be the only "
			    "argument", in->words[i]);
		return !none || value_add(in, keyword_field(in->kw, in->conf),
		    BYTES_LIT("none"));
	}
	for (size_t i = 0; i < in->word_count; i++) {
		if (!take(in, in->words[i]))
			return false;
	}
	return check_permits_fit(in);
}

static bool
take_permit_open(struct value_in *in, const char *word)
{
	struct bytes host;
	uint16_t port;

	if (!host_port_split(bytes_str(word), &host, &port))
		return value_bad(in, "bad host or port number \"%.*s\", "
		    "expected HOST:PORT", SHOWN(word));
	return value_add(in, keyword_field(in->kw, in->conf),
	    bytes_str(word));
}

static bool
parse_permit_open(struct value_in *in)
{
	return parse_permits(in, take_permit_open);
}

static bool
take_permit_listen(struct value_in *in, const char *word)
{
	bool bare = strchr(word, ':') == NULL;
	char text[sizeof("*:") + SERVICE_LEN_MAX];
	struct bytes host;
	uint16_t port;

	if (!listen_port_split(bytes_str(word), &host, &port))
		return value_bad(in, "bad port number \"%.*s\", "
		    "expected PORT or HOST:PORT", SHOWN(word));
	if (bare && strlen(word) <= SERVICE_LEN_MAX) {
		snprintf(text, sizeof(text), "*:%s", word);
		word = text;
	}
	return value_add(in, keyword_field(in->kw, in->conf),
	    bytes_str(word));
}

static bool
parse_permit_listen(struct value_in *in)
{
	return parse_permits(in, take_permit_listen);
}

static void
print_permit(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	const struct conf_list *list = keyword_value(kw, conf);

	value_print_keyword(kw, out);
	if (list->count == 0)
		fputs(" any", out);
	for (size_t i = 0; i < list->count; i++) {
		putc(' ', out);
		lex_print_word(out, list->v[i], LEX_QUOTE_NEEDED);
	}
	putc('\n', out);
}

const struct value_type type_permit_open = {
	.parse = parse_permit_open, .print = print_permit,
};
const struct value_type type_permit_listen = {
	.parse = parse_permit_listen, .print = print_permit,
};

/* ---- IPQoS --------------------------------------------------------------- */

static bool
qos_number(const char *word, uint32_t *out)
{
	uint32_t base = 10, value = 0;

	if (word[0] == '0' && (word[1] | 0x20) == 'x') {
		base = 16;	/* as printed for a value without a name */
		word += 2;
	}
	if (*word == '\0')
		return false;
	for (; *word != '\0'; word++) {
		int lower = *word | 0x20;
		uint32_t digit = *word >= '0' && *word <= '9' ?
		    (uint32_t)(*word - '0') :
		    lower >= 'a' && lower <= 'f' ?
		    (uint32_t)(lower - 'a' + 10) : base;

		value = value * base + digit;
		if (digit >= base || value > UINT8_MAX)
			return false;
	}
	*out = value;
	return true;
}

static bool
qos_parse(struct value_in *in, const char *word, uint32_t *out)
{
	const struct value_names *names = in->kw->names;

	for (size_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->v[i].name, word) == 0) {
			*out = (uint32_t)names->v[i].value;
			return true;
		}
	}
	return qos_number(word, out) || value_bad(in,
	    "bad value \"%.*s\", expected af11 to af43, cs0 to cs7, ef, le, "
	    "va, none or 0 to 255", SHOWN(word));
}

static bool
parse_ip_qos(struct value_in *in)
{
	uint32_t interactive, bulk;

	if (!qos_parse(in, in->words[0], &interactive))
		return false;
	bulk = interactive;
	if (in->word_count > 1 && !qos_parse(in, in->words[1], &bulk))
		return false;
	in->conf->ip_qos_interactive = interactive;
	in->conf->ip_qos_bulk = bulk;
	return true;
}

static void
print_qos(const struct keyword *kw, uint32_t value, FILE *out)
{
	const char *name = value_name_of(kw->names, (int)value);

	if (name != NULL)
		fprintf(out, " %s", name);
	else
		fprintf(out, " 0x%02x", value);
}

static void
print_ip_qos(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_keyword(kw, out);
	print_qos(kw, conf->ip_qos_interactive, out);
	print_qos(kw, conf->ip_qos_bulk, out);
	putc('\n', out);
}

const struct value_type type_ip_qos = {
	.parse = parse_ip_qos, .print = print_ip_qos, .words_max = 2,
};

/* ---- RekeyLimit ---------------------------------------------------------- */

#define REKEY_BYTES_MIN	16	/* as OpenSSH: one block */

enum { REKEY_BYTES_SET = 1, REKEY_SECONDS_SET = 2 };

static bool
byte_count(const char *word, uint64_t *out)
{
	static const char units[] = "KMGTPE";
	const char *unit;
	uint64_t value = 0;

	if (*word < '0' || *word > '9')
		return false;
	for (; *word >= '0' && *word <= '9'; word++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*word - '0'),
		    &value))
			return false;
	}
	if (*word != '\0') {
		unit = strchr(units, *word & ~0x20);
		if (unit == NULL || word[1] != '\0')
			return false;
		for (; unit >= units; unit--) {
			if (__builtin_mul_overflow(value, 1024, &value))
				return false;
		}
	}
	if (value > INT64_MAX)
		return false;
	*out = value;
	return true;
}

static bool
parse_rekey(struct value_in *in)
{
	uint64_t bytes = 0;
	uint32_t seconds = 0;

	if (strcasecmp(in->words[0], "default") != 0 &&
	    !byte_count(in->words[0], &bytes))
		return value_bad(in, "bad number \"%.*s\", expected default "
		    "or bytes as 500M or 1G", SHOWN(in->words[0]));
	if (bytes != 0 && bytes < REKEY_BYTES_MIN)
		return value_bad(in, "limit too small, at least %d",
		    REKEY_BYTES_MIN);
	if (in->word_count > 1 && strcasecmp(in->words[1], "none") != 0 &&
	    !duration_parse_s(bytes_str(in->words[1]), &seconds))
		return value_bad(in, "invalid time value \"%.*s\", expected "
		    "none or for example 1h", SHOWN(in->words[1]));
	if ((*in->parts & REKEY_BYTES_SET) == 0)
		in->conf->rekey_limit_bytes = bytes;
	*in->parts |= REKEY_BYTES_SET;
	/* as in OpenSSH, `none` leaves the time to a later line */
	if (in->word_count > 1 && (in->is_default || seconds != 0)) {
		if ((*in->parts & REKEY_SECONDS_SET) == 0)
			in->conf->rekey_limit_seconds = seconds;
		*in->parts |= REKEY_SECONDS_SET;
	}
	return true;
}

static void
print_rekey(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%llu %u",
	    (unsigned long long)conf->rekey_limit_bytes,
	    conf->rekey_limit_seconds);
}

const struct value_type type_rekey = {
	.parse = parse_rekey, .print = print_rekey, .words_max = 2,
};

/* ---- numbers with colons ------------------------------------------------- */

/* N, or N:N..., up to count numbers; returns how many, 0 when malformed. */
static size_t
colon_numbers(const char *word, uint32_t *out, size_t count)
{
	size_t n = 0;

	for (; n < count; word++) {
		uint64_t value = 0;

		if (*word < '0' || *word > '9')
			return 0;
		for (; *word >= '0' && *word <= '9'; word++) {
			value = value * 10 + (uint64_t)(*word - '0');
			if (value > INT32_MAX)
				return 0;
		}
		out[n++] = (uint32_t)value;
		if (*word == '\0')
			return n;
		if (*word != ':')
			return 0;
	}
	return 0;
}

static bool
parse_startups(struct value_in *in)
{
	enum { BEGIN, RATE, FULL, COUNT };
	uint32_t v[COUNT];
	size_t n = colon_numbers(in->words[0], v, COUNT);

	if (n == 1) {
		v[RATE] = 30;
		v[FULL] = v[BEGIN];
	}
	if ((n != 1 && n != COUNT) || v[BEGIN] == 0 || v[BEGIN] > v[FULL] ||
	    v[RATE] == 0 || v[RATE] > 100)
		return value_bad(in, "invalid spec \"%.*s\", expected N or "
		    "START:RATE:FULL with RATE 1 to 100 and START not above "
		    "FULL", SHOWN(in->words[0]));
	in->conf->max_startups_begin = v[BEGIN];
	in->conf->max_startups_rate = v[RATE];
	in->conf->max_startups_full = v[FULL];
	return true;
}

static void
print_startups(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%u:%u:%u", conf->max_startups_begin,
	    conf->max_startups_rate, conf->max_startups_full);
}

const struct value_type type_startups = {
	.parse = parse_startups, .print = print_startups, .words_max = 1,
};

static bool
parse_net_block(struct value_in *in)
{
	uint32_t v[2] = { 0, 0 };

	if (colon_numbers(in->words[0], v, ARRAY_LEN(v)) == 0 ||
	    v[0] > 32 || v[1] > 128)
		return value_bad(in, "invalid spec \"%.*s\", expected "
		    "V4BITS:V6BITS up to 32:128", SHOWN(in->words[0]));
	in->conf->per_source_net_block_size_v4 = v[0];
	in->conf->per_source_net_block_size_v6 = v[1];
	return true;
}

static void
print_net_block(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%u:%u", conf->per_source_net_block_size_v4,
	    conf->per_source_net_block_size_v6);
}

const struct value_type type_net_block = {
	.parse = parse_net_block, .print = print_net_block, .words_max = 1,
};
