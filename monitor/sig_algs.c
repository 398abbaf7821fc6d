/* SPDX-License-Identifier: ISC */
#include "monitor/sig_algs.h"

#include <stdlib.h>

#include "keys/algorithms.h"
#include "lib/base/limits.h"
#include "lib/base/pattern.h"

struct sum {
	const char *base;	/* what is accepted anyway */
	char *list;		/* NULL: memory is out */
};

char *
sig_algs_plain(const char *accepted)
{
	struct bytes cursor = bytes_str(accepted), name;
	/* a plain name is never longer than that of its certificate */
	size_t cap = strlen(accepted) + 1, len = 0;
	char *out = calloc(1, cap);

	while (out != NULL && name_list_next(&cursor, &name)) {
		const struct sig_alg_row *row = sig_alg_find(name);
		const char *plain = row == NULL ? "" : row->sig_name;
		size_t plain_len = strlen(plain);

		if (plain_len == 0 || plain_len > name.len ||
		    name_list_has(bytes_of(out, len), bytes_str(plain)))
			continue;
		if (len != 0)
			out[len++] = ',';
		memcpy(out + len, plain, plain_len);
		len += plain_len;
	}
	return out;
}

static const char *
plain_key_name(const struct sig_alg_row *alg)
{
	return key_type_find(bytes_str(alg->key_name))->plain_name;
}

static bool
has_kind(const char *list, const struct sig_alg_row *alg)
{
	struct bytes cursor = bytes_str(list), name;
	const struct sig_alg_row *row;

	while (name_list_next(&cursor, &name)) {
		if ((row = sig_alg_find(name)) != NULL &&
		    strcmp(plain_key_name(row), plain_key_name(alg)) == 0)
			return true;
	}
	return false;
}

static void
append(struct sum *sum, const char *name)
{
	size_t len = strlen(sum->list);
	char *list = realloc(sum->list, len + strlen(name) + 2);

	if (list == NULL) {
		free(sum->list);
		sum->list = NULL;
		return;
	}
	if (len != 0)
		list[len++] = ',';
	memcpy(list + len, name, strlen(name) + 1);
	sum->list = list;
}

static void
add_new_kinds(void *arg, const struct conf *conf)
{
	struct bytes cursor = bytes_str(conf->pubkey_accepted_algorithms);
	struct sum *sum = arg;
	struct bytes name;

	while (sum->list != NULL && name_list_next(&cursor, &name)) {
		const struct sig_alg_row *row = sig_alg_find(name);

		if (row != NULL && !has_kind(sum->base, row) &&
		    !name_list_has(bytes_str(sum->list),
		    bytes_str(row->sig_name)))
			append(sum, row->sig_name);
	}
}

char *
sig_algs_for_all(const struct config *config, const char *accepted)
{
	struct sum sum = { .base = accepted, .list = sig_algs_plain(accepted) };
	struct err err;

	if (sum.list != NULL && !config_each_in_match(config,
	    "PubkeyAcceptedAlgorithms", add_new_kinds, &sum, &err)) {
		free(sum.list);
		return NULL;
	}
	return sum.list;
}
