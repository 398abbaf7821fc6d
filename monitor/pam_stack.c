/* SPDX-License-Identifier: ISC */
#include "monitor/pam_stack.h"

#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/wire/writer.h"

#define TERMINAL	"ssh"	/* modules want a PAM_TTY before there is one */
#define INFO_NAME	"SSH_AUTH_INFO_0"

struct pam_stack {
	pam_handle_t *handle;
	char *user;
	const struct pam_talk *talk;	/* of the current step; may be NULL */
	int status;			/* of the last step */
	sigset_t mask;			/* between steps */
	bool authenticated, exhausted;
	bool account_asked, credentials_set, session_open;
	int account_status;
	char told[PAM_TEXT_MAX + 1];
	size_t told_len;
};

/* ---- conversation ---------------------------------------------------------- */

/* One line more; what does not fit is dropped. */
static void
tell(struct pam_stack *stack, const char *text)
{
	size_t len = strlen(text), room = PAM_TEXT_MAX - stack->told_len;

	if (len + 1 > room)
		return;
	memcpy(stack->told + stack->told_len, text, len);
	stack->told_len += len;
	if (len == 0 || text[len - 1] != '\n')
		stack->told[stack->told_len++] = '\n';
	stack->told[stack->told_len] = '\0';
}

/* Sorts messages: text is kept, questions are listed with their places. */
static bool
read_messages(struct pam_stack *stack, int count,
    const struct pam_message **messages, struct question *questions,
    int *places, size_t *question_count)
{
	*question_count = 0;
	for (int i = 0; i < count; i++) {
		const char *text = messages[i]->msg == NULL ? "" :
		    messages[i]->msg;

		if (messages[i]->msg_style == PAM_TEXT_INFO ||
		    messages[i]->msg_style == PAM_ERROR_MSG) {
			tell(stack, text);
			continue;
		}
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF &&
		    messages[i]->msg_style != PAM_PROMPT_ECHO_ON)
			return false;
		questions[*question_count] = (struct question){
			.text = text,
			.echo = messages[i]->msg_style == PAM_PROMPT_ECHO_ON,
		};
		places[(*question_count)++] = i;
	}
	return true;
}

static void
free_responses(struct pam_response *responses, int count)
{
	for (int i = 0; i < count; i++) {
		if (responses[i].resp != NULL)
			explicit_bzero(responses[i].resp,
			    strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

/* Answers become the module's, which frees them. */
static bool
hand_over(const struct secret *answers, const int *places, size_t count,
    struct pam_response *responses)
{
	for (size_t i = 0; i < count; i++) {
		char *copy = answers[i].p == NULL ? NULL :
		    strdup((const char *)answers[i].p);

		if (copy == NULL)
			return false;
		responses[places[i]].resp = copy;
	}
	return true;
}

static bool
answer(struct pam_stack *stack, const struct question *questions,
    const int *places, size_t count, struct pam_response *responses)
{
	struct secret answers[PAM_MAX_NUM_MSG] = { { NULL, 0 } };
	bool ok;

	if (count == 0)
		return true;
	if (stack->talk == NULL)
		return false;
	ok = stack->talk->ask(stack->talk->arg, stack->told, questions, count,
	    answers) && hand_over(answers, places, count, responses);
	for (size_t i = 0; i < count; i++)
		secret_clear(&answers[i]);
	return ok;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **out, void *arg)
{
	struct pam_stack *stack = arg;
	struct question questions[PAM_MAX_NUM_MSG];
	int places[PAM_MAX_NUM_MSG];
	struct pam_response *responses;
	size_t asked;

	*out = NULL;
	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	if ((responses = calloc((size_t)count, sizeof(*responses))) == NULL)
		return PAM_BUF_ERR;
	if (!read_messages(stack, count, messages, questions, places,
	    &asked) ||
	    !answer(stack, questions, places, asked, responses)) {
		free_responses(responses, count);
		return PAM_CONV_ERR;
	}
	*out = responses;
	return PAM_SUCCESS;
}

/* ---- around every step ---------------------------------------------------- */

static enum pam_step
step_of(int status)
{
	static const int broken[] = {
		PAM_OPEN_ERR, PAM_SYMBOL_ERR, PAM_SERVICE_ERR, PAM_SYSTEM_ERR,
		PAM_BUF_ERR, PAM_ABORT, PAM_MODULE_UNKNOWN, PAM_BAD_ITEM,
	};

	if (status == PAM_SUCCESS)
		return PAM_STEP_YES;
	if (status == PAM_NEW_AUTHTOK_REQD)
		return PAM_STEP_NEW_PASSWORD;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		if (status == broken[i])
			return PAM_STEP_BROKEN;
	}
	return PAM_STEP_NO;
}

/* What modules start must not run with our signals blocked. */
static void
begin(struct pam_stack *stack, const struct pam_talk *talk)
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, &stack->mask);
	stack->talk = talk;
}

