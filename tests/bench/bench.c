/* bench: what scripts/bench measures with. The same program gives the floors (bare UDP and TCP
 * between two processes) and drives schat, so that both are timed by the same clock in the same
 * run. Each command prints numbers alone: microseconds, or what it says below.
 *
 *   bench ping ROUNDS
 *       median round trip of 64 bytes over UDP between two processes
 *   bench relay OWN-PORT PEER-PORT
 *       stdin to UDP and back: what schat does, without doing it
 *   bench rtt ROUNDS A-IN A-OUT B-IN B-OUT
 *       median round trip of a line of 64 bytes through two programs
 *   bench start ROUNDS A -- B...
 *       medians of starting A and B by turns, until they have ended
 *   bench first IN OUT CMD...
 *       from the start of CMD until a line has gone to OUT and one came back
 *   bench copy FILE
 *       raw TCP, two processes, file to nowhere: seconds, CPU seconds
 *   bench timed FILE CMD...
 *       runs CMD; seconds and CPU seconds go to FILE
 *   bench ask hello|stun ROUNDS PORT PID
 *       requests to a server, 32 at a time: its CPU microseconds an answer
 *   bench cpu PID
 *       CPU seconds of a process so far
 *   bench port
 *       a number of a port that is free for UDP and TCP */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 64, CHUNK = 65536, ROUNDS_MAX = 100000 };

