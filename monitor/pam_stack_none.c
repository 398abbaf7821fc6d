/* SPDX-License-Identifier: ISC */
/* For builds without PAM, in which UsePAM can not be yes. */
#include "monitor/pam_stack.h"

bool
pam_stack_new(struct pam_stack **out, const struct pam_identity *identity,
    struct err *err)
{
	(void)identity;
	*out = NULL;
	return err_set(err, ERR_DENIED, "PAM");
}

void
pam_stack_free(struct pam_stack *stack)
{
	(void)stack;
}

void
pam_stack_set_info(struct pam_stack *stack, const char *info)
{
	(void)stack;
	(void)info;
}

enum pam_step
pam_stack_authenticate(struct pam_stack *stack, bool allow_empty,
    const struct pam_talk *talk)
{
	(void)stack;
	(void)allow_empty;
	(void)talk;
	return PAM_STEP_BROKEN;
}

enum pam_step
pam_stack_account(struct pam_stack *stack, const struct pam_talk *talk)
{
	(void)stack;
	(void)talk;
	return PAM_STEP_BROKEN;
}

enum pam_step
pam_stack_change_password(struct pam_stack *stack,
    const struct pam_talk *talk)
{
	(void)stack;
	(void)talk;
	return PAM_STEP_BROKEN;
}

enum pam_step
pam_stack_set_credentials(struct pam_stack *stack)
{
	(void)stack;
	return PAM_STEP_BROKEN;
}

enum pam_step
pam_stack_open_session(struct pam_stack *stack)
{
	(void)stack;
	return PAM_STEP_BROKEN;
}

bool
pam_stack_did_authenticate(const struct pam_stack *stack)
{
	(void)stack;
	return false;
}

bool
pam_stack_is_exhausted(const struct pam_stack *stack)
{
	(void)stack;
	return true;
}

const char *
pam_stack_why(const struct pam_stack *stack)
{
	(void)stack;
	return "not built with PAM";
}

const char *
pam_stack_told(const struct pam_stack *stack)
{
	(void)stack;
	return "";
}

void
pam_stack_forget_told(struct pam_stack *stack)
{
	(void)stack;
}

bool
pam_stack_environment(const struct pam_stack *stack, uint8_t **out,
    size_t *len, struct err *err)
{
	(void)stack;
	*out = NULL;
	*len = 0;
	return err_set(err, ERR_DENIED, "PAM");
}
