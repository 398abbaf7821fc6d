/* SPDX-License-Identifier: ISC */
#include "monitor/key_lines.h"

#include <limits.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "monitor/cert_check.h"
#include "monitor/key_command.h"
#include "monitor/user_files.h"

/* Is it this line's key? */
static bool
line_lists(const struct key_search *search, const struct pubkey *listed)
{
	const struct pubkey *wanted = search->ca != NULL ? search->ca :
	    search->key;

	/* a stand-in account reads like any other, and finds nothing */
	return search->user->valid && pubkey_equal_plain(listed, wanted);
}

/*
 * Whoever wrote the line wonders why it lets nobody in; lines that are about
 * other keys would only fill the log.
 */
static void
log_bad(const struct key_search *search, const char *where,
    const struct pubkey *listed, const char *reason)
{
	if (listed != NULL && line_lists(search, listed))
		log_error("bad key options: %s at %s", reason, where);
	else
		log_debug("%s: bad key options: %s", where, reason);
}

/* NULL, and *options are those of both; else why not. */
static const char *
find_cert_fault(const struct key_search *search, const char *where,
    struct key_options *options)
{
	const struct cert *cert = &search->key->cert;
	struct key_options of_cert;
	const char *fault = cert_take_options(search, where, &of_cert);
	struct err err;

	if (fault != NULL)
		return fault;
	if (!key_options_merge(options, &of_cert, &err))
		fault = err.what;
	key_options_clear(&of_cert);
	if (fault != NULL)
		return fault;
	if (options->principals != NULL &&
	    !cert_lists_any(cert, options->principals))
		return CERT_NO_PRINCIPAL;
	return cert_find_fault(cert, options->principals != NULL ? NULL :
	    search->user->name, search->now);
}

static void
log_accepted(const struct key_search *search, const char *where)
{
	const char *hash = search->conf->fingerprint_hash;
	char text[FINGERPRINT_MAX + 32];

	if (search->ca == NULL) {
		key_text(search->key, hash, text, sizeof(text));
		log_verbose("Accepted key %s found at %s", text, where);
	} else {
		cert_log_accepted(search, CERT_BY_LINE, where);
	}
}

static bool
fitting_line_permits(const struct key_search *search, const char *where,
    struct key_options *options)
{
	struct key_use use = key_search_use(search, where);
	const char *fault;

	if (!key_options_permit(options, &use)) {
		log_error("Refused by key options at %s", where);
		return false;
	}
	if (search->ca != NULL &&
	    (fault = find_cert_fault(search, where, options)) != NULL) {
		cert_log_refused(search, where, fault);
		return false;
	}
	log_accepted(search, where);
	return true;
}

/* One line; true when it lists the key and lets it be used. */
static bool
line_permits(const struct key_search *search, const char *where,
    struct bytes line, struct key_options *options)
{
	struct pubkey *listed = NULL;
	struct key_options line_options;
	const char *reason = NULL;
	bool permits;

	switch (key_line_parse(line, &listed, &line_options, &reason)) {
	case KEY_LINE_EMPTY:
		return false;
	case KEY_LINE_BAD:
		log_bad(search, where, listed, reason);
		pubkey_free(listed);
		return false;
	case KEY_LINE_KEY:
		break;
	}
	/* as the key of a CA or of the user: the line says which */
	permits = line_options.cert_authority == (search->ca != NULL) &&
	    line_lists(search, listed) &&
	    fitting_line_permits(search, where, &line_options);
	pubkey_free(listed);
	if (permits)
		*options = line_options;
	else
		key_options_clear(&line_options);
	return permits;
}

/*
 * All lines are read even after a hit, so that the time tells nothing about
 * where among them a key stands.
 */
bool
key_lines_search(const struct key_search *search, const char *source,
    struct lines *lines, struct key_options *options)
{
	char where[PATH_MAX + 32];
	struct bytes line;
	bool found = false;

	while (lines_next(lines, &line)) {
		if (found)
			continue;
		snprintf(where, sizeof(where), "%s:%zu", source,
		    lines->number);
		found = line_permits(search, where, line, options);
	}
	return found;
}

struct reading {
	const struct key_search *search;
	struct key_options *options;
	bool found;
};

static bool
read_keys(void *arg, const char *path, struct lines *lines)
{
	struct reading *reading = arg;

	reading->found = key_lines_search(reading->search, path, lines,
	    reading->options);
	return reading->found;
}

bool
key_lines_files(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	struct reading reading = { .search = search, .options = options };
	const struct user_files files = {
		.conf = search->conf, .user = search->user,
		.keyword = "AuthorizedKeysFile", .what = "authorized keys",
		.words = search->conf->authorized_keys_file.v,
		.word_count = search->conf->authorized_keys_file.count,
		.fn = read_keys, .arg = &reading,
	};

	if (!user_files_read(&files, err)) {
		if (reading.found)
			key_options_clear(options);
		return false;
	}
	*found = reading.found;
	return true;
}

bool
key_lines_command(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err)
{
	const struct conf *conf = search->conf;
	struct reading reading = { .search = search, .options = options };
	const struct command command = {
		.keyword = "AuthorizedKeysCommand",
		.text = conf->authorized_keys_command,
		.run_as = conf->authorized_keys_command_user,
		.only_argument = search->user->name,
	};

	if (!key_command_read(search, &command, command.text, read_keys,
	    &reading, err))
		return false;
	*found = reading.found;
	return true;
}
