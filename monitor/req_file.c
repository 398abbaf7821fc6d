/* SPDX-License-Identifier: ISC */
#include "monitor/req_file.h"

#include "monitor/monitor.h"

bool
req_file_made(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_FILE_MADE *m = &message->u.FILE_MADE;

	return leftovers_add(&mon->leftovers, m->path, m->device, m->inode,
	    err);
}

bool
req_file_gone(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	return leftovers_drop(&mon->leftovers, message->u.FILE_GONE.path, err);
}
