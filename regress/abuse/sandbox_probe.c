/* SPDX-License-Identifier: ISC */
/*
 * sandbox_probe - enters the sandbox of sshd-net, or of a fork of the signer,
 * then breaks its rules.
 *
 * Built with sshd/net/sandbox.c and the filters of sshd/listener themselves.
 * For each call, in a child of its own: one line "NAME RESULT", where RESULT
 * is "allowed", "errno N" or "killed by signal N". Run as root it is chrooted
 * and changes its ids as sshd-net does: usage sandbox_probe DIR UID GID; or
 * sandbox_probe signer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/confine.h"
#include "sshd/listener/net_filter.h"
#include "sshd/listener/signer_filter.h"
#include "sshd/net/sandbox.h"

#define PAGE	4096

/* Made before the sandbox: what a hijacked net could have in its hands. */
static struct things {
	int pair[2];		/* a connected socket */
	int file;		/* a regular file, open for writing */
	int epoll;
	void *page;		/* writable memory */
	char byte;
} t;

static bool is_signer;

struct call {
	const char *name;
	long number;
	long a[6];
};

#define PTR(p)		(long)(uintptr_t)(p)
#define AT		AT_FDCWD

static struct sockaddr_un somewhere = { AF_UNIX, "/dev/log" };
static struct sockaddr_in web = { .sin_family = AF_INET };
static char text[256];
static int fds[2];
static struct stat st;
static struct timespec now;
static struct epoll_event event;
static struct pollfd pollfd;
static struct iovec iov = { text, 1 };
static int value = 1;
static socklen_t value_len = sizeof(value);

