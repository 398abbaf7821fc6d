/* SPDX-License-Identifier: ISC */
/*
 * config_speed - what sshd_config costs, in CPU time of this machine.
 *
 * A configuration of 500 lines with 100 Match blocks, next to one of 5 lines:
 * microseconds to read it (once, in the listener), and for each connection,
 * in the monitor: to take over the snapshot, with the values before a user is
 * named, and the values for that user. Numbers, no judgement; the aim is 300
 * microseconds for a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sshd/config/config.h"

#define BLOCKS		100
#define ROUNDS		2000

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
must(bool ok, const struct err *err)
{
	if (ok)
		return;
	fprintf(stderr, "config_speed: %s: %s\n", err->what, err_text(err));
	exit(1);
}

static const char five_lines[] =
    "Port 22\nPermitRootLogin no\nX11Forwarding no\n"
    "AcceptEnv LANG LC_*\nSubsystem sftp /usr/lib/sftp-server\n";

/* A hundred lines for all, then blocks of four lines each. */
static void
write_big(FILE *out)
{
	fputs(five_lines, out);
	for (int i = 0; i < 95; i++)
		fprintf(out, "AllowUsers user%d@10.%d.0.0/16\n", i, i);
	for (int i = 0; i < BLOCKS; i++)
		fprintf(out, "Match user user%d,admin%d address "
		    "10.%d.0.0/16,!10.%d.7.0/24\n\tMaxSessions %d\n"
		    "\tPermitOpen host%d:80 host%d:443\n"
		    "\tForceCommand /usr/bin/job %d\n", i, i, i, i, i + 1, i,
		    i, i);
}

static const char *
write_file(char path[static 32], bool big)
{
	FILE *out;
	int fd;

	strcpy(path, "/tmp/config_speed.XXXXXX");
	if ((fd = mkstemp(path)) == -1 || (out = fdopen(fd, "w")) == NULL)
		exit(1);
	if (big)
		write_big(out);
	else
		fputs(five_lines, out);
	if (fclose(out) == EOF)
		exit(1);
	return path;
}

static double
measure_load(const struct config_args *args, uint8_t **packed, size_t *len)
{
	struct config *config = NULL;
	double start = cpu_us(), us;
	struct err err;

	for (int i = 0; i < ROUNDS / 10; i++) {
		config_free(config);
		must(config_load(args, &config, &err), &err);
	}
	us = (cpu_us() - start) / (ROUNDS / 10);
	must(config_pack(config, packed, len, &err), &err);
	config_free(config);
	return us;
}

/* What the monitor of one connection does. */
static void
connection(struct bytes packed, const struct conf_spec *spec)
{
	struct config *config;
	struct conf before, after;
	struct err err;

	must(config_unpack(packed, &config, &err), &err);
	must(config_evaluate(config, NULL, &before, &err), &err);
	must(config_evaluate(config, spec, &after, &err), &err);
	conf_clear(&before);
	conf_clear(&after);
	config_free(config);
}

static double
measure(const char *name, bool big)
{
	static const struct conf_spec spec = {
		.user = "user57", .address = "10.57.1.1",
		.local_address = "10.0.0.1", .local_port = 22,
	};
	char path[32];
	const struct config_args args = { .file = write_file(path, big) };
	uint8_t *packed;
	size_t len;
	double load_us = measure_load(&args, &packed, &len), start = cpu_us();
	double us;

	for (int i = 0; i < ROUNDS; i++)
		connection(bytes_of(packed, len), &spec);
	us = (cpu_us() - start) / ROUNDS;
	printf("%-9s read %8.1f us   connection %7.1f us   snapshot %6zu "
	    "bytes\n", name, load_us, us, len);
	unlink(path);
	free(packed);
	return us;
}

int
main(void)
{
	double few = measure("5 lines", false);
	double many = measure("500 lines", true);

	printf("ratio %.1f for a connection\n", many / few);
	return 0;
}
