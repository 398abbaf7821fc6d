/* SPDX-License-Identifier: ISC */
#include "sshd/config/value.h"

#include <strings.h>

#include "lib/base/duration.h"

/* Bits of value_in.parts; the sub-keys follow in table order. */
enum { PART_ENABLED = 1 << 0, PART_FIRST = 1 << 1 };

enum part_kind { PART_SECONDS, PART_COUNT, PART_OVERFLOW };

static const struct part {
	const char *name;	/* with its colon */
	enum part_kind kind;
	size_t offset;		/* in struct conf_penalties */
} parts[] = {			/* in the order of sshd -T */
#define FIELD(f)	offsetof(struct conf_penalties, f)
	{ "crash:", PART_SECONDS, FIELD(crash_s) },
	{ "authfail:", PART_SECONDS, FIELD(authfail_s) },
	{ "noauth:", PART_SECONDS, FIELD(noauth_s) },
	{ "invaliduser:", PART_SECONDS, FIELD(invaliduser_s) },
	{ "grace-exceeded:", PART_SECONDS, FIELD(grace_exceeded_s) },
	{ "refuseconnection:", PART_SECONDS, FIELD(refuseconnection_s) },
	{ "max:", PART_SECONDS, FIELD(max_s) },
	{ "min:", PART_SECONDS, FIELD(min_s) },
	{ "max-sources4:", PART_COUNT, FIELD(max_sources4) },
	{ "max-sources6:", PART_COUNT, FIELD(max_sources6) },
	{ "overflow:", PART_OVERFLOW, FIELD(overflow_deny) },
	{ "overflow6:", PART_OVERFLOW, FIELD(overflow6_deny) },
#undef FIELD
};
enum { OVERFLOW4 = 10, OVERFLOW6 = 11 };

static bool
parse_count(const char *text, uint32_t *out)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > INT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return value != 0;
}

static bool
parse_overflow(const char *text, bool *deny)
{
	*deny = strcasecmp(text, "deny-all") == 0;
	return *deny || strcasecmp(text, "permissive") == 0;
}

static bool
parse_part(const struct part *part, const char *text,
    struct conf_penalties *penalties)
{
	void *field = (char *)penalties + part->offset;

	switch (part->kind) {
	case PART_SECONDS:
		return duration_parse(bytes_str(text), field);
	case PART_COUNT:
		return parse_count(text, field);
	case PART_OVERFLOW:
		return parse_overflow(text, field);
	}
	return false;
}

static bool
parse_sub_key(struct value_in *in, const char *word)
{
	struct conf_penalties *penalties = &in->conf->per_source_penalties;
	struct conf_penalties ignored;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t len = strlen(parts[i].name);
		uint32_t bit = (uint32_t)PART_FIRST << i;

		if (strncasecmp(word, parts[i].name, len) != 0)
			continue;
		if (!parse_part(&parts[i], word + len,
		    (*in->parts & bit) != 0 ? &ignored : penalties))
			return value_bad(in, "invalid value in \"%.*s\"",
			    SHOWN(word));
		if (i == OVERFLOW4 &&
		    (*in->parts & (uint32_t)PART_FIRST << OVERFLOW6) == 0 &&
		    (*in->parts & bit) == 0)
			penalties->overflow6_deny = penalties->overflow_deny;
		*in->parts |= bit;
		if (!in->is_default || (*in->parts & PART_ENABLED) == 0)
			penalties->enabled = true;
		*in->parts |= PART_ENABLED;
		return true;
	}
	return value_bad(in, "unsupported keyword \"%.*s\", expected yes, no "
	    "or crash:TIME, authfail:TIME, max:TIME and so on", SHOWN(word));
}

/* A sub-key switches penalties on again, even after an earlier `no`. */
static bool
parse_penalties(struct value_in *in)
{
	struct conf_penalties *penalties = &in->conf->per_source_penalties;

	for (size_t i = 0; i < in->word_count; i++) {
		bool no = strcasecmp(in->words[i], "no") == 0;

		if (!no && strcasecmp(in->words[i], "yes") != 0) {
			if (!parse_sub_key(in, in->words[i]))
				return false;
			continue;
		}
		if (in->word_count != 1)
			return value_bad(in, "\"%s\" must be the only "
			    "argument", in->words[i]);
		if ((*in->parts & PART_ENABLED) == 0)
			penalties->enabled = !no;
		*in->parts |= PART_ENABLED;
	}
	return true;
}

static void
print_part(const struct part *part, const struct conf_penalties *penalties,
    FILE *out)
{
	const void *field = (const char *)penalties + part->offset;

	fprintf(out, " %s", part->name);
	switch (part->kind) {
	case PART_SECONDS:
		fprintf(out, "%f", *(const double *)field);
		return;
	case PART_COUNT:
		fprintf(out, "%u", *(const uint32_t *)field);
		return;
	case PART_OVERFLOW:
		fputs(*(const bool *)field ? "deny-all" : "permissive", out);
		return;
	}
}

static void
print_penalties(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	if (!conf->per_source_penalties.enabled) {
		value_print_line(kw, out, "no");
		return;
	}
	value_print_keyword(kw, out);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		print_part(&parts[i], &conf->per_source_penalties, out);
	putc('\n', out);
}

const struct value_type type_penalties = {
	.parse = parse_penalties, .print = print_penalties,
};
