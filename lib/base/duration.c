/* SPDX-License-Identifier: ISC */
#include "lib/base/duration.h"

static const struct {
	char letter;
	uint32_t seconds;
} units[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 60 * 60 },
	{ 'd', 24 * 60 * 60 },
	{ 'w', 7 * 24 * 60 * 60 },
};

struct cursor {
	const uint8_t *p, *end;
};

static bool
at_digit(const struct cursor *c)
{
	return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

/* The digits here; false when there is none or they pass the limit. */
static bool
take_number(struct cursor *c, double *number)
{
	double value = 0;

	if (!at_digit(c))
		return false;
	for (; at_digit(c); c->p++) {
		value = value * 10 + (*c->p - '0');
		if (value > DURATION_MAX_S)
			return false;
	}
	*number = value;
	return true;
}

static bool
take_fraction(struct cursor *c, double *fraction)
{
	double weight = 1;

	c->p++;				/* the point */
	if (!at_digit(c))
		return false;
	for (; at_digit(c); c->p++) {
		weight /= 10;
		*fraction += (*c->p - '0') * weight;
	}
	return true;
}

/* The unit here, in seconds; 0 when it is none. */
static uint32_t
take_unit(struct cursor *c)
{
	if (c->p == c->end || at_digit(c))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if ((*c->p | 0x20) == units[i].letter) {
			c->p++;
			return units[i].seconds;
		}
	}
	return 0;
}

bool
duration_parse(struct bytes text, double *seconds)
{
	struct cursor c = { text.p, text.p + text.len };
	bool seconds_seen = false;
	double sum = 0;

	if (text.len == 0)
		return false;
	while (c.p < c.end) {
		double number, fraction = 0;
		bool has_fraction;
		uint32_t unit;

		if (!take_number(&c, &number))
			return false;
		has_fraction = c.p < c.end && *c.p == '.';
		if (has_fraction && !take_fraction(&c, &fraction))
			return false;
		unit = take_unit(&c);
		if (unit == 0 || (unit == 1 && seconds_seen) ||
		    (unit != 1 && has_fraction))
			return false;
		seconds_seen |= unit == 1;
		sum += number * unit + fraction;
		if (sum >= DURATION_MAX_S + 1.0)
			return false;
	}
	*seconds = sum;
	return true;
}

bool
duration_parse_s(struct bytes text, uint32_t *seconds)
{
	double value;

	if (!duration_parse(text, &value))
		return false;
	*seconds = (uint32_t)value;
	return true;
}
