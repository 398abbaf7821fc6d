/* SPDX-License-Identifier: ISC */
/*
 * A PAM module that does what its arguments say, WHAT=STEP[:VALUE], where STEP
 * is auth, setcred, account, password, open or close:
 *   log=FILE         the steps, one a line, are appended to it
 *   fail=STEP:CODE   the step returns that number
 *   crash=STEP       it writes through a null pointer
 *   exit=STEP        it ends the process
 *   block=STEP       it blocks and ignores all signals, and sleeps
 *   tell=STEP:TEXT   it tells TEXT, with _ for blanks
 *   put=STEP:N=V     it sets a variable of the environment
 *   group=STEP:GID   it adds a supplementary group
 *   user=STEP:NAME   it changes PAM_USER
 *   ask=STEP:TEXT    it wants TEXT as the answer to one question
 *   rounds=STEP      three rounds of odd questions
 *   renew=STEP       it asks twice for a new password
 */
#include <grp.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct call {
	pam_handle_t *handle;
	const char *step, *value;
	int flags;
};

/* Messages to the user; answers are the caller's. */
static int
converse(pam_handle_t *handle, const struct pam_message *messages, int count,
    struct pam_response **responses)
{
	const struct pam_message *list[8];
	const void *item = NULL;
	const struct pam_conv *conv;

	for (int i = 0; i < count; i++)
		list[i] = &messages[i];
	if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS ||
	    (conv = item) == NULL)
		return PAM_CONV_ERR;
	*responses = NULL;
	return conv->conv(count, list, responses, conv->appdata_ptr);
}

/* Are these the answers? NULL: none is due. */
static int
round_of(pam_handle_t *handle, const struct pam_message *messages, int count,
    const char *const *want)
{
	struct pam_response *responses;
	int status = converse(handle, messages, count, &responses);

	if (status != PAM_SUCCESS)
		return status;
	for (int i = 0; i < count; i++) {
		const char *got = responses[i].resp;

		if ((got == NULL) != (want[i] == NULL) ||
		    (got != NULL && strcmp(got, want[i]) != 0))
			status = PAM_AUTH_ERR;
		free(responses[i].resp);
	}
	free(responses);
	return status;
}

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

static int
do_rounds(const struct call *call)
{
	static const struct pam_message first[] = {
		{ PAM_TEXT_INFO, "Three rounds.\nThis is the first." },
		{ PAM_PROMPT_ECHO_ON, "Name of your pet: " },
	}, second[] = {
		{ PAM_PROMPT_ECHO_OFF, "One: " },
		{ PAM_ERROR_MSG, "Nearly there." },
		{ PAM_PROMPT_ECHO_ON, "Two: " },
	}, third[] = {
		{ PAM_PROMPT_ECHO_OFF, "" },
	};
	static const char *const answers[][3] = {
		{ NULL, "Rex" }, { "1", NULL, "zwei" }, { "" },
	};
	int status = round_of(call->handle, first, COUNT(first), answers[0]);

	if (status == PAM_SUCCESS)
		status = round_of(call->handle, second, COUNT(second),
		    answers[1]);
	if (status == PAM_SUCCESS)
		status = round_of(call->handle, third, COUNT(third),
		    answers[2]);
	return status;
}

static int
do_renew(const struct call *call)
{
	static const struct pam_message questions[] = {
		{ PAM_PROMPT_ECHO_OFF, "New secret: " },
		{ PAM_PROMPT_ECHO_OFF, "Once more: " },
	};
	static const char *const answers[] = { "better", "better" };

	if ((call->flags & PAM_PRELIM_CHECK) != 0)
		return PAM_SUCCESS;
	return round_of(call->handle, questions, COUNT(questions), answers);
}

static int
do_ask(const struct call *call)
{
	static const struct pam_message question = {
		PAM_PROMPT_ECHO_OFF, "Odd password: ",
	};

	return round_of(call->handle, &question, 1, &call->value);
}

static int
do_tell(const struct call *call)
{
	char *text = strdup(call->value), *blank;
	struct pam_message message = { PAM_TEXT_INFO, text };
	struct pam_response *responses = NULL;

	while ((blank = strchr(text, '_')) != NULL)
		*blank = ' ';
	(void)converse(call->handle, &message, 1, &responses);
	free(responses);
	free(text);
	return PAM_SUCCESS;
}

