/* SPDX-License-Identifier: ISC */
#include "monitor/key_command.h"

#include <stdlib.h>
#include <unistd.h>

#include "monitor/key_tokens.h"

static MUST_CHECK bool
read_output(struct bytes output, const char *source, user_file_fn *fn,
    void *arg, struct err *err)
{
	struct lines lines;

	if (!lines_init_bytes(&lines, output, source, err))
		return false;
	(void)fn(arg, source, &lines);
	lines_clear(&lines);
	return true;
}

static MUST_CHECK bool
run(const struct key_search *search, const struct command *command,
    const char *source, user_file_fn *fn, void *arg, struct err *err)
{
	struct command complete = *command;
	struct key_tokens tokens;
	struct bytes output;
	bool ok = true;

	if (!key_tokens_init(&tokens, search, err))
		return false;
	complete.tokens = tokens.v;
	complete.token_count = tokens.count;
	complete.time_limit_ms = command_time_limit_ms(
	    search->conf->login_grace_time);
	complete.client_fd = search->client_fd;
	if (command_run(&complete, &output)) {
		ok = read_output(output, source, fn, arg, err);
		free((void *)output.p);
	}
	key_tokens_clear(&tokens);
	return ok;
}

static bool
nobody_is_listed(void *arg, const char *source, struct lines *lines)
{
	(void)arg;
	(void)source;
	(void)lines;
	return false;
}

/*
 * Its time would tell who may log in, but a name that a stranger made up is
 * not for a program's arguments. So it is asked about its own account, and
 * what it says counts for nothing.
 */
static MUST_CHECK bool
run_for_stranger(const struct key_search *search,
    const struct command *command, const char *source, struct err *err)
{
	struct command changed = *command;
	struct key_search stand_in = *search;
	struct user account;
	bool ok = true;

	if (command->run_as == NULL || strchr(command->run_as, '%') != NULL)
		return true;
	if (!user_find(&account, bytes_str(command->run_as),
	    geteuid() == 0 ? (uid_t)-1 : geteuid(), err))
		return false;
	stand_in.user = &account;
	if (changed.only_argument != NULL)
		changed.only_argument = account.name;
	if (account.exists)
		ok = run(&stand_in, &changed, source, nobody_is_listed, NULL,
		    err);
	user_clear(&account);
	return ok;
}

bool
key_command_read(const struct key_search *search,
    const struct command *command, const char *source, user_file_fn *fn,
    void *arg, struct err *err)
{
	if (command->text == NULL)
		return true;
	return search->user->valid ?
	    run(search, command, source, fn, arg, err) :
	    run_for_stranger(search, command, source, err);
}
