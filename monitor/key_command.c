/* SPDX-License-Identifier: ISC */
#include "monitor/key_command.h"

#include <stdlib.h>

#include "monitor/key_tokens.h"

static MUST_CHECK bool
read_output(struct bytes output, const char *source, user_file_fn *fn,
    void *arg, struct err *err)
{
	struct lines lines;

	if (!lines_init_bytes(&lines, output, err))
		return false;
	(void)fn(arg, source, &lines);
	lines_clear(&lines);
	return true;
}

bool
key_command_read(const struct key_search *search,
    const struct command *command, const char *source, user_file_fn *fn,
    void *arg, struct err *err)
{
	struct command complete = *command;
	struct key_tokens tokens;
	struct bytes output;
	bool ok = true;

	if (command->text == NULL || !search->user->valid)
		return true;
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
