/* SPDX-License-Identifier: ISC */
#include "monitor/auth_none.h"

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

static const struct auth_request none_requests[] = {
	{ IPC_AUTH_NONE, refuse },
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
