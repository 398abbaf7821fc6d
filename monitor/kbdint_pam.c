/* SPDX-License-Identifier: ISC */
/* What PAM modules want to know, as questions to the client. */
#include "monitor/account.h"
#include "monitor/kbdint.h"
#include "monitor/monitor.h"

static bool
enabled(const struct conf *conf)
{
	return conf->use_pam;
}

static bool
ask(void *arg, const char *told, const struct question *questions,
    size_t count, struct secret *answers)
{
	struct dialogue *dialogue = arg;
	bool answered = dialogue_ask(dialogue, told, questions, count, answers);

	pam_stack_forget_told(dialogue->mon->pam);
	return answered;
}

/* Authentication, account and, where it has expired, a new password. */
static enum pam_step
run_steps(struct dialogue *dialogue)
{
	const struct pam_talk talk = { .ask = ask, .arg = dialogue };
	struct pam_stack *pam = dialogue->mon->pam;
	enum pam_step step = pam_stack_authenticate(pam,
	    dialogue->mon->conf.permit_empty_passwords, &talk);

	/* nothing more is done for who can't get in */
	if (step == PAM_STEP_YES && dialogue->use)
		step = pam_stack_account(pam, &talk);
	if (step == PAM_STEP_NEW_PASSWORD)
		step = pam_stack_change_password(pam, &talk);
	return step;
}

static bool
run(struct dialogue *dialogue)
{
	struct monitor *mon = dialogue->mon;

	if (mon->pam == NULL || pam_stack_is_exhausted(mon->pam))
		return false;
	pam_stack_set_info(mon->pam, mon->auth.info.text);
	if (run_steps(dialogue) == PAM_STEP_YES)
		return dialogue->use;
	if (dialogue->abandoned || dialogue->broken)
		return false;
	account_log_failure(mon);
	account_spend_check(mon);
	return false;
}

const struct kbdint_device kbdint_pam = {
	.name = "pam", .enabled = enabled, .run = run,
};
