/* SPDX-License-Identifier: ISC */
#include "monitor/auth_none.h"

#include "monitor/auth_password.h"
#include "monitor/monitor.h"

static bool
always(const struct conf *conf)
{
	(void)conf;
	return true;
}

/* The client asks what there is: the answer is the list of methods. */
static auth_fn refuse;

static bool
refuse(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	(void)mon;
	(void)message;
	(void)err;
	attempt->quiet = true;
	return true;
}

/* ... or logs in to an account that asks for no password. */
static auth_fn try_empty;

static bool
try_empty(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	if (!mon->conf.permit_empty_passwords ||
	    !mon->conf.password_authentication)
		return refuse(mon, message, attempt, err);
	return auth_password_empty(mon, attempt, err);
}

static const struct auth_request none_requests[] = {
	{ IPC_AUTH_NONE, try_empty },
};

const struct auth_backend auth_none = {
	.method = "none", .enabled = always,
	.requests = none_requests, .request_count = ARRAY_LEN(none_requests),
};

static const struct auth_request unknown_requests[] = {
	{ IPC_AUTH_UNKNOWN, refuse },
};

const struct auth_backend auth_unknown = {
	.method = "unknown", .enabled = always,
	.requests = unknown_requests,
	.request_count = ARRAY_LEN(unknown_requests),
};
