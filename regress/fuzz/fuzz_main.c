/* SPDX-License-Identifier: ISC */
/*
 * fuzz_main - runs a fuzz target where there is no libFuzzer.
 *
 * target [-max_total_time=N | -seconds=N] [-runs=N] [-seed=N] [-max_len=N]
 *	[-timeout=N] [-rss_limit_mb=N] [-artifact_prefix=PREFIX] [PATH ...]
 *
 * Runs every file in the paths, directories too, once; then, for N seconds
 * or runs, inputs made from them. Without a limit nothing is made up. The
 * flags are libFuzzer's, so that one script can run both kinds. The input
 * that breaks a promise is left in PREFIXcrash.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"

#define DEPTH_MAX	4	/* of directories */

#pragma weak LLVMFuzzerInitialize
/* Of the sanitizers' common runtime, when there is one. */
void __sanitizer_set_death_callback(void (*)(void));
#pragma weak __sanitizer_set_death_callback

struct corpus {
	struct bytes *v;
	size_t count;
};

struct options {
	unsigned long seconds, runs, seed, max_len, timeout_s, rss_limit_mb;
	const char *artifact_prefix;
};

/* What the handlers of a crash have to save: they get no argument. */
static struct {
	const uint8_t *p;
	size_t len;
	char path[4096];
} current;

static void
save_current(void)
{
	int fd = open(current.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	ssize_t n;

	if (fd == -1)
		return;
	n = write(fd, current.p, current.len);
	close(fd);
	if (n == (ssize_t)current.len) {
		n = write(STDERR_FILENO, "input saved as ", 15);
		n = write(STDERR_FILENO, current.path, strlen(current.path));
		n = write(STDERR_FILENO, "\n", 1);
	}
}

static void
on_signal(int number)
{
	ssize_t n = 0;

	if (number == SIGALRM)
		n = write(STDERR_FILENO, "timeout\n", 8);
	(void)n;
	save_current();
	signal(number, SIG_DFL);
	raise(number);
}

static void
catch_crashes(const struct options *options)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGSEGV, SIGBUS,
	    SIGFPE, SIGILL };
	/* the sanitizers report the others themselves */
	size_t count = __sanitizer_set_death_callback == NULL ?
	    ARRAY_LEN(signals) : 2;

	snprintf(current.path, sizeof(current.path), "%scrash",
	    options->artifact_prefix);
	for (size_t i = 0; i < count; i++)
		signal(signals[i], on_signal);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(save_current);
}

static void
run_one(const struct options *options, const uint8_t *p, size_t len)
{
	struct rusage usage;

	current.p = p;
	current.len = len;
	alarm((unsigned)options->timeout_s);
	(void)LLVMFuzzerTestOneInput(p, len);
	alarm(0);
	getrusage(RUSAGE_SELF, &usage);
	if (options->rss_limit_mb != 0 &&
	    (unsigned long)usage.ru_maxrss / 1024 > options->rss_limit_mb) {
		fprintf(stderr, "out of memory: %ld MiB\n",
		    usage.ru_maxrss / 1024);
		abort();
	}
}

/* ---- the corpus ------------------------------------------------------------ */

static bool
add_file(struct corpus *corpus, const char *path, size_t max_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *p = malloc(max_len);
	ssize_t n = fd == -1 || p == NULL ? -1 : read(fd, p, max_len);
	struct bytes *v;

	if (fd != -1)
		close(fd);
	v = n == -1 ? NULL : realloc(corpus->v,
	    (corpus->count + 1) * sizeof(*v));
	if (v == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(p);
		return false;
	}
	/* exact, so that an overrun of the input is seen */
	if (n != 0)
		p = realloc(p, (size_t)n);
	v[corpus->count++] = bytes_of(p, (size_t)n);
	corpus->v = v;
	return true;
}

