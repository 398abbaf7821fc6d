/* SPDX-License-Identifier: ISC */
#include "sshd/listener/signer_filter.h"

#include <sys/socket.h>

#include "sshd/listener/filter.h"

static const struct filter_row rows[] = {
	/* questions, answers, log lines; and the last words of libc */
	FILTER_ALLOW(recvmsg), FILTER_IF(sendmsg, 2, MSG_FASTOPEN, 0),
	FILTER_ALLOW(read), FILTER_ALLOW(write), FILTER_ALLOW(writev),
	FILTER_ALLOW(poll), FILTER_ALLOW(ppoll), FILTER_ALLOW(ppoll_time64),
	FILTER_ALLOW(close),
};

bool
signer_filter_compile(uint8_t **out, size_t *out_len, struct err *err)
{
	return filter_compile(rows, ARRAY_LEN(rows), out, out_len, err);
}
