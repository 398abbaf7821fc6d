/* SPDX-License-Identifier: ISC */
#include "sshd/listener/test_mode.h"

#include <stdio.h>

#include "lib/base/log.h"
#include "sshd/config/explain.h"
#include "sshd/listener/start.h"

/* Blocks of which -C does not say enough; they are errors under --strict. */
static int
report_undecided(const struct explain *explain)
{
	const struct explain_block *b = explain->undecided;

	for (; b != NULL; b = b->next)
		log_error("%s line %u: Match is not decided: -C lacks %s",
		    config_file_name(explain->config, b->place.file),
		    b->place.line, b->lacking);
	return explain->undecided == NULL ? 0 : EXIT_FATAL;
}

/* Also without -C: "Match all" holds for a connection we know nothing of. */
static bool
print_plain(const struct listener *listener, struct err *err)
{
	struct conf_spec spec = listener->cmdline.spec;
	struct conf conf;

	spec.is_test = true;
	if (!config_evaluate(listener->snapshot.config, &spec, &conf, err))
		return false;
	conf_print(&conf, stdout);
	conf_clear(&conf);
	return true;
}

/* A block that waits for a local port is undecided here as any other. */
static bool
print_explained(const struct listener *listener, int *exit_code,
    struct err *err)
{
	const struct cmdline *cmdline = &listener->cmdline;
	struct explain explain;

	if (!explain_init(&explain, listener->snapshot.config, &cmdline->spec,
	    err))
		return false;
	if (cmdline->json)
		explain_print_json(&explain, stdout);
	else if (cmdline->explain)
		explain_print(&explain, stdout);
	else
		conf_print(&explain.conf, stdout);
	if (cmdline->config.strict && cmdline->spec_given)
		*exit_code = report_undecided(&explain);
	explain_clear(&explain);
	return true;
}

static int
print_conf(const struct listener *listener)
{
	const struct cmdline *cmdline = &listener->cmdline;
	int exit_code = 0;
	struct err err;

	if (!(cmdline->explain || cmdline->json || cmdline->config.strict ?
	    print_explained(listener, &exit_code, &err) :
	    print_plain(listener, &err))) {
		log_fatal("%s%s%s", err.what,
		    err.code == ERR_SYS ? ": " : "",
		    err.code == ERR_SYS ? err_text(&err) : "");
		return EXIT_FATAL;
	}
	if (fflush(stdout) == EOF) {
		log_fatal("stdout: %s", strerror(errno));
		return EXIT_FATAL;
	}
	return exit_code;
}

int
test_mode(struct listener *listener)
{
	enum run_mode mode = listener->cmdline.mode;
	int exit_code = 0;

	if (mode == RUN_PRINT_UNCHECKED) {
		if (!snapshot_load_config(&listener->snapshot,
		    &listener->cmdline, &exit_code))
			return exit_code;
	} else
		exit_code = start_load(listener);
	if (exit_code == 0 && mode != RUN_TEST)
		exit_code = print_conf(listener);
	signer_end(&listener->snapshot.signer);
	return exit_code;
}
