/* SPDX-License-Identifier: ISC */
#include "monitor/auth_kbdint.h"

#include "lib/base/pattern.h"
#include "monitor/access.h"
#include "monitor/auth_methods.h"
#include "monitor/kbdint.h"
#include "monitor/monitor.h"

static const char method[] = "keyboard-interactive";

/* In the order in which they are tried. */
static const struct kbdint_device *const devices[] = {
	&kbdint_pam,
};

/* A method without a device would only cost its client an attempt. */
static bool
enabled(const struct conf *conf)
{
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		if (devices[i]->enabled(conf))
			return conf->kbd_interactive_authentication;
	}
	return false;
}

/* wanted: the client's list of devices; empty: any. */
static bool
fits(const struct monitor *mon, const struct kbdint_device *device,
    struct bytes wanted)
{
	return device->enabled(&mon->conf) &&
	    (wanted.len == 0 || name_list_has(wanted,
	    bytes_str(device->name))) &&
	    auth_methods_allow(mon->auth.methods, method, device->name);
}

static void
run(struct dialogue *dialogue, const struct kbdint_device *device)
{
	struct auth_attempt *attempt = dialogue->attempt;
	bool good;

	attempt->device = device->name;
	good = device->run(dialogue);
	if (dialogue->abandoned)
		attempt->verdict = VERDICT_ABANDONED;
	else {
		attempt->is_decision = true;
		attempt->verdict = good ? VERDICT_YES : VERDICT_NO;
	}
}

static auth_fn check;

static bool
check(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	struct bytes wanted = message->u.AUTH_KBDINT.devices;
	struct dialogue dialogue = {
		.mon = mon, .attempt = attempt,
		.use = mon->user.valid &&
		    access_root_password_allowed(&mon->conf, &mon->user),
	};
	bool fit[ARRAY_LEN(devices)];

	/* the list is gone once a question was asked */
	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		fit[i] = fits(mon, devices[i], wanted);
	for (size_t i = 0; i < ARRAY_LEN(devices) &&
	    attempt->verdict == VERDICT_NO && !dialogue.broken; i++) {
		if (fit[i])
			run(&dialogue, devices[i]);
	}
	if (dialogue.broken)
		*err = dialogue.err;
	attempt->is_attack = dialogue.broken;
	return !dialogue.broken;
}

bool
req_stray_answer(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	(void)mon;
	(void)message;
	return err_set(err, ERR_UNEXPECTED, "answer without a question");
}

static const struct auth_request requests[] = {
	{ IPC_AUTH_KBDINT, check },
};

const struct auth_backend auth_kbdint = {
	.method = method, .is_offered = true, .is_recorded = true,
	.enabled = enabled,
	.requests = requests, .request_count = ARRAY_LEN(requests),
};