static size_t
list_calls(struct call *c)
{
	const char *const path = "/etc/passwd", *const name = "/made";
	char tiocsti = 'x';
	size_t n = 0;

#define CALL(text, number, ...)						\
	c[n++] = (struct call){ text, number, { __VA_ARGS__ } }
	/* the file system */
	CALL("open", SYS_open, PTR(path), O_RDONLY);
	CALL("openat", SYS_openat, AT, PTR(path), O_RDONLY);
	CALL("openat2", SYS_openat2, AT, PTR(path), PTR(text), 24);
	CALL("openat_path", SYS_openat, AT, PTR("/"), O_PATH);
	CALL("creat", SYS_creat, PTR(name), 0600);
	CALL("stat", SYS_stat, PTR("/"), PTR(&st));
	CALL("newfstatat", SYS_newfstatat, AT, PTR("/"), PTR(&st), 0);
	CALL("statx", SYS_statx, AT, PTR("/"), 0, 0, PTR(text));
	CALL("access", SYS_access, PTR(path), R_OK);
	CALL("readlink", SYS_readlink, PTR("/x"), PTR(text), 10);
	CALL("getdents64", SYS_getdents64, t.file, PTR(text), 100);
	CALL("getcwd", SYS_getcwd, PTR(text), 100);
	CALL("chdir", SYS_chdir, PTR("/"));
	CALL("fchdir", SYS_fchdir, t.file);
	CALL("chroot", SYS_chroot, PTR("/"));
	CALL("pivot_root", SYS_pivot_root, PTR("/"), PTR("/"));
	CALL("mkdir", SYS_mkdir, PTR(name), 0700);
	CALL("symlink", SYS_symlink, PTR(path), PTR(name));
	CALL("link", SYS_link, PTR(path), PTR(name));
	CALL("linkat", SYS_linkat, t.file, PTR(""), AT, PTR(name),
	    AT_EMPTY_PATH);
	CALL("unlink", SYS_unlink, PTR(name));
	CALL("rename", SYS_rename, PTR(name), PTR("/b"));
	CALL("chmod", SYS_chmod, PTR("/"), 0777);
	CALL("fchmod", SYS_fchmod, t.file, 0777);
	CALL("chown", SYS_chown, PTR("/"), 0, 0);
	CALL("truncate", SYS_truncate, PTR(path), 0);
	CALL("ftruncate", SYS_ftruncate, t.file, 0);
	CALL("mknod", SYS_mknod, PTR(name), S_IFIFO | 0600, 0);
	CALL("mount", SYS_mount, PTR("x"), PTR("/"), PTR("tmpfs"), 0, 0);
	CALL("umount2", SYS_umount2, PTR("/"), 0);
	CALL("fsopen", SYS_fsopen, PTR("tmpfs"), 0);
	CALL("open_tree", SYS_open_tree, AT, PTR("/"), 0);
	CALL("name_to_handle_at", SYS_name_to_handle_at, AT, PTR("/"),
	    PTR(text), PTR(&value), 0);
	CALL("open_by_handle_at", SYS_open_by_handle_at, AT, PTR(text), 0);
	CALL("inotify_init1", SYS_inotify_init1, 0);
	CALL("memfd_create", SYS_memfd_create, PTR("x"), 0);
	CALL("memfd_secret", SYS_memfd_secret, 0);
	/* the network */
	CALL("socket_inet", SYS_socket, AF_INET, SOCK_STREAM, 0);
	CALL("socket_unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	CALL("socket_netlink", SYS_socket, AF_NETLINK, SOCK_RAW, 0);
	CALL("socket_packet", SYS_socket, AF_PACKET, SOCK_RAW, 0);
	CALL("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, PTR(fds));
	CALL("connect", SYS_connect, t.pair[0], PTR(&somewhere),
	    sizeof(somewhere));
	CALL("connect_inet", SYS_connect, t.pair[0], PTR(&web), sizeof(web));
	CALL("bind", SYS_bind, t.pair[0], PTR(&web), sizeof(web));
	CALL("listen", SYS_listen, t.pair[0], 1);
	CALL("accept4", SYS_accept4, t.pair[0], 0, 0, 0);
	CALL("setsockopt_other", SYS_setsockopt, t.pair[0], SOL_SOCKET,
	    SO_REUSEADDR, PTR(&value), sizeof(value));
	CALL("setsockopt_filter", SYS_setsockopt, t.pair[0], SOL_SOCKET,
	    SO_ATTACH_FILTER, PTR(&value), sizeof(value));
	CALL("getsockopt_other", SYS_getsockopt, t.pair[0], SOL_SOCKET,
	    SO_PEERCRED, PTR(&value), PTR(&value_len));
	CALL("getpeername", SYS_getpeername, t.pair[0], PTR(text),
	    PTR(&value_len));
	/* processes */
	CALL("fork", SYS_fork, 0);
	CALL("vfork", SYS_vfork, 0);
	CALL("clone", SYS_clone, SIGCHLD, 0, 0, 0, 0);
	CALL("clone_thread", SYS_clone, CLONE_VM | CLONE_SIGHAND |
	    CLONE_THREAD, 0, 0, 0, 0);
	CALL("clone3", SYS_clone3, PTR(text), 88);
	CALL("execve", SYS_execve, PTR("/bin/true"), 0, 0);
	CALL("execveat", SYS_execveat, t.file, PTR(""), 0, 0, AT_EMPTY_PATH);
	CALL("kill_self", SYS_kill, getpid(), 0);
	CALL("kill_all", SYS_kill, -1, SIGTERM);
	CALL("tgkill", SYS_tgkill, getpid(), getpid(), 0);
	CALL("pidfd_open", SYS_pidfd_open, getppid(), 0);
	CALL("pidfd_getfd", SYS_pidfd_getfd, t.file, 0, 0);
	CALL("pidfd_send_signal", SYS_pidfd_send_signal, t.file, 9, 0, 0);
	CALL("ptrace_traceme", SYS_ptrace, 0, 0, 0, 0);
	CALL("ptrace_attach", SYS_ptrace, 16, getppid(), 0, 0);
	CALL("process_vm_readv", SYS_process_vm_readv, getppid(), PTR(&iov),
	    1, PTR(&iov), 1, 0);
	CALL("process_vm_writev", SYS_process_vm_writev, getppid(),
	    PTR(&iov), 1, PTR(&iov), 1, 0);
	CALL("kcmp", SYS_kcmp, getpid(), getppid(), 0, 0, 0);
	CALL("wait4", SYS_wait4, -1, 0, WNOHANG, 0);
	CALL("setpgid", SYS_setpgid, 0, 0);
	CALL("setsid", SYS_setsid, 0);
	CALL("prlimit64", SYS_prlimit64, 0, RLIMIT_NPROC, PTR(text), 0);
	CALL("setpriority", SYS_setpriority, 0, 0, 0);
	CALL("sched_setaffinity", SYS_sched_setaffinity, 0, 8, PTR(text));
	/* rights */
	CALL("setuid", SYS_setuid, 0);
	CALL("setgid", SYS_setgid, 0);
	CALL("setresuid", SYS_setresuid, 0, 0, 0);
	CALL("setgroups", SYS_setgroups, 0, 0);
	CALL("capset", SYS_capset, PTR(text), PTR(text));
	CALL("prctl_dumpable", SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
	CALL("prctl_name", SYS_prctl, PR_SET_NAME, PTR("x"), 0, 0, 0);
	CALL("prctl_pdeathsig", SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
	CALL("seccomp", SYS_seccomp, 1, 0, PTR(text));
	CALL("unshare", SYS_unshare, CLONE_NEWUSER);
	CALL("setns", SYS_setns, t.file, 0);
	CALL("keyctl", SYS_keyctl, 0, 0, 0, 0, 0);
	CALL("add_key", SYS_add_key, PTR("user"), PTR("x"), PTR("x"), 1, -1);
	CALL("personality", SYS_personality, 0xffffffff);
	/* the kernel's large doors */
	CALL("io_uring_setup", SYS_io_uring_setup, 1, PTR(text));
	CALL("io_setup", SYS_io_setup, 1, PTR(text));
	CALL("bpf", SYS_bpf, 0, PTR(text), 48);
	CALL("userfaultfd", SYS_userfaultfd, 0);
	CALL("perf_event_open", SYS_perf_event_open, PTR(text), 0, -1, -1, 0);
	CALL("ioctl_tiocsti", SYS_ioctl, t.pair[0], TIOCSTI, PTR(&tiocsti));
	CALL("ioctl_fionread", SYS_ioctl, t.pair[0], FIONREAD, PTR(&value));
	CALL("shmget", SYS_shmget, IPC_PRIVATE, PAGE, 0600);
	CALL("msgget", SYS_msgget, IPC_PRIVATE, 0600);
	CALL("timerfd_create", SYS_timerfd_create, 0, 0);
	CALL("timer_create", SYS_timer_create, 0, 0, PTR(text));
	CALL("signalfd4", SYS_signalfd4, -1, PTR(text), 8, 0);
	CALL("eventfd2", SYS_eventfd2, 0, 0);
	CALL("rt_sigaction", SYS_rt_sigaction, SIGTERM, 0, 0, 8);
	CALL("init_module", SYS_init_module, PTR(text), 1, PTR(""));
	CALL("kexec_load", SYS_kexec_load, 0, 0, 0, 0);
	CALL("reboot", SYS_reboot, 0, 0, 0, 0);
	CALL("clock_settime", SYS_clock_settime, 0, PTR(&now));
	CALL("settimeofday", SYS_settimeofday, 0, 0);
	CALL("syslog", SYS_syslog, 3, PTR(text), 10);
	CALL("uname", SYS_uname, PTR(text));
	CALL("not_a_call", 5000);
	CALL("x32_read", 0x40000000 | SYS_read, t.pair[0], PTR(text), 1);
	/* descriptors and memory */
	CALL("dup", SYS_dup, t.file);
	CALL("dup2", SYS_dup2, t.file, 40);
	CALL("fcntl_dupfd", SYS_fcntl, t.file, F_DUPFD, 0);
	CALL("fcntl_setown", SYS_fcntl, t.pair[0], F_SETOWN, 1);
	CALL("fcntl_setlk", SYS_fcntl, t.file, F_SETLK, PTR(text));
	CALL("sendfile", SYS_sendfile, t.pair[0], t.file, 0, 1);
	CALL("splice", SYS_splice, t.file, 0, t.pair[0], 0, 1, 0);
	CALL("pwrite64", SYS_pwrite64, t.file, PTR(text), 1, 0);
	CALL("lseek", SYS_lseek, t.file, 0, 0);
	CALL("mmap_exec", SYS_mmap, 0, PAGE, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL("mmap_write_exec", SYS_mmap, 0, PAGE, PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL("mmap_file", SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, t.file,
	    0);
	CALL("mmap_file_write", SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE, t.file, 0);
	CALL("mmap_shared_read", SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED,
	    t.file, 0);
	CALL("mmap_shared_exec", SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE |
	    PROT_EXEC, MAP_SHARED, t.file, 0);
	CALL("mmap_shared_fixed", SYS_mmap, PTR(t.page), PAGE,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, t.file, 0);
	CALL("mprotect_exec", SYS_mprotect, PTR(t.page), PAGE,
	    PROT_READ | PROT_EXEC);
	CALL("pkey_mprotect", SYS_pkey_mprotect, PTR(t.page), PAGE,
	    PROT_READ | PROT_EXEC, -1);
	CALL("remap_file_pages", SYS_remap_file_pages, PTR(t.page), PAGE, 0,
	    0, 0);
	/* what it needs */
	CALL("allowed_write", SYS_write, t.pair[0], PTR(text), 1);
	CALL("allowed_read", SYS_read, t.pair[1], PTR(text), 1);
	CALL("allowed_poll", SYS_poll, PTR(&pollfd), 0, 0);
	CALL("allowed_epoll_ctl", SYS_epoll_ctl, t.epoll, EPOLL_CTL_ADD,
	    t.pair[0], PTR(&event));
	CALL("allowed_epoll_wait", SYS_epoll_wait, t.epoll, PTR(&event), 1,
	    0);
	CALL("allowed_getrandom", SYS_getrandom, PTR(text), 1, 0);
	CALL("allowed_clock", SYS_clock_gettime, CLOCK_MONOTONIC, PTR(&now));
	CALL("allowed_mmap", SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL("allowed_mmap_shared", SYS_mmap, 0, PAGE,
	    PROT_READ | PROT_WRITE, MAP_SHARED, t.file, 0);
	CALL("allowed_mprotect", SYS_mprotect, PTR(t.page), PAGE, PROT_READ);
	CALL("allowed_close", SYS_close, t.file);
	CALL("allowed_getpid", SYS_getpid, 0);
	CALL("allowed_exit", SYS_exit_group, 0);
#undef CALL
	return n;
}

static bool
make_things(void)
{
	t.file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	t.epoll = epoll_create1(EPOLL_CLOEXEC);
	t.page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t.file == -1 || t.epoll == -1 || t.page == MAP_FAILED ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, t.pair) == -1)
		return false;
	return write(t.pair[0], "x", 1) == 1;
}

/* The child: its exit status is 0, or the errno of the call. */
static NORETURN void
try_call(const struct call *c, const struct sandbox *sandbox)
{
	struct err err;
	long rc;

	if (!(is_signer ? confine_calls(sandbox->filter, &err) :
	    sandbox_enter(sandbox, &err))) {
		dprintf(STDERR_FILENO, "%s: %s\n", err.what, err_text(&err));
		_exit(254);
	}
	rc = syscall(c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4],
	    c->a[5]);
	_exit(rc == -1 ? errno : 0);
}

static bool
report(const struct call *c, const struct sandbox *sandbox)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		try_call(c, sandbox);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return false;
	if (WIFSIGNALED(status))
		printf("%s killed by signal %d\n", c->name, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		printf("%s errno %d\n", c->name, WEXITSTATUS(status));
	else
		printf("%s allowed\n", c->name);
	return true;
}

int
main(int argc, char **argv)
{
	static struct call calls[256];
	struct sandbox sandbox = { 0 };
	uint8_t *filter;
	size_t len, count;
	struct err err;

	if (argc == 4) {
		sandbox.chroot_dir = argv[1];
		sandbox.uid = (uint32_t)strtoul(argv[2], NULL, 10);
		sandbox.gid = (uint32_t)strtoul(argv[3], NULL, 10);
	}
	is_signer = argc == 2 && strcmp(argv[1], "signer") == 0;
	if (!make_things() || !(is_signer ? signer_filter_compile :
	    net_filter_compile)(&filter, &len, &err))
		return 1;
	sandbox.filter = bytes_of(filter, len);
	setvbuf(stdout, NULL, _IOLBF, 0);
	count = list_calls(calls);
	for (size_t i = 0; i < count; i++) {
		if (!report(&calls[i], &sandbox))
			return 1;
	}
	free(filter);
	return 0;
}
