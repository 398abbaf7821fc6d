/* SPDX-License-Identifier: ISC */
#include "monitor/principals.h"

#include "keys/authorized_principals.h"
#include "lib/base/log.h"
#include "monitor/cert_check.h"
#include "monitor/key_command.h"
#include "monitor/user_files.h"

struct reading {
	const struct key_search *search;
	struct key_options *options;
	bool found;
};

static bool
line_matches(const struct reading *reading, const char *source, size_t number,
    struct bytes line)
{
	const struct key_search *search = reading->search;
	struct key_options options;
	const char *reason = NULL, *misplaced;
	struct bytes name;

	switch (principal_line_parse(line, &name, &options, &reason)) {
	case KEY_LINE_EMPTY:
		return false;
	case KEY_LINE_BAD:
		/* as for keys: who is named here wonders why it is no use */
		log_at(search->user->valid &&
		    cert_lists(&search->key->cert, name) ? LOG_LEVEL_ERROR :
		    LOG_LEVEL_DEBUG1, "bad principals options: %s at %s:%zu",
		    reason, source, number);
		return false;
	case KEY_LINE_KEY:
		break;
	}
	if (!cert_lists(&search->key->cert, name)) {
		key_options_clear(&options);
		return false;
	}
	misplaced = principal_options_misplaced(&options);
	if (misplaced != NULL && search->user->valid)
		log_error("bad principals options: %s at %s:%zu", misplaced,
		    source, number);
	log_debug("%s:%zu: matched principal \"%.100s\"", source, number,
	    log_safe(name).s);
	*reading->options = options;
	return true;
}

/* To the end, as for keys: see key_lines_search(). */
static bool
read_names(void *arg, const char *source, struct lines *lines)
{
	struct reading *reading = arg;
	struct bytes line;

	while (lines_next(lines, &line)) {
		if (!reading->found)
			reading->found = line_matches(reading, source,
			    lines->number, line);
	}
	return reading->found;
}

bool
principals_are_configured(const struct conf *conf)
{
	return conf->authorized_principals_file != NULL ||
	    conf->authorized_principals_command != NULL;
}

static MUST_CHECK bool
ask_files(struct reading *reading, struct err *err)
{
	const struct conf *conf = reading->search->conf;
	const struct user_files files = {
		.conf = conf, .user = reading->search->user,
		.keyword = "AuthorizedPrincipalsFile",
		.what = "authorized principals",
		.words = &conf->authorized_principals_file,
		.word_count = 1,
		.fn = read_names, .arg = reading,
	};

	return conf->authorized_principals_file == NULL ||
	    user_files_read(&files, err);
}

static MUST_CHECK bool
ask_command(struct reading *reading, struct err *err)
{
	const struct conf *conf = reading->search->conf;
	const struct command command = {
		.keyword = "AuthorizedPrincipalsCommand",
		.text = conf->authorized_principals_command,
		.run_as = conf->authorized_principals_command_user,
	};

	return key_command_read(reading->search, &command, "(command)",
	    read_names, reading, err);
}

bool
principals_find(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	struct reading reading = { .search = search, .options = options };

	if (!ask_files(&reading, err) ||
	    (!reading.found && !ask_command(&reading, err))) {
		if (reading.found)
			key_options_clear(options);
		return false;
	}
	*found = reading.found;
	return true;
}
