/* SPDX-License-Identifier: ISC */
/* What the types in value_*.c have in common. */
#include "sshd/config/value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

bool
value_bad(struct value_in *in, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(in->reason, VALUE_REASON_MAX, fmt, args);
	va_end(args);
	return false;
}

const char *
value_bad_token(const struct keyword *kw, const char *text)
{
	const char *p = strchr(text, '%');

	while (p != NULL && p[1] != '\0' &&
	    (p[1] == '%' || strchr(kw->tokens, p[1]) != NULL))
		p = strchr(p + 2, '%');
	return p;
}

void *
value_grow(struct arena *arena, void *v, size_t count, size_t size)
{
	void *grown;

	/* doubled whenever the count is a power of two */
	if (count != 0 && (count & (count - 1)) != 0)
		return v;
	grown = arena_alloc(arena, (count == 0 ? 1 : count * 2) * size);
	if (grown != NULL && count != 0)
		memcpy(grown, v, count * size);
	return grown;
}

bool
value_add(struct value_in *in, struct conf_list *list, struct bytes s)
{
	const char **v = value_grow(in->arena, list->v, list->count,
	    sizeof(*list->v));
	char *copy = arena_str(in->arena, s);

	if (v == NULL || copy == NULL)
		return value_bad(in, "out of memory");
	v[list->count++] = copy;
	list->v = v;
	return true;
}

size_t
value_list_count(const struct keyword *kw, const struct conf *conf)
{
	const struct conf_list *list = keyword_value(kw, conf);

	return list->count;
}

bool
value_grows(const struct keyword *kw)
{
	return kw->rule == RULE_APPEND || kw->rule == RULE_BY_NAME;
}

void
value_print_keyword(const struct keyword *kw, FILE *out)
{
	for (const char *p = kw->name; *p != '\0'; p++)
		putc(tolower((unsigned char)*p), out);
}

void
value_print_line(const struct keyword *kw, FILE *out, const char *fmt, ...)
{
	va_list args;

	value_print_keyword(kw, out);
	putc(' ', out);
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	putc('\n', out);
}

char *
value_text(const struct keyword *kw, const struct conf *conf)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	kw->type->print(kw, conf, out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
