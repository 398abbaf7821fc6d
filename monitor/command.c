/* SPDX-License-Identifier: ISC */
#include "monitor/command.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/safe_path.h"
#include "lib/base/text.h"
#include "monitor/helper.h"
#include "monitor/user.h"

#define WORDS_MAX	1024	/* of a command line */

unsigned
command_time_limit_ms(unsigned login_grace_s)
{
	if (login_grace_s == 0 ||
	    login_grace_s >= 2 * COMMAND_TIME_MAX_MS / 1000)
		return COMMAND_TIME_MAX_MS;
	return login_grace_s * 1000 / 2;
}

/* ---- its words ---------------------------------------------------------- */

/* Is the backslash at text[0] an escape? */
static bool
escapes(const char *text, char quote)
{
	return text[1] == '\\' || text[1] == '"' || text[1] == '\'' ||
	    (text[1] == ' ' && quote == '\0');
}

/* The word at *text, into word; *text goes behind it. */
static bool
take_word(const char **text, char *word)
{
	const char *p = *text;
	char quote = '\0';

	for (; *p != '\0' && (quote != '\0' ||
	    !text_is_in((uint8_t)*p, TEXT_BLANK)); p++) {
		if (*p == '\\' && escapes(p, quote))
			*word++ = *++p;
		else if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p;
		else if (quote != '\0' && *p == quote)
			quote = '\0';
		else
			*word++ = *p;
	}
	*word = '\0';
	*text = p;
	return quote == '\0';
}

bool
command_split(const char *text, struct string_list *words, struct err *err)
{
	char *word = malloc(strlen(text) + 1);
	bool ok = true;

	*words = (struct string_list){ 0 };
	if (word == NULL)
		return err_set(err, ERR_NOMEM, "command");
	for (;;) {
		text += strspn(text, " \t");
		if (*text == '\0' || !ok)
			break;
		ok = take_word(&text, word) ? string_list_add(words,
		    bytes_str(word), WORDS_MAX, err) :
		    err_set(err, ERR_FORMAT, "no closing quote");
	}
	free(word);
	if (!ok)
		string_list_clear(words);
	return ok;
}

/* ---- what is run -------------------------------------------------------- */

/* Every argument but the program's path. */
static MUST_CHECK bool
expand(const struct command *command, struct string_list *words,
    struct err *err)
{
	char *expanded = malloc(COMMAND_MAX);
	bool ok = expanded != NULL || err_set(err, ERR_NOMEM, "command");

	for (size_t i = 1; ok && i < words->count; i++) {
		char *copy;

		ok = tokens_expand(words->v[i], command->tokens,
		    command->token_count, expanded, COMMAND_MAX, err);
		if (!ok)
			break;
		if ((copy = strdup(expanded)) == NULL) {
			ok = err_set(err, ERR_NOMEM, "command");
			break;
		}
		free(words->v[i]);
		words->v[i] = copy;
	}
	free(expanded);
	return ok;
}

static MUST_CHECK bool
make_words(const struct command *command, struct string_list *words,
    struct err *err)
{
	if (!command_split(command->text, words, err))
		return false;
	if (words->count == 0)
		err_set(err, ERR_FORMAT, "no program");
	else if (expand(command, words, err) && (words->count > 1 ||
	    command->only_argument == NULL || string_list_add(words,
	    bytes_str(command->only_argument), WORDS_MAX, err)))
		return true;
	string_list_clear(words);
	return false;
}

/* Only root may have had a hand in it, or in what leads to it. */
static bool
program_is_safe(const struct command *command, const char *path)
{
	struct safe_path_reason why;
	bool safe;
	int fd;

	if (path[0] != '/') {
		log_error("%s path is not absolute", command->keyword);
		return false;
	}
	if ((fd = open(path, O_PATH | O_CLOEXEC)) == -1) {
		log_error("Could not open %s \"%s\": %s", command->keyword,
		    path, strerror(errno));
		return false;
	}
	safe = safe_path_check(fd, path, "", 0, &why);
	close(fd);
	if (!safe)
		log_error("Unsafe %s \"%s\": %s", command->keyword, path,
		    why.text);
	return safe;
}

static bool
find_account(const struct command *command, struct user *account)
{
	char name[USER_NAME_MAX + 1];
	struct err err;

	if (!tokens_expand(command->run_as, command->tokens,
	    command->token_count, name, sizeof(name), &err) ||
	    !user_find(account, bytes_str(name), geteuid() == 0 ? (uid_t)-1 :
	    geteuid(), &err)) {
		log_error("%sUser %s: %s", command->keyword, command->run_as,
		    err.what);
		return false;
	}
	if (account->exists)
		return true;
	log_error("%sUser \"%s\" not found", command->keyword, name);
	user_clear(account);
	return false;
}

/* ---- how it went -------------------------------------------------------- */

/* As it could be typed, for log lines. */
static void
join(const struct string_list *words, char *out, size_t out_len)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < words->count && len < out_len; i++) {
		const char *quote = strpbrk(words->v[i], " \t") != NULL ?
		    "\"" : "";
		int n = snprintf(out + len, out_len - len, "%s%s%s%s",
		    i == 0 ? "" : " ", quote, words->v[i], quote);

		len += n < 0 ? 0 : (size_t)n;
	}
}

static bool
judge(const struct command *command, const struct string_list *words,
    const struct helper_result *result)
{
	char text[512];

	join(words, text, sizeof(text));
	switch (result->end) {
	case HELPER_TOO_LATE:
		log_error("%s %s gave no answer within %u ms and was ended",
		    command->keyword, text, command->time_limit_ms);
		return false;
	case HELPER_TOO_MUCH:
		log_error("%s %s printed more than %d bytes and was ended",
		    command->keyword, text, COMMAND_OUTPUT_MAX);
		return false;
	case HELPER_NOBODY_WAITS:
		log_info("%s %s was ended: the client has left",
		    command->keyword, text);
		return false;
	case HELPER_ENDED:
		break;
	}
	if (WIFSIGNALED(result->status)) {
		log_error("%s %s exited on signal %d", command->keyword, text,
		    WTERMSIG(result->status));
		return false;
	}
	if (WEXITSTATUS(result->status) != 0) {
		log_info("%s %s failed, status %d", command->keyword, text,
		    WEXITSTATUS(result->status));
		return false;
	}
	return true;
}

static bool
run_words(const struct command *command, const struct string_list *words,
    const struct user *account, struct bytes *out)
{
	const struct helper helper = {
		.words = words, .account = account,
		.output_max = COMMAND_OUTPUT_MAX,
		.time_limit_ms = command->time_limit_ms,
		.client_fd = command->client_fd,
	};
	struct helper_result result;
	struct err err;

	log_debug("%s: running %s as %s", command->keyword, words->v[0],
	    account->name);
	if (!helper_run(&helper, &result, &err)) {
		log_error("%s %s: %s: %s", command->keyword, words->v[0],
		    err.what, err_text(&err));
		return false;
	}
	if (!judge(command, words, &result)) {
		free(result.output);
		return false;
	}
	*out = bytes_of(result.output, result.output_len);
	return true;
}

bool
command_run(const struct command *command, struct bytes *out)
{
	struct string_list words;
	struct user account;
	struct err err;
	bool ok;

	if (!make_words(command, &words, &err)) {
		log_error("%s %s: %s", command->keyword, command->text,
		    err.what);
		return false;
	}
	ok = program_is_safe(command, words.v[0]) &&
	    find_account(command, &account);
	if (ok) {
		ok = run_words(command, &words, &account, out);
		user_clear(&account);
	}
	string_list_clear(&words);
	return ok;
}
