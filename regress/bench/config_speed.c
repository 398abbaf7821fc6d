/* SPDX-License-Identifier: ISC */
/*
 * config_speed - what sshd_config costs, in CPU time of this machine.
 *
 * Configurations of 5 lines, of 500 lines with 100 Match blocks, of 2,000 and
 * 4,000 blocks, and of 500 and 1,000 included files: microseconds to read it
 * (once, in the listener), and for each connection, in the monitor: to take
 * over the snapshot, with the values before a user is named, and the values
 * for that user. Numbers, no judgement; the aims are 300 microseconds for a
 * connection with 100 blocks, and twice the time for twice the size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sshd/config/config.h"

#define ROUNDS		2000	/* with the smallest; fewer with many lines */

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
write_blocks(FILE *out, int blocks)
{
	fputs(five_lines, out);
	for (int i = 0; i < 95; i++)
		fprintf(out, "AllowUsers user%d@10.%d.0.0/16\n", i, i);
	for (int i = 0; i < blocks; i++)
		fprintf(out, "Match user user%d,admin%d address "
		    "10.%d.0.0/16,!10.%d.7.0/24\n\tMaxSessions %d\n"
		    "\tPermitOpen host%d:80 host%d:443\n"
		    "\tForceCommand /usr/bin/job %d\n", i, i, i % 256, i % 256,
		    i + 1, i, i, i);
}

static FILE *
create(const char *dir, const char *name)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((out = fopen(path, "w")) == NULL)
		exit(1);
	return out;
}

/* Each of them with a line for all and a block. */
static void
write_files(const char *dir, int files)
{
	char name[16];

	for (int i = 0; i < files; i++) {
		FILE *out;

		snprintf(name, sizeof(name), "%d.conf", i);
		out = create(dir, name);
		fprintf(out, "AllowUsers user%d\nMatch user user%d\n"
		    "\tMaxSessions %d\n", i, i, i + 1);
		fclose(out);
	}
}

struct size {
	const char *name;
	int blocks, files;	/* both 0: five lines */
	int rounds;
};

/* A folder with the configuration. */
static void
write_size(const struct size *size, char dir[static 32])
{
	FILE *out;

	strcpy(dir, "/tmp/config_speed.XXXXXX");
	if (mkdtemp(dir) == NULL)
		exit(1);
	out = create(dir, "main");
	if (size->blocks != 0)
		write_blocks(out, size->blocks);
	else
		fputs(five_lines, out);
	if (size->files != 0)
		fprintf(out, "Include %s/*.conf\n", dir);
	write_files(dir, size->files);
	if (fclose(out) == EOF)
		exit(1);
}

static void
remove_size(const char *dir)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command) != 0)
		exit(1);
}

static double
measure_load(const struct config_args *args, int rounds, uint8_t **packed,
    size_t *len)
{
	struct config *config = NULL;
	double start = cpu_us(), us;
	struct err err;

	for (int i = 0; i < rounds; i++) {
		config_free(config);
		must(config_load(args, &config, &err), &err);
	}
	us = (cpu_us() - start) / rounds;
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
measure(const struct size *size)
{
	static const struct conf_spec spec = {
		.user = "user57", .address = "10.57.1.1",
		.local_address = "10.0.0.1", .local_port = 22,
	};
	char dir[32], path[64];
	const struct config_args args = { .file = path };
	uint8_t *packed;
	size_t len;
	double load_us, start, us;

	write_size(size, dir);
	snprintf(path, sizeof(path), "%s/main", dir);
	load_us = measure_load(&args, MAX(size->rounds / 10, 1), &packed,
	    &len);
	start = cpu_us();
	for (int i = 0; i < size->rounds; i++)
		connection(bytes_of(packed, len), &spec);
	us = (cpu_us() - start) / size->rounds;
	printf("%-12s read %9.1f us   connection %8.1f us   snapshot %7zu "
	    "bytes\n", size->name, load_us, us, len);
	remove_size(dir);
	free(packed);
	return us;
}

int
main(void)
{
	static const struct size sizes[] = {
		{ "5 lines", 0, 0, ROUNDS },
		{ "500 lines", 100, 0, ROUNDS },
		{ "2000 blocks", 2000, 0, ROUNDS / 20 },
		{ "4000 blocks", 4000, 0, ROUNDS / 40 },
		{ "500 files", 0, 500, ROUNDS / 20 },
		{ "1000 files", 0, 1000, ROUNDS / 40 },
	};
	double us[ARRAY_LEN(sizes)];

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		us[i] = measure(&sizes[i]);
	printf("for a connection: 500 lines %.1f times 5 lines, 4000 blocks "
	    "%.1f times 2000, 1000 files %.1f times 500\n", us[1] / us[0],
	    us[3] / us[2], us[5] / us[4]);
	return 0;
}
