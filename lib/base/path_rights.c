/* SPDX-License-Identifier: ISC */
#include "lib/base/path_rights.h"

#include <string.h>

#include "lib/base/pattern.h"

static const struct {
	const char *name;
	uint32_t rights;
} words[] = {
	{ "list", RIGHT_LIST }, { "read", RIGHT_READ },
	{ "create", RIGHT_CREATE }, { "write", RIGHT_WRITE },
	{ "rename", RIGHT_RENAME }, { "delete", RIGHT_DELETE },
	{ "mkdir", RIGHT_MKDIR }, { "link", RIGHT_LINK },
	{ "symlink", RIGHT_SYMLINK }, { "setattr", RIGHT_SETATTR },
	{ "all", RIGHT_ALL }, { "none", 0 },
};

static const char unknown_right[] = "the rights are list, read, create, "
    "write, rename, delete, mkdir, link, symlink, setattr, all and none";

static bool
refuse(const char **reason, const char *text)
{
	*reason = text;
	return false;
}

/* The next component; the cursor stands on the '/' before it. */
static bool
next_component(struct bytes *path, struct bytes *component)
{
	const uint8_t *slash;

	if (path->len < 2)
		return false;
	path->p++;
	path->len--;
	slash = memchr(path->p, '/', path->len);
	*component = bytes_of(path->p, slash == NULL ? path->len :
	    (size_t)(slash - path->p));
	path->p += component->len;
	path->len -= component->len;
	return true;
}

static bool
is_any(struct bytes component)
{
	return bytes_is(component, "**");
}

static bool
check_pattern(struct bytes pattern, const char **reason)
{
	struct bytes component;
	unsigned count = 0;

	if (pattern.len == 0 || pattern.p[0] != '/')
		return refuse(reason, "the path pattern must begin with \"/\"");
	if (pattern.len > 1 && pattern.p[pattern.len - 1] == '/')
		return refuse(reason, "the path pattern must not end in \"/\"");
	while (next_component(&pattern, &component)) {
		if (component.len == 0 || bytes_is(component, ".") ||
		    bytes_is(component, ".."))
			return refuse(reason, "the path pattern has an empty, "
			    "\".\" or \"..\" component");
		if (!is_any(component) && memmem(component.p, component.len,
		    "**", 2) != NULL)
			return refuse(reason,
			    "\"**\" must be a whole component");
		if (++count > PATH_PATTERN_MAX)
			return refuse(reason,
			    "the path pattern has too many components");
	}
	return true;
}

static bool
add_right(struct bytes name, uint32_t *rights)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (bytes_is(name, words[i].name)) {
			*rights |= words[i].rights;
			return true;
		}
	}
	return false;
}

bool
path_rule_parse(struct bytes word, struct path_rule *out, const char **reason)
{
	const uint8_t *equals = word.len == 0 ? NULL :
	    memrchr(word.p, '=', word.len);
	struct path_rule rule = { .rights = 0 };
	struct bytes list, name;

	if (equals == NULL)
		return refuse(reason, "expected PATTERN=RIGHT,RIGHT");
	rule.pattern = bytes_of(word.p, (size_t)(equals - word.p));
	list = bytes_of(equals + 1, word.len - rule.pattern.len - 1);
	if (!check_pattern(rule.pattern, reason))
		return false;
	if (list.len == 0 || list.p[list.len - 1] == ',')
		return refuse(reason, unknown_right);
	while (name_list_next(&list, &name)) {
		if (!add_right(name, &rule.rights))
			return refuse(reason, unknown_right);
	}
	*out = rule;
	return true;
}

/* Where a pattern can stand after a path: bit i = before its component i. */
struct states {
	struct bytes v[PATH_PATTERN_MAX];
	unsigned count;
	uint64_t at;
};

/* "**" may stand for nothing. */
static void
skip_any(struct states *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		if ((s->at >> i & 1) != 0 && is_any(s->v[i]))
			s->at |= (uint64_t)1 << (i + 1);
	}
}

static void
consume(struct states *s, struct bytes name)
{
	uint64_t next = 0;

	for (unsigned i = 0; i < s->count; i++) {
		if ((s->at >> i & 1) == 0)
			continue;
		if (is_any(s->v[i]))
			next |= (uint64_t)1 << i;
		else if (pattern_match_bytes(s->v[i], name))
			next |= (uint64_t)1 << (i + 1);
	}
	s->at = next;
	skip_any(s);
}

static struct states
walk(struct bytes pattern, const char *path)
{
	struct states s = { .at = 1 };
	struct bytes rest = bytes_str(path), component;

	while (s.count < PATH_PATTERN_MAX &&
	    next_component(&pattern, &s.v[s.count]))
		s.count++;
	skip_any(&s);
	while (next_component(&rest, &component))
		consume(&s, component);
	return s;
}

uint32_t
path_rights_of(const struct path_rule *rules, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		struct states s = walk(rules[i].pattern, path);

		if ((s.at >> s.count & 1) != 0)
			return rules[i].rights;
	}
	return 0;
}

bool
path_rights_below(const struct path_rule *rules, size_t count,
    const char *path, uint32_t *rights)
{
	*rights = 0;
	for (size_t i = 0; i < count; i++) {
		struct states s = walk(rules[i].pattern, path);
		uint64_t open = ((uint64_t)1 << s.count) - 1;

		if ((s.at & open) == 0)
			continue;
		*rights = rules[i].rights;
		return is_any(s.v[s.count - 1]) &&
		    (s.at >> (s.count - 1) & 1) != 0;
	}
	return true;
}
