/* SPDX-License-Identifier: ISC */
#include "sshd/listener/signer_filter.h"

#include <sys/socket.h>

#include "sshd/listener/filter.h"

static const struct filter_row rows[] = {
	/* questions, answers, and a line for the log */
	FILTER_ALLOW(recvmsg), FILTER_IF(sendmsg, 2, MSG_FASTOPEN, 0),
	FILTER_IF(sendto, 3, MSG_FASTOPEN, 0),
	FILTER_IF(send, 3, MSG_FASTOPEN, 0),
	FILTER_ALLOW(read), FILTER_ALLOW(write), FILTER_ALLOW(writev),
	FILTER_ALLOW(poll), FILTER_ALLOW(ppoll), FILTER_ALLOW(ppoll_time64),
	FILTER_ALLOW(close),
	/* syslog(3) when the logger has gone: the line is lost */
	FILTER_REFUSE(socket), FILTER_REFUSE(rt_sigaction),
};

bool
signer_filter_compile(uint8_t **out, size_t *out_len, struct err *err)
{
	return filter_compile(rows, ARRAY_LEN(rows), out, out_len, err);
}