static enum pam_step
finish(struct pam_stack *stack, int status)
{
	(void)sigprocmask(SIG_SETMASK, &stack->mask, NULL);
	stack->talk = NULL;
	stack->status = status;
	return step_of(status);
}

/* ---- the handle ------------------------------------------------------------ */

static int
set_items(pam_handle_t *handle, const struct pam_identity *identity)
{
	char pair[256];
	int status = pam_set_item(handle, PAM_RHOST, identity->host);

	if (status == PAM_SUCCESS)
		status = pam_set_item(handle, PAM_TTY, TERMINAL);
	if (status != PAM_SUCCESS)
		return status;
	snprintf(pair, sizeof(pair), "SSH_CONNECTION=%s",
	    identity->connection);
	return pam_putenv(handle, pair);
}

bool
pam_stack_new(struct pam_stack **out, const struct pam_identity *identity,
    struct err *err)
{
	struct pam_stack *stack = calloc(1, sizeof(*stack));
	struct pam_conv conv = { .conv = converse, .appdata_ptr = stack };

	*out = NULL;
	if (stack == NULL || (stack->user = strdup(identity->user)) == NULL) {
		free(stack);
		return err_set(err, ERR_NOMEM, "PAM");
	}
	stack->status = pam_start(identity->service, identity->user, &conv,
	    &stack->handle);
	if (stack->status == PAM_SUCCESS)
		stack->status = set_items(stack->handle, identity);
	if (stack->status != PAM_SUCCESS) {
		log_error("PAM: pam_start(%s): %s", identity->service,
		    pam_strerror(NULL, stack->status));
		pam_stack_free(stack);
		return err_set(err, ERR_DENIED, "PAM");
	}
	*out = stack;
	return true;
}

void
pam_stack_free(struct pam_stack *stack)
{
	if (stack == NULL)
		return;
	begin(stack, NULL);
	if (stack->session_open)
		(void)pam_close_session(stack->handle, PAM_SILENT);
	if (stack->credentials_set)
		(void)pam_setcred(stack->handle,
		    PAM_DELETE_CRED | PAM_SILENT);
	if (stack->handle != NULL)
		(void)pam_end(stack->handle, stack->status);
	(void)finish(stack, stack->status);
	explicit_bzero(stack->told, sizeof(stack->told));
	free(stack->user);
	free(stack);
}

void
pam_stack_set_info(struct pam_stack *stack, const char *info)
{
	char *pair;

	/* it only grows: there is never one to take back */
	if (info == NULL || info[0] == '\0' ||
	    asprintf(&pair, INFO_NAME "=%s", info) == -1)
		return;
	(void)pam_putenv(stack->handle, pair);
	free(pair);
}

/* ---- steps ----------------------------------------------------------------- */

/* A module may map users; we decided about the one that was named. */
static bool
user_is_same(const struct pam_stack *stack)
{
	const void *user = NULL;

	if (pam_get_item(stack->handle, PAM_USER, &user) == PAM_SUCCESS &&
	    user != NULL && strcmp(user, stack->user) == 0)
		return true;
	log_error("PAM: a module changed the user from %.100s to %.100s",
	    log_safe(bytes_str(stack->user)).s,
	    log_safe(bytes_str(user == NULL ? "" : user)).s);
	return false;
}

