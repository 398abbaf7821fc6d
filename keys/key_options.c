/* SPDX-License-Identifier: ISC */
#include "keys/key_options.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "lib/base/cidr.h"
#include "lib/base/host_port.h"
#include "lib/base/text.h"

#define TUNNEL_DIGITS_MAX	10
#define PORT_TEXT_MAX		32	/* RFC 6335 5.1: names <= 15 */

/* ---- values ------------------------------------------------------------- */

static const char no_memory[] = "out of memory";

static bool
refuse(const char **reason, const char *text)
{
	*reason = text;
	return false;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_byte(uint8_t c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '_';
}

/* For an option that may stand once. */
static bool
set_once(char **field, struct bytes value, const char *twice,
    const char **reason)
{
	if (*field != NULL)
		return refuse(reason, twice);
	if ((*field = bytes_dup_str(value)) == NULL)
		return refuse(reason, no_memory);
	return true;
}

static bool
add(struct string_list *list, struct bytes value, size_t max_count,
    const char *too_many, const char **reason)
{
	struct err err;

	if (string_list_add(list, value, max_count, &err))
		return true;
	return refuse(reason, err.code == ERR_NOMEM ? no_memory : too_many);
}

static bool
take_command(struct key_options *o, struct bytes value, const char **reason)
{
	return set_once(&o->command, value, "command given twice", reason);
}

static bool
take_principals(struct key_options *o, struct bytes value,
    const char **reason)
{
	return set_once(&o->principals, value, "principals given twice",
	    reason);
}

/* %h, %u, %U and %%: what sshd_config(5) has for SftpRoot. */
static bool
has_known_tokens(struct bytes value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] != '%')
			continue;
		if (++i == value.len ||
		    memchr("hUu%", value.p[i], 4) == NULL)
			return false;
	}
	return true;
}

static bool
take_sftp_root(struct key_options *o, struct bytes value,
    const char **reason)
{
	if (value.len == 0 || value.len >= PATH_MAX ||
	    (value.p[0] != '/' && value.p[0] != '%' && value.p[0] != '~') ||
	    !has_known_tokens(value))
		return refuse(reason, "invalid sftp-root");
	return set_once(&o->sftp_root, value, "sftp-root given twice",
	    reason);
}

static bool
take_from(struct key_options *o, struct bytes value, const char **reason)
{
	struct bytes bad;

	if (addr_list_find_bad(value, &bad))
		return refuse(reason, "invalid from list");
	return set_once(&o->from, value, "from given twice", reason);
}

static bool
take_expiry(struct key_options *o, struct bytes value, const char **reason)
{
	uint64_t expiry;

	if (!key_expiry_parse(value, &expiry))
		return refuse(reason, "invalid expiry-time");
	if (o->expiry == 0 || expiry < o->expiry)
		o->expiry = expiry;
	return true;
}

static bool
take_environment(struct key_options *o, struct bytes value,
    const char **reason)
{
	size_t n = 0;

	while (n < value.len && is_name_byte(value.p[n]))
		n++;
	if (n == 0 || n == value.len || value.p[n] != '=')
		return refuse(reason, "invalid environment string");
	for (size_t i = 0; i < o->environment.count; i++) {
		/* With its '=': the whole name. */
		if (strncmp(o->environment.v[i], (const char *)value.p,
		    n + 1) == 0)
			return true;
	}
	return add(&o->environment, value, KEY_ENVIRONMENT_MAX,
	    "too many environment strings", reason);
}

static bool
take_permitopen(struct key_options *o, struct bytes value,
    const char **reason)
{
	struct bytes host;
	uint16_t port;

	if (!host_port_split(value, &host, &port))
		return refuse(reason, "invalid permitopen");
	return add(&o->permit_open, value, KEY_PERMIT_MAX,
	    "too many permitopen", reason);
}

/* A bare port is stored as "*:port", so that readers know one shape. */
static bool
take_permitlisten(struct key_options *o, struct bytes value,
    const char **reason)
{
	static const char too_many[] = "too many permitlisten";
	struct bytes host;
	uint16_t port;
	char full[2 + PORT_TEXT_MAX];
	size_t len = value.len;

	if (!listen_port_split(value, &host, &port))
		return refuse(reason, "invalid permitlisten");
	if (memchr(value.p, ':', len) != NULL)
		return add(&o->permit_listen, value, KEY_PERMIT_MAX,
		    too_many, reason);
	if (len + 2 > sizeof(full))
		return refuse(reason, "invalid permitlisten");
	full[0] = '*';
	full[1] = ':';
	memcpy(full + 2, value.p, len);
	return add(&o->permit_listen, bytes_of(full, len + 2),
	    KEY_PERMIT_MAX, too_many, reason);
}

