/* SPDX-License-Identifier: ISC */
#include "sshd/net/wakeups.h"

#include <sys/socket.h>

static bool
wake_after(int fd, int bytes)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes,
	    sizeof(bytes)) == 0;
}

void
wakeups_read(struct wakeups *w, struct loop *loop, int fd, size_t got,
    timer_fn *waited, void *arg)
{
	int64_t now_ms = clock_now_ms(loop->clock);

	if (!w->few) {
		if (now_ms < w->rest_until_ms)
			return;
		if (now_ms - w->since_ms >= WAKE_BUSY_MS) {
			w->since_ms = now_ms;
			w->bytes = 0;
		}
		w->bytes += got;
		if (w->bytes < WAKE_BUSY_BYTES)
			return;
		w->since_ms = now_ms;
		w->bytes = 0;
		w->reads = 0;
		w->few = wake_after(fd, WAKE_BYTES);
	}
	w->reads++;
	if (w->few)
		loop_timer_set(loop, &w->timer, WAKE_WAIT_MS, waited, arg);
}

void
wakeups_many(struct wakeups *w, struct loop *loop, int fd, bool in_vain)
{
	if (!w->few)
		return;
	w->few = false;
	loop_timer_stop(loop, &w->timer);
	(void)wake_after(fd, 1);
	if (!in_vain)
		return;
	w->rest_ms = w->rest_ms == 0 || w->reads >= WAKE_LASTED ?
	    WAKE_REST_MS : MIN(2 * w->rest_ms, WAKE_REST_MAX_MS);
	w->rest_until_ms = w->since_ms + w->rest_ms;
}