enum pam_step
pam_stack_authenticate(struct pam_stack *stack, bool allow_empty,
    const struct pam_talk *talk)
{
	int status;

	begin(stack, talk);
	status = pam_authenticate(stack->handle,
	    allow_empty ? 0 : PAM_DISALLOW_NULL_AUTHTOK);
	if (status == PAM_MAXTRIES)
		stack->exhausted = true;
	if (status == PAM_SUCCESS && !user_is_same(stack))
		status = PAM_USER_UNKNOWN;
	/* only the account step may ask for a new password */
	if (status == PAM_NEW_AUTHTOK_REQD)
		status = PAM_AUTH_ERR;
	if (status == PAM_SUCCESS)
		stack->authenticated = true;
	return finish(stack, status);
}

enum pam_step
pam_stack_account(struct pam_stack *stack, const struct pam_talk *talk)
{
	begin(stack, talk);
	if (stack->account_asked)
		return finish(stack, stack->account_status);
	stack->account_status = pam_acct_mgmt(stack->handle, 0);
	stack->account_asked = true;
	if (stack->account_status != PAM_SUCCESS &&
	    stack->account_status != PAM_NEW_AUTHTOK_REQD)
		return finish(stack, stack->account_status);
	if (!user_is_same(stack))
		stack->account_status = PAM_USER_UNKNOWN;
	return finish(stack, stack->account_status);
}

enum pam_step
pam_stack_change_password(struct pam_stack *stack,
    const struct pam_talk *talk)
{
	int status;

	begin(stack, talk);
	status = pam_chauthtok(stack->handle, PAM_CHANGE_EXPIRED_AUTHTOK);
	if (status == PAM_SUCCESS)
		stack->account_status = PAM_SUCCESS;
	return finish(stack, status);
}

enum pam_step
pam_stack_set_credentials(struct pam_stack *stack)
{
	int status;

	begin(stack, NULL);
	status = pam_setcred(stack->handle, PAM_ESTABLISH_CRED);
	if (status == PAM_SUCCESS)
		stack->credentials_set = true;
	return finish(stack, status);
}

enum pam_step
pam_stack_open_session(struct pam_stack *stack)
{
	int status;

	begin(stack, NULL);
	status = pam_open_session(stack->handle, 0);
	if (status == PAM_SUCCESS)
		stack->session_open = true;
	return finish(stack, status);
}

/* ---- what came of it ------------------------------------------------------- */

bool
pam_stack_did_authenticate(const struct pam_stack *stack)
{
	return stack->authenticated;
}

bool
pam_stack_is_exhausted(const struct pam_stack *stack)
{
	return stack->exhausted;
}

const char *
pam_stack_why(const struct pam_stack *stack)
{
	return pam_strerror(stack->handle, stack->status);
}

const char *
pam_stack_told(const struct pam_stack *stack)
{
	return stack->told;
}

void
pam_stack_forget_told(struct pam_stack *stack)
{
	stack->told_len = 0;
	stack->told[0] = '\0';
}

/* Modules hand on what we told them; sessions learn it from us. */
static bool
is_ours(const char *pair)
{
	return strncmp(pair, "SSH_AUTH_INFO", strlen("SSH_AUTH_INFO")) == 0 ||
	    strncmp(pair, "SSH_CONNECTION", strlen("SSH_CONNECTION")) == 0;
}

bool
pam_stack_environment(const struct pam_stack *stack, uint8_t **out,
    size_t *len, struct err *err)
{
	char **pairs = pam_getenvlist(stack->handle);
	struct writer w = wr_init(malloc(PAM_ENV_MAX), PAM_ENV_MAX);

	for (char **p = pairs; p != NULL && *p != NULL; p++) {
		if (w.p != NULL && !is_ours(*p))
			wr_cstring(&w, *p);
		explicit_bzero(*p, strlen(*p));
		free(*p);
	}
	free(pairs);
	*out = w.p;
	*len = w.len;
	if (w.p == NULL)
		return err_set(err, ERR_NOMEM, "environment of PAM");
	return wr_end(&w, err) || err_set(err, ERR_RANGE,
	    "variables of PAM modules, 64 KiB at most");
}