static bool
take_tunnel(struct key_options *o, struct bytes value, const char **reason)
{
	int64_t unit = 0;

	if (bytes_is(value, "any")) {
		o->tunnel = KEY_TUNNEL_ANY;
		return true;
	}
	if (value.len == 0 || value.len > TUNNEL_DIGITS_MAX)
		return refuse(reason, "invalid tun device");
	for (size_t i = 0; i < value.len; i++) {
		if (!is_digit(value.p[i]))
			return refuse(reason, "invalid tun device");
		unit = unit * 10 + (value.p[i] - '0');
	}
	if (unit > KEY_TUNNEL_MAX)
		return refuse(reason, "invalid tun device");
	o->tunnel = unit;
	return true;
}

/* ---- time --------------------------------------------------------------- */

static bool
ends_with(struct bytes text, const char *suffix)
{
	size_t n = strlen(suffix);

	return text.len > n && strncasecmp((const char *)text.p + text.len - n,
	    suffix, n) == 0;
}

static int
take_digits(struct bytes *text, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (text->p[i] - '0');
	text->p += n;
	text->len -= n;
	return value;
}

bool
key_expiry_parse(struct bytes text, uint64_t *seconds)
{
	struct tm tm = { .tm_isdst = -1 }, day;
	bool utc = false;
	time_t t;

	if (ends_with(text, "UTC")) {
		utc = true;
		text.len -= 3;
	} else if (ends_with(text, "Z")) {
		utc = true;
		text.len -= 1;
	}
	if (text.len != 8 && text.len != 12 && text.len != 14)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.p[i]))
			return false;
	}
	tm.tm_year = take_digits(&text, 4) - 1900;
	tm.tm_mon = take_digits(&text, 2) - 1;
	tm.tm_mday = take_digits(&text, 2);
	if (text.len != 0) {
		tm.tm_hour = take_digits(&text, 2);
		tm.tm_min = take_digits(&text, 2);
	}
	if (text.len != 0)
		tm.tm_sec = take_digits(&text, 2);
	if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	/* February 30th and month 13 come back as another day. */
	day = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon,
	    .tm_mday = tm.tm_mday };
	(void)timegm(&day);
	if (day.tm_mon != tm.tm_mon || day.tm_mday != tm.tm_mday)
		return false;
	t = utc ? timegm(&tm) : mktime(&tm);
	if (t <= 0)
		return false;
	*seconds = (uint64_t)t;
	return true;
}

/* ---- the options -------------------------------------------------------- */

/* Options without a value; "no-" before the name where it makes sense. */
static const struct flag_row {
	const char *name;
	size_t field;
	bool value;			/* what the name without "no-" means */
	bool has_negation;
} flag_rows[] = {
#define FLAG(field)	offsetof(struct key_options, field)
	{ "agent-forwarding",	FLAG(agent_forwarding),	true, true },
	{ "cert-authority",	FLAG(cert_authority),	true, false },
	{ "port-forwarding",	FLAG(port_forwarding),	true, true },
	{ "pty",		FLAG(pty),		true, true },
	{ "restrict",		FLAG(restricted),	true, false },
	{ "touch-required",	FLAG(no_touch_required), false, true },
	{ "user-rc",		FLAG(user_rc),		true, true },
	{ "verify-required",	FLAG(verify_required),	true, true },
	{ "X11-forwarding",	FLAG(x11_forwarding),	true, true },
#undef FLAG
};

static const struct value_row {
	const char *name;
	bool (*take)(struct key_options *options, struct bytes value,
	    const char **reason);
} value_rows[] = {
	{ "command", take_command },
	{ "environment", take_environment },
	{ "expiry-time", take_expiry },
	{ "from", take_from },
	{ "permitlisten", take_permitlisten },
	{ "permitopen", take_permitopen },
	{ "principals", take_principals },
	{ "sftp-root", take_sftp_root },
	{ "tunnel", take_tunnel },
};

static bool
same_name(struct bytes name, const char *row_name)
{
	return name.len == strlen(row_name) &&
	    strncasecmp((const char *)name.p, row_name, name.len) == 0;
}