static bool
add_path(struct corpus *corpus, const char *path, size_t max_len,
    unsigned depth)
{
	struct dirent **names;
	struct stat st;
	bool ok = true;
	int count;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return add_file(corpus, path, max_len);
	if (depth == DEPTH_MAX)
		return true;
	/* in an order that is the same everywhere */
	if ((count = scandir(path, &names, NULL, alphasort)) == -1) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	for (int i = 0; i < count; i++) {
		char below[4096];

		snprintf(below, sizeof(below), "%s/%s", path,
		    names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			ok = add_path(corpus, below, max_len, depth + 1) && ok;
		free(names[i]);
	}
	free(names);
	return ok;
}

static void
corpus_clear(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->count; i++)
		free((void *)(uintptr_t)corpus->v[i].p);
	free(corpus->v);
}

/* ---- running --------------------------------------------------------------- */

static bool
time_is_over(const struct options *options, const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return options->seconds != 0 &&
	    now.tv_sec - start->tv_sec >= (time_t)options->seconds;
}

static unsigned long
run_made_up(const struct options *options, const struct corpus *corpus,
    const struct timespec *start)
{
	struct mutate m = { options->seed };
	uint8_t *buf = malloc(options->max_len);
	unsigned long runs = 0;

	if (buf == NULL)
		return 0;
	while (!time_is_over(options, start) &&
	    (options->runs == 0 || runs < options->runs)) {
		struct bytes from = { 0 }, other = { 0 };
		struct fuzz_copy input;
		size_t len;

		if (corpus->count != 0) {
			from = corpus->v[mutate_below(&m, corpus->count)];
			other = corpus->v[mutate_below(&m, corpus->count)];
			memcpy(buf, from.p, from.len);
		}
		len = mutate_run(&m, buf, from.len, options->max_len, other);
		input = fuzz_copy_init(bytes_of(buf, len));
		run_one(options, input.b.p, input.b.len);
		fuzz_copy_clear(&input);
		runs++;
	}
	free(buf);
	return runs;
}

static bool
take_number(const char *arg, const char *name, unsigned long *value)
{
	size_t len = strlen(name);

	if (strncmp(arg, name, len) != 0 || arg[len] != '=')
		return false;
	*value = strtoul(arg + len + 1, NULL, 10);
	return true;
}

static bool
take_option(struct options *o, const char *arg)
{
	static const char prefix[] = "-artifact_prefix=";

	if (strncmp(arg, prefix, sizeof(prefix) - 1) == 0) {
		o->artifact_prefix = arg + sizeof(prefix) - 1;
		return true;
	}
	return take_number(arg, "-seconds", &o->seconds) ||
	    take_number(arg, "-max_total_time", &o->seconds) ||
	    take_number(arg, "-runs", &o->runs) ||
	    take_number(arg, "-seed", &o->seed) ||
	    (take_number(arg, "-max_len", &o->max_len) && o->max_len != 0) ||
	    take_number(arg, "-timeout", &o->timeout_s) ||
	    take_number(arg, "-rss_limit_mb", &o->rss_limit_mb);
}

int
main(int argc, char **argv)
{
	struct options options = { .seed = 1, .max_len = 4096,
	    .timeout_s = 20, .artifact_prefix = "" };
	struct corpus corpus = { 0 };
	struct timespec start;
	unsigned long runs = 0;
	bool ok = true;

	if (LLVMFuzzerInitialize != NULL)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && !take_option(&options, argv[i])) {
			fprintf(stderr, "%s: unknown option\n", argv[i]);
			return 2;
		}
	}
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			ok = add_path(&corpus, argv[i], options.max_len, 0) &&
			    ok;
	}
	catch_crashes(&options);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < corpus.count; i++)
		run_one(&options, corpus.v[i].p, corpus.v[i].len);
	if (options.seconds != 0 || options.runs != 0)
		runs = run_made_up(&options, &corpus, &start);
	printf("%zu inputs of the corpus, %lu made up\n", corpus.count, runs);
	corpus_clear(&corpus);
	return ok ? 0 : 1;
}