static void check(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

static size_t rounds_of(const char *text)
{
	long n = atol(text);
	return n < 1 ? 1 : n > ROUNDS_MAX ? ROUNDS_MAX : (size_t)n;
}

static double times[2][ROUNDS_MAX];

/* --- sockets on loopback --- */

static struct sockaddr_in loopback(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int bound(int type, unsigned port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, type, 0);
	check(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
	return fd;
}

static struct sockaddr_in name_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	check(getsockname(fd, (struct sockaddr *)&a, &len) == 0, "getsockname");
	return a;
}

static void join(int fd, struct sockaddr_in to)
{
	check(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
}

static void ping(size_t rounds)
{
	char packet[LINE] = { 0 };
	int a = bound(SOCK_DGRAM, 0), b = bound(SOCK_DGRAM, 0);
	join(a, name_of(b));
	join(b, name_of(a));
	pid_t child = fork();
	check(child >= 0, "fork");
	while (child == 0)
		check(recv(b, packet, sizeof packet, 0) > 0 &&
		          send(b, packet, sizeof packet, 0) == LINE,
		      "echo");
	for (size_t i = 0; i < rounds; i++) {
		double start = now_us();
		check(send(a, packet, sizeof packet, 0) == LINE &&
		          recv(a, packet, sizeof packet, 0) == LINE,
		      "ping");
		times[0][i] = now_us() - start;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("%.2f\n", median(times[0], rounds));
}

static void relay(unsigned own, unsigned peer)
{
	char packet[CHUNK];
	int fd = bound(SOCK_DGRAM, own);
	join(fd, loopback(peer));
	struct pollfd watched[] = { { .fd = 0, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	for (;;) {
		check(poll(watched, 2, -1) > 0, "poll");
		ssize_t n;
		if (watched[1].revents) {
			n = recv(fd, packet, sizeof packet, 0);
			check(n < 0 || write(1, packet, (size_t)n) == n, "write");
		}
		if (watched[0].revents) {
			n = read(0, packet, sizeof packet);
			if (n <= 0)
				return;
			check(send(fd, packet, (size_t)n, 0) == n, "send");
		}
	}
}

/* --- lines through programs --- */

static void say(int fd, const char *line, size_t len)
{
	check(write(fd, line, len) == (ssize_t)len, "write of a line");
}

/* Reads up to and with the next newline. */
static void hear(int fd)
{
	char c[1024];
	ssize_t n;
	do {
		n = read(fd, c, sizeof c);
		check(n > 0, "read of a line");
	} while (c[n - 1] != '\n');
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags);
	check(fd >= 0, path);
	return fd;
}

static void rtt(size_t rounds, char **paths)
{
	char line[LINE];
	int a_in = opened(paths[0], O_WRONLY), a_out = opened(paths[1], O_RDONLY),
	    b_in = opened(paths[2], O_WRONLY), b_out = opened(paths[3], O_RDONLY);
	memset(line, 'x', sizeof line);
	line[LINE - 1] = '\n';
	for (size_t i = 0; i < rounds; i++) {
		double start = now_us();
		say(a_in, line, sizeof line);
		hear(b_out);
		say(b_in, line, sizeof line);
		hear(a_out);
		times[0][i] = now_us() - start;
	}
	printf("%.2f\n", median(times[0], rounds));
}

static void first(const char *in, const char *out, char **command)
{
	int their_in = opened(in, O_WRONLY), their_out = opened(out, O_RDONLY), to[2], from[2];
	check(pipe(to) == 0 && pipe(from) == 0, "pipe");
	double start = now_us();
	pid_t child = fork();
	check(child >= 0, "fork");
	if (child == 0) {
		check(dup2(to[0], 0) == 0 && dup2(from[1], 1) == 1, "dup2");
		close(to[0]), close(to[1]), close(from[0]), close(from[1]);
		close(their_in), close(their_out);
		execvp(command[0], command);
		check(0, command[0]);
	}
	close(to[0]), close(from[1]);
	say(to[1], "ping\n", 5);
	hear(their_out);
	say(their_in, "pong\n", 5);
	hear(from[0]);
	printf("%.0f\n", now_us() - start);
	close(to[1]), close(their_in);
	waitpid(child, NULL, 0);
}

/* --- running programs --- */

static double run(char **command)
{
	int status;
	double start = now_us();
	pid_t child = vfork();
	check(child >= 0, "vfork");
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		execvp(command[0], command);
		_exit(127);
	}
	check(waitpid(child, &status, 0) == child && status == 0, command[0]);
	return now_us() - start;
}

static void start(size_t rounds, char **a)
{
	char **b = a;
	while (*b && strcmp(*b, "--") != 0)
		b++;
	check(*b != NULL, "start: no --");
	*b++ = NULL;
	for (size_t i = 0; i < rounds; i++) {
		times[0][i] = run(a);
		times[1][i] = run(b);
	}
	printf("%.0f %.0f\n", median(times[0], rounds), median(times[1], rounds));
}

/* CPU seconds of all children that have ended. */
static double cpu_s(void)
{
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void timed(const char *path, char **command)
{
	int status;
	double begin = now_us();
	pid_t child = fork();
	check(child >= 0, "fork");
	if (child == 0) {
		execvp(command[0], command);
		check(0, command[0]);
	}
	check(waitpid(child, &status, 0) == child, "wait");
	FILE *f = fopen(path, "w");
	check(f && fprintf(f, "%.6f %.6f\n", (now_us() - begin) / 1e6, cpu_s()) > 0 &&
	          fclose(f) == 0,
	      path);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void pump(int from, int to)
{
	static char chunk[CHUNK];
	ssize_t n;
	while ((n = read(from, chunk, sizeof chunk)) > 0)
		check(write(to, chunk, (size_t)n) == n, "write");
	check(n == 0, "read");
}

static void copy(const char *path)
{
	int file = opened(path, O_RDONLY), listener = bound(SOCK_STREAM, 0);
	check(listen(listener, 1) == 0, "listen");
	double begin = now_us();
	for (int side = 0; side < 2; side++) {
		pid_t child = fork();
		check(child >= 0, "fork");
		if (child > 0)
			continue;
		int fd = side == 0 ? accept(listener, NULL, NULL) : socket(AF_INET, SOCK_STREAM, 0);
		check(fd >= 0, "socket");
		if (side == 0) {
			pump(fd, opened("/dev/null", O_WRONLY));
		} else {
			join(fd, name_of(listener));
			pump(file, fd);
		}
		exit(0);
	}
	while (wait(NULL) > 0)
		;
	printf("%.6f %.6f\n", (now_us() - begin) / 1e6, cpu_s());
}

/* ---- servers ---- */

static double cpu_of(const char *pid)
{
	char path[64], line[1024];
	unsigned long user = 0, kernel = 0;
	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	FILE *f = fopen(path, "r");
	check(f != NULL && fgets(line, sizeof line, f) != NULL, path);
	fclose(f);
	const char *end = strrchr(line, ')');
	check(end &&
	          sscanf(end + 2, "%*c%*d%*d%*d%*d%*d%*u%*u%*u%*u%*u%lu%lu", &user, &kernel) == 2,
	      path);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* HELLO of docs/SIGNALING.md S2, or a binding request of RFC 5389. Whichever is lost is asked
 * again. */
static void ask(int hello, size_t rounds, unsigned port, const char *pid)
{
	unsigned char out[96] = { 0xc0, 1 }, in[2048];
	static const unsigned char stun[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
	size_t len = hello ? sizeof out : 20, got = 0;
	int fd = bound(SOCK_DGRAM, 0), flying = 0;
	join(fd, loopback(port));
	if (!hello)
		memcpy(out, stun, sizeof stun);
	double before = cpu_of(pid);
	while (got < rounds) {
		for (; flying < 32; flying++) {
			out[9]++;
			check(send(fd, out, len, 0) == (ssize_t)len, "send");
		}
		struct pollfd answers = { .fd = fd, .events = POLLIN };
		if (poll(&answers, 1, 100) <= 0)
			flying = 0;
		while (flying > 0 && recv(fd, in, sizeof in, MSG_DONTWAIT) > 0) {
			flying--;
			got++;
		}
	}
	printf("%.3f\n", (cpu_of(pid) - before) * 1e6 / (double)got);
}

/* One that is free for UDP and for TCP, where closed connections hold theirs for a minute. */
static void port(void)
{
	for (int tries = 0; tries < 1000; tries++) {
		struct sockaddr_in a = name_of(bound(SOCK_DGRAM, 0));
		int tcp = socket(AF_INET, SOCK_STREAM, 0);
		if (bind(tcp, (struct sockaddr *)&a, sizeof a) == 0) {
			printf("%u\n", ntohs(a.sin_port));
			return;
		}
		close(tcp);
	}
	check(0, "bind");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(what, "ping") == 0 && argc == 3)
		ping(rounds_of(argv[2]));
	else if (strcmp(what, "relay") == 0 && argc == 4)
		relay((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
	else if (strcmp(what, "rtt") == 0 && argc == 7)
		rtt(rounds_of(argv[2]), argv + 3);
	else if (strcmp(what, "start") == 0 && argc > 5)
		start(rounds_of(argv[2]), argv + 3);
	else if (strcmp(what, "first") == 0 && argc > 4)
		first(argv[2], argv[3], argv + 4);
	else if (strcmp(what, "copy") == 0 && argc == 3)
		copy(argv[2]);
	else if (strcmp(what, "timed") == 0 && argc > 3)
		timed(argv[2], argv + 3);
	else if (strcmp(what, "ask") == 0 && argc == 6)
		ask(strcmp(argv[2], "hello") == 0, rounds_of(argv[3]), (unsigned)atoi(argv[4]),
		    argv[5]);
	else if (strcmp(what, "cpu") == 0 && argc == 3)
		printf("%.2f\n", cpu_of(argv[2]));
	else if (strcmp(what, "port") == 0)
		port();
	else
		return 2;
	return 0;
}
