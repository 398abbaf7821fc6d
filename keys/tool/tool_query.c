/* SPDX-License-Identifier: ISC */
/* -Q: what a revocation list says. */
#include "keys/tool/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "keys/base64.h"
#include "keys/krl_set.h"
#include "keys/tool/files.h"
#include "lib/base/log.h"

/* ---- the whole list ----------------------------------------------------- */

/* It goes to a terminal, perhaps: nothing but printable characters. */
static void
print_text(const char *label, struct bytes text)
{
	size_t cap = 4 * text.len + 1;
	char *clean = malloc(cap);

	if (clean == NULL)
		return;
	log_clean(clean, cap, text);
	printf("%s%s\n", label, clean);
	free(clean);
}

/* SHA256 as a line that -k reads; SHA1 for the reader only. */
static void
print_item(const struct krl_item *item)
{
	char text[FINGERPRINT_MAX];
	struct bytes data = bytes_of(item->p, item->len);
	struct pubkey *key;
	struct err err;

	switch (item->kind) {
	case KRL_KEY:
		if (!pubkey_parse(data, &key, &err)) {
			printf("# key of a type that is not known\n");
			return;
		}
		if (pubkey_fingerprint(key, "SHA256", text, sizeof(text),
		    &err))
			printf("hash: %s # %s\n", text, key->row->name);
		pubkey_free(key);
		return;
	case KRL_SHA256:
		if (base64_encode(data, BASE64_UNPADDED, text, sizeof(text),
		    NULL))
			printf("hash: SHA256:%s\n", text);
		return;
	case KRL_SHA1:
		printf("# hash SHA1:");
		for (size_t i = 0; i < data.len; i++)
			printf("%02x", data.p[i]);
		printf("\n");
		return;
	case KRL_KEY_ID:
		print_text("id: ", data);
		return;
	case KRL_SERIAL_LIST:
	case KRL_SERIAL_RANGE:
	case KRL_SERIAL_BITMAP:
		return;			/* in ranges of their own */
	}
}

static void
print_ca(const struct krl_item *ca)
{
	char text[FINGERPRINT_MAX] = "";
	struct pubkey *key;
	struct err err;

	if (ca->len == 0) {
		printf("\n# Wildcard CA\n");
		return;
	}
	if (!pubkey_parse(bytes_of(ca->p, ca->len), &key, &err))
		return;
	if (pubkey_fingerprint(key, "SHA256", text, sizeof(text), &err))
		printf("\n# CA key %s %s\n", key->row->name, text);
	pubkey_free(key);
}

static void
print_certificates(const struct krl_set *set, size_t ca)
{
	print_ca(&set->cas[ca]);
	for (size_t i = 0; i < set->range_count; i++) {
		const struct krl_range *range = &set->ranges[i];

		if (range->ca != ca)
			continue;
		if (range->low == range->high)
			printf("serial: %" PRIu64 "\n", range->low);
		else
			printf("serial: %" PRIu64 "-%" PRIu64 "\n",
			    range->low, range->high);
	}
	for (size_t i = 0; i < set->item_count; i++) {
		if (set->items[i].kind == KRL_KEY_ID &&
		    set->items[i].ca == ca)
			print_item(&set->items[i]);
	}
}

static void
print_set(const struct krl_set *set)
{
	time_t generated = (time_t)set->generated;
	char when[32] = "?";
	struct tm tm;

	if (gmtime_r(&generated, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm);
	printf("# KRL version %" PRIu64 "\n# Generated at %s\n",
	    set->version, when);
	if (set->comment != NULL)
		print_text("# Comment: ", bytes_str(set->comment));
	printf("\n");
	for (size_t i = 0; i < set->item_count; i++) {
		if (set->items[i].kind != KRL_KEY_ID)
			print_item(&set->items[i]);
	}
	for (size_t ca = 0; ca < set->ca_count; ca++)
		print_certificates(set, ca);
}

static MUST_CHECK bool
print_list(struct bytes file, struct err *err)
{
	struct krl_set set = { 0 };
	uint8_t *built;
	size_t len;
	bool ok;

	/* building sorts and merges what is printed then */
	ok = krl_set_load(&set, file, err) &&
	    krl_set_build(&set, &built, &len, err);
	if (ok) {
		free(built);
		print_set(&set);
	}
	krl_set_clear(&set);
	return ok;
}

/* ---- single keys -------------------------------------------------------- */

/* Every key of a file; false after a line that says why. */
static MUST_CHECK bool
query_file(struct bytes krl, const char *path, bool *revoked)
{
	struct bytes file, text, line, comment;
	struct pubkey *key;
	struct err err;
	size_t number = 0;
	bool found, ok = true;

	if (!file_read(path, &file, &err)) {
		(void)tool_fail("Cannot load public key %s: %s", path,
		    file_reason(&err));
		return false;
	}
	text = file;
	while (ok && file_next_line(&text, &line)) {
		number++;
		if (file_line_is_empty(line))
			continue;
		ok = pubkey_parse_text(line, &key, &comment, &err);
		if (!ok)
			break;
		ok = krl_find(krl, key, &found, &err);
		pubkey_free(key);
		if (!ok)
			break;
		*revoked |= found;
		printf("%s (%s): %s\n", path, log_safe(comment).s,
		    found ? "REVOKED" : "ok");
	}
	if (!ok)
		(void)tool_fail("Cannot load public key %s, line %zu: %s",
		    path, number, file_reason(&err));
	file_free(&file);
	return ok;
}

int
tool_krl_query(const struct tool *tool)
{
	struct bytes krl;
	struct err err;
	bool revoked = false, ok = true;

	if (tool->file == NULL)
		return tool_fail("name the revocation list with -f");
	if (!file_read(tool->file, &krl, &err))
		return tool_fail("Unable to load KRL %s: %s", tool->file,
		    file_reason(&err));
	if (tool->list && !print_list(krl, &err))
		ok = false;
	if (ok && !krl_check(krl, &err))
		ok = false;
	if (!ok)
		(void)tool_fail("Invalid KRL file %s: %s", tool->file,
		    file_reason(&err));
	for (int i = 0; ok && i < tool->arg_count; i++)
		ok = query_file(krl, tool->args[i], &revoked);
	file_free(&krl);
	return !ok ? TOOL_FAILED : revoked ? TOOL_NO : TOOL_OK;
}
