/* SPDX-License-Identifier: ISC */
#include "sshd/listener/test_mode.h"

#include <stdio.h>

#include "lib/base/log.h"
#include "sshd/listener/start.h"

/* Also without -C: "Match all" holds for a connection we know nothing of. */
static int
print_conf(const struct listener *listener)
{
	struct conf_spec spec = listener->cmdline.spec;
	struct conf conf;
	struct err err;

	spec.is_test = true;
	if (!config_evaluate(listener->snapshot.config, &spec, &conf, &err)) {
		log_fatal("%s", err.what);
		return EXIT_FATAL;
	}
	conf_print(&conf, stdout);
	conf_clear(&conf);
	if (fflush(stdout) == EOF) {
		log_fatal("stdout: %s", strerror(errno));
		return EXIT_FATAL;
	}
	return 0;
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
	return exit_code;
}