static int
do_fail(const struct call *call)
{
	return atoi(call->value);
}

static int
do_crash(const struct call *call)
{
	(void)call;
	raise(SIGSEGV);
	return PAM_SUCCESS;
}

static int
do_exit(const struct call *call)
{
	exit(call->flags & 0);
	return PAM_ABORT;
}

static int
do_block(const struct call *call)
{
	sigset_t all;

	(void)call;
	signal(SIGALRM, SIG_IGN);
	alarm(0);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
	return PAM_ABORT;
}

static int
do_put(const struct call *call)
{
	return pam_putenv(call->handle, call->value);
}

static int
do_group(const struct call *call)
{
	gid_t groups[64];
	int count = getgroups(63, groups);

	if (count == -1 || (call->flags & PAM_DELETE_CRED) != 0)
		return PAM_SUCCESS;
	groups[count++] = (gid_t)atoi(call->value);
	return setgroups((size_t)count, groups) == 0 ? PAM_SUCCESS :
	    PAM_CRED_ERR;
}

static int
do_user(const struct call *call)
{
	return pam_set_item(call->handle, PAM_USER, call->value);
}

static const struct {
	const char *what;
	int (*run)(const struct call *);
} deeds[] = {
	{ "ask", do_ask }, { "rounds", do_rounds }, { "renew", do_renew },
	{ "tell", do_tell }, { "put", do_put }, { "group", do_group },
	{ "user", do_user }, { "crash", do_crash }, { "exit", do_exit },
	{ "block", do_block }, { "fail", do_fail },
};

static void
write_log(const struct call *call, const char *path)
{
	const char *info = pam_getenv(call->handle, "SSH_AUTH_INFO_0");
	const void *tty = NULL, *host = NULL;
	FILE *file = fopen(path, "ae");

	if (file == NULL)
		return;
	(void)pam_get_item(call->handle, PAM_TTY, &tty);
	(void)pam_get_item(call->handle, PAM_RHOST, &host);
	fprintf(file, "%s 0x%x uid=%d tty=%s host=%s info=%.*s\n", call->step,
	    (unsigned)call->flags & ~(unsigned)PAM_SILENT, (int)geteuid(),
	    (const char *)tty, (const char *)host,
	    info == NULL ? 1 : (int)strcspn(info, "\n"),
	    info == NULL ? "-" : info);
	fclose(file);
}

/* Is this WHAT=STEP[:VALUE], for this step? */
static int
run_argument(struct call *call, const char *argument)
{
	size_t step_len = strlen(call->step);

	if (strncmp(argument, "log=", 4) == 0)
		write_log(call, argument + 4);
	for (int i = 0; i < COUNT(deeds); i++) {
		size_t len = strlen(deeds[i].what);
		const char *step = argument + len + 1;

		if (strncmp(argument, deeds[i].what, len) != 0 ||
		    argument[len] != '=' ||
		    strncmp(step, call->step, step_len) != 0 ||
		    (step[step_len] != '\0' && step[step_len] != ':'))
			continue;
		call->value = step + step_len + (step[step_len] == ':');
		return deeds[i].run(call);
	}
	return PAM_SUCCESS;
}

static int
run(pam_handle_t *handle, const char *step, int flags, int argc,
    const char **argv)
{
	struct call call = { .handle = handle, .step = step, .flags = flags };
	int status = PAM_SUCCESS;

	for (int i = 0; i < argc && status == PAM_SUCCESS; i++)
		status = run_argument(&call, argv[i]);
	return status;
}

#define STEP(function, name)						\
int									\
function(pam_handle_t *handle, int flags, int argc, const char **argv)	\
{									\
	return run(handle, name, flags, argc, argv);			\
}

STEP(pam_sm_authenticate, "auth")
STEP(pam_sm_setcred, "setcred")
STEP(pam_sm_acct_mgmt, "account")
STEP(pam_sm_chauthtok, "password")
STEP(pam_sm_open_session, "open")
STEP(pam_sm_close_session, "close")
