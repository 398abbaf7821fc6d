/* SPDX-License-Identifier: ISC */
#include "monitor/tokens.h"

#include <string.h>

static const char *
token_value(char letter, const struct token *tokens, size_t count)
{
	if (letter == '%')
		return "%";
	for (size_t i = 0; i < count; i++) {
		if (tokens[i].letter == letter)
			return tokens[i].value;
	}
	return NULL;
}

bool
tokens_expand(const char *text, const struct token *tokens, size_t token_count,
    char *out, size_t out_len, struct err *err)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		const char *piece = text;
		size_t n = 1;

		if (*text == '%') {
			piece = token_value(*++text, tokens, token_count);
			if (piece == NULL)
				return err_set(err, ERR_FORMAT,
				    "unknown %-sequence");
			n = strlen(piece);
		}
		if (n >= out_len - len)
			return err_set(err, ERR_RANGE, "expanded text");
		memcpy(out + len, piece, n);
		len += n;
	}
	if (len >= out_len)
		return err_set(err, ERR_RANGE, "expanded text");
	out[len] = '\0';
	return true;
}