static bool
take_flag(struct key_options *o, struct bytes name)
{
	bool negated = name.len > 3 &&
	    strncasecmp((const char *)name.p, "no-", 3) == 0;

	if (negated)
		name = bytes_of(name.p + 3, name.len - 3);
	for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++) {
		const struct flag_row *row = &flag_rows[i];

		if (!same_name(name, row->name) ||
		    (negated && !row->has_negation))
			continue;
		*(bool *)((char *)o + row->field) = row->value != negated;
		if (same_name(name, "restrict")) {
			o->port_forwarding = o->agent_forwarding = false;
			o->x11_forwarding = o->pty = o->user_rc = false;
		}
		return true;
	}
	return false;
}

static bool
take_value(struct key_options *o, struct bytes name, struct bytes value,
    const char **reason)
{
	for (size_t i = 0; i < ARRAY_LEN(value_rows); i++) {
		if (same_name(name, value_rows[i].name))
			return value_rows[i].take(o, value, reason);
	}
	return refuse(reason, "unknown key option");
}

/* ---- the text ----------------------------------------------------------- */

size_t
key_options_len(struct bytes text)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < text.len && (quoted || !text_is_in(text.p[i], TEXT_BLANK));
	    i++) {
		if (text.p[i] == '\\' && i + 1 < text.len &&
		    text.p[i + 1] == '"')
			i++;
		else if (text.p[i] == '"')
			quoted = !quoted;
	}
	return i;
}

static struct bytes
take_name(struct bytes *text)
{
	struct bytes name = bytes_of(text->p, 0);

	while (text->len != 0 && (is_name_byte(text->p[0]) ||
	    text->p[0] == '-')) {
		name.len++;
		text->p++;
		text->len--;
	}
	return name;
}

/* The inside of quotes, unescaped into buf; the cursor goes behind them. */
static bool
take_quoted(struct bytes *text, char *buf, struct bytes *value,
    const char **reason)
{
	size_t n = 0;

	if (text->len == 0 || text->p[0] != '"')
		return refuse(reason, "missing start quote");
	for (text->p++, text->len--; text->len != 0; text->p++, text->len--) {
		if (text->p[0] == '"') {
			text->p++;
			text->len--;
			*value = bytes_of(buf, n);
			return true;
		}
		if (text->p[0] == '\0')
			return refuse(reason, "invalid byte in a value");
		if (text->p[0] == '\\' && text->len > 1 &&
		    text->p[1] == '"') {
			text->p++;
			text->len--;
		}
		buf[n++] = (char)text->p[0];
	}
	return refuse(reason, "missing end quote");
}

/* One option; buf has room for the longest value. */
static bool
take_option(struct bytes *text, char *buf, struct key_options *o,
    const char **reason)
{
	struct bytes name = take_name(text), value;

	if (text->len == 0 || text->p[0] != '=') {
		if (take_flag(o, name))
			return true;
		return refuse(reason, "unknown key option");
	}
	text->p++;
	text->len--;
	return take_quoted(text, buf, &value, reason) &&
	    take_value(o, name, value, reason);
}

/* Commas with nothing between them, or at the end, are as OpenSSH takes them. */
static bool
take_options(struct bytes text, bool blank_follows, char *buf,
    struct key_options *o, const char **reason)
{
	for (;;) {
		bool empty = text.len != 0 && text.p[0] == ',';

		if (!empty && !take_option(&text, buf, o, reason))
			return false;
		if (text.len == 0)
			return true;
		if (text.p[0] != ',')
			return refuse(reason, "unknown key option");
		text.p++;
		text.len--;
		if (text.len == 0)
			return blank_follows ||
			    refuse(reason, "unexpected end of options");
	}
}

void
key_options_init(struct key_options *options)
{
	*options = (struct key_options){
		.port_forwarding = true,
		.agent_forwarding = true,
		.x11_forwarding = true,
		.pty = true,
		.user_rc = true,
		.tunnel = -1,
	};
}

void
key_options_clear(struct key_options *options)
{
	free(options->command);
	free(options->principals);
	free(options->from);
	free(options->sftp_root);
	free(options->source_address);
	string_list_clear(&options->environment);
	string_list_clear(&options->permit_open);
	string_list_clear(&options->permit_listen);
	key_options_init(options);
}

bool
key_options_parse(struct bytes text, struct key_options *options,
    struct bytes *rest, const char **reason)
{
	size_t len = key_options_len(text);
	char *buf = malloc(len + 1);
	bool ok;

	key_options_init(options);
	if (buf == NULL)
		return refuse(reason, no_memory);
	ok = take_options(bytes_of(text.p, len), len < text.len, buf, options,
	    reason);
	free(buf);
	if (!ok) {
		key_options_clear(options);
		return false;
	}
	*rest = text_skip(bytes_of(text.p + len, text.len - len), TEXT_BLANK);
	return true;
}
