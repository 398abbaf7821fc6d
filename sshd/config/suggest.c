/* SPDX-License-Identifier: ISC */
#include "sshd/config/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/compiler.h"

#define NAME_LEN_MAX	80	/* the longest algorithm name has 52 */

static int
lower(char c)
{
	return tolower((unsigned char)c);
}

/* Three rows are enough: a swap looks back by two. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NAME_LEN_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = above[j - 1] + (same ? 0 : 1);
			row[j] = MIN(row[j], above[j] + 1);
			row[j] = MIN(row[j], row[j - 1] + 1);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = MIN(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

struct suggest
suggest_init(const char *typed)
{
	size_t len = strlen(typed);

	/* beyond a third of the letters a likeness is chance */
	return (struct suggest){
		.typed = len > NAME_LEN_MAX ? "" : typed,
		.distance = len / 3 + 1 + (len > 1 ? 1 : 0),
	};
}

void
suggest_offer(struct suggest *suggest, const char *candidate)
{
	size_t d;

	if (suggest->typed[0] == '\0' || strlen(candidate) > NAME_LEN_MAX)
		return;
	d = distance(suggest->typed, candidate);
	if (d >= suggest->distance)
		return;
	suggest->distance = d;
	suggest->best = candidate;
}
