/* SPDX-License-Identifier: ISC */
/*
 * pam_stack - one PAM handle, from the first question about a user to the
 * end of the session: the only callers of libpam.
 *
 * Shapes:  each step is one call; what modules ask in it goes to a talk, what
 *          they tell is collected until somebody takes it.
 * Units:   -
 * Errors:  a step that says no is no error: PAM_STEP_NO, with pam_stack_why().
 * Owns:    struct pam_stack the handle and the collected text.
 * Source:  pam(3), pam_conv(3), pam_fail_delay(3).
 */
#ifndef MONITOR_PAM_STACK_H
#define MONITOR_PAM_STACK_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/ipc/messages.h"
#include "monitor/question.h"

struct pam_stack;

struct pam_identity {
	const char *service, *user;
	const char *host;		/* PAM_RHOST */
	const char *connection;		/* value of SSH_CONNECTION */
};

/*
 * Answers all questions, each as a C string in a secret, or says false: then
 * the module hears that nobody is there. told: what modules told since the
 * last question.
 */
typedef bool pam_ask_fn(void *arg, const char *told,
    const struct question *questions, size_t count,
    struct secret *answers);

struct pam_talk {
	pam_ask_fn *ask;
	void *arg;
};

enum pam_step {
	PAM_STEP_YES,
	PAM_STEP_NO,
	PAM_STEP_NEW_PASSWORD,	/* account: the password has expired */
	PAM_STEP_BROKEN,	/* the stack can't be asked */
};

MUST_CHECK bool pam_stack_new(struct pam_stack **out,
    const struct pam_identity *identity, struct err *err);
/* Ends what was begun: session, credentials, handle. NULL is fine. */
void pam_stack_free(struct pam_stack *stack);

/* SSH_AUTH_INFO_0 in the environment of modules; NULL: none yet. */
void pam_stack_set_info(struct pam_stack *stack, const char *info);

enum pam_step pam_stack_authenticate(struct pam_stack *stack,
    bool allow_empty, const struct pam_talk *talk);
/* Asked once; later calls say the same. */
enum pam_step pam_stack_account(struct pam_stack *stack,
    const struct pam_talk *talk);
/* After PAM_STEP_NEW_PASSWORD. */
enum pam_step pam_stack_change_password(struct pam_stack *stack,
    const struct pam_talk *talk);
/* Supplementary groups of this process are the user's meanwhile. */
enum pam_step pam_stack_set_credentials(struct pam_stack *stack);
enum pam_step pam_stack_open_session(struct pam_stack *stack);

/* Has authenticate ever said yes? Did a module ask for no further tries? */
bool pam_stack_did_authenticate(const struct pam_stack *stack);
bool pam_stack_is_exhausted(const struct pam_stack *stack);
/* In libpam's words, for the last step. */
const char *pam_stack_why(const struct pam_stack *stack);
/* What modules told since it was last taken; "" when nothing. */
const char *pam_stack_told(const struct pam_stack *stack);
void pam_stack_forget_told(struct pam_stack *stack);
/*
 * The environment of modules but for what we put there, as a run of strings
 * of at most PAM_ENV_MAX bytes; malloc'ed.
 */
MUST_CHECK bool pam_stack_environment(const struct pam_stack *stack,
    uint8_t **out, size_t *len, struct err *err);

#endif
