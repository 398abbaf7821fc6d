/* SPDX-License-Identifier: ISC */
/*
 * value - the types of keyword values: parse and print.
 *
 * Shapes:  words of a line -> field of struct conf -> line of sshd -T.
 * Units:   as the keyword's row says.
 * Errors:  false with text in value_in.reason: what was found, what was
 *          expected and what was perhaps meant.
 * Owns:    values lie in the arena of value_in.
 * Source:  sshd_config(5); sshd(8), -T.
 */
#ifndef SSHD_CONFIG_VALUE_H
#define SSHD_CONFIG_VALUE_H

#include <stdio.h>

#include "sshd/config/arena.h"
#include "sshd/config/keywords.h"

#define VALUE_REASON_MAX	512
#define VALUE_SHOWN_MAX		100	/* of a word, in a reason */

/* One line to be parsed, and where its value goes. */
struct value_in {
	const struct keyword *kw;
	struct arena *arena;
	struct conf *conf;
	const char *const *words;
	size_t word_count;
	uint32_t *parts;		/* RULE_BY_PART: bits already set */
	char *reason;			/* VALUE_REASON_MAX bytes */
	char *note;			/* likewise: accepted, but; or NULL */
	bool is_default;		/* words come from the row */
};

typedef bool value_parse(struct value_in *in);
typedef void value_print(const struct keyword *kw, const struct conf *conf,
    FILE *out);

/* Elements of a list that lines add to: as many as print has lines, or none. */
typedef size_t value_count(const struct keyword *kw, const struct conf *conf);

/* What loading makes of a word that is a path. */
enum path_kind {
	PATH_NONE,
	PATH_TILDE,	/* ~ is expanded; relative stays: under the home */
	PATH_ABSOLUTE,
};

struct value_type {
	value_parse *parse;
	value_print *print;
	value_count *count;	/* of RULE_APPEND and RULE_BY_NAME */
	uint8_t words_max;	/* 0: any number */
	bool is_raw;		/* one word: the rest of the line as it is */
	bool may_add_nothing;	/* a comment may stand in place of its words */
	uint8_t path;		/* enum path_kind */
};

extern const struct value_type type_choice, type_choice_exact, type_flag,
    type_number, type_number_or_none, type_octal, type_seconds,
    type_seconds_or_none, type_text, type_path, type_home_path, type_raw,
    type_raw_command, type_raw_program, type_digest, type_user_environment;
extern const struct value_type type_words, type_paths, type_words_on_line,
    type_log_places,
    type_paths_if_any, type_env_names, type_set_env, type_user_patterns,
    type_subsystem, type_auth_methods, type_auth_options, type_timeouts,
    type_host_keys;
extern const struct value_type type_ports, type_listen, type_permit_open,
    type_permit_listen, type_ip_qos, type_rekey, type_startups,
    type_net_block, type_addresses, type_penalties;
extern const struct value_type type_algorithms;
extern const struct value_type type_sftp_root, type_sftp_rights,
    type_sftp_upload, type_sftp_modes;

/* Fills in->reason; returns false. */
bool value_bad(struct value_in *in, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A word for a reason, cut to what is worth showing. */
#define SHOWN(word)	VALUE_SHOWN_MAX, (word)

/* A command that is internal-sftp has options that it understands. */
bool value_check_internal_sftp(struct value_in *in, const char *command);
/* The first %-sequence that the keyword does not know; NULL: none. */
const char *value_bad_token(const struct keyword *kw, const char *text);
bool value_add(struct value_in *in, struct conf_list *list, struct bytes s);
/* An array in the arena that grows by one; NULL when memory is out. */
void *value_grow(struct arena *arena, void *v, size_t count, size_t size);
/* Of a struct conf_list. */
size_t value_list_count(const struct keyword *kw, const struct conf *conf);
/* Does a line add to what earlier lines gave? */
bool value_grows(const struct keyword *kw);
const char *value_name_of(const struct value_names *names, int value);

/* What sshd -T prints, malloc'ed; NULL when memory is out. */
char *value_text(const struct keyword *kw, const struct conf *conf);
/* "keyword", in lower case, without a newline. */
void value_print_keyword(const struct keyword *kw, FILE *out);
/* A line for each word of a list, quoted where needed. */
void value_print_each(const struct keyword *kw, const struct conf *conf,
    FILE *out);
/* "keyword TEXT\n". */
void value_print_line(const struct keyword *kw, FILE *out, const char *fmt,
    ...) PRINTF_LIKE(3, 4);

#endif
