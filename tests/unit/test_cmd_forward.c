/* forward: connections of programs here, over a session that is a fake: which of them give way when
 * all places are taken and another program waits, and which never do. */
#include "cmd/talk/forward.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hush.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"
#include "session/session_net.h"
#include "tests/unit/cmd_world.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/fetch.h"

uint64_t session_heard_at(const struct session *s)
{
	(void)s;
	return 0;
}

void session_ping(struct session *s)
{
	(void)s;
}

static struct options options;
static struct plan plan;
static struct terminal_io io;
static struct company company;
static struct session ours, theirs;
static struct forward *forward;
static struct sockaddr_un where = { .sun_family = AF_UNIX };
static uint64_t now;

static void start(void)
{
	static const struct session_path path;
	const struct meeting_peer peer = { .name = "alice", .suite = encryptor_classes[0] };
	snprintf(where.sun_path, sizeof where.sun_path, "%s/port", folder);
	options = (struct options){ .listen = { .at = { where.sun_path }, .count = 1 } };
	plan = (struct plan){ .options = &options, .book = load_book() };
	plan.suite = encryptor_classes[0];
	io = (struct terminal_io){
		.ui = interactor_new(interactor_class_named(span_text("lines")),
		                     &(struct interactor_config){ .utf8 = true }),
	};
	company_init(&company, &plan, &io);
	fake_pair(&ours, &theirs);
	assert_true(company_admit(&company, 1, &peer));
	company_begin(&company, 1, &ours, &path);
	assert_int_equal(forward_open(&plan, &io, &forward), 0);
	now = clock_us();
}

static void end(void)
{
	forward_close(forward);
	company_abandon(&company, 0);
	company_end(&company);
	interactor_free(io.ui);
}

static void turn(void)
{
	struct watch watches[FORWARD_WATCHES] = { { .readable = true } };
	forward_turn(forward, &company, watches, now);
	fake_move_all(&ours);
	fake_move_all(&theirs);
}

static int comes(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
	for (int i = 0; i < 3; i++)
		turn();
	return fd;
}

static void says(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* What the peer has of the stream of the nth. */
static size_t came(unsigned nth)
{
	return session_read(&theirs, STREAM_OPENED + 2 * nth).len;
}

static bool broken(int fd)
{
	char byte;
	return descriptor_readable(fd, 0) && read(fd, &byte, 1) <= 0;
}

/* All places, of which the first ones have streams: the fake has no more. */
static void fill(int fds[static LIMIT_OPEN])
{
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		fds[i] = comes();
}

static void close_all(const int fds[static LIMIT_OPEN])
{
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		close(fds[i]);
}

/* The one that ended its side and has been idle for longest gives way after a minute, and not
 * before; one for each that waits. */
static void test_forward_half_closed_ones_give_way(void **state)
{
	(void)state;
	int fds[LIMIT_OPEN];
	start();
	fill(fds);
	for (unsigned i = 2; i < 5; i++) {
		now += SECOND;
		shutdown(fds[i], SHUT_WR);
		turn();
	}
	assert_true(forward_deadline(forward) == NEVER);
	int late = comes();
	assert_true(forward_deadline(forward) == now + 58 * SECOND);
	now += 58 * SECOND - 1;
	turn();
	assert_false(broken(fds[2]));
	now++;
	turn();
	assert_true(broken(fds[2]));
	assert_true(session_is_reset(&theirs, STREAM_OPENED + 4, &(uint8_t){ 0 }));
	for (int i = 0; i < 3; i++)
		turn();
	assert_true(forward_deadline(forward) == NEVER);
	now += 3600 * SECOND;
	turn();
	assert_false(broken(fds[3]) || broken(late));
	close(late);
	close_all(fds);
	end();
}

/* Those that are open both ways never do, however idle; nor one through which the answer comes; nor
 * any while the peer is away. */
static void test_forward_others_keep_their_places(void **state)
{
	(void)state;
	int fds[LIMIT_OPEN];
	char got[8];
	start();
	fill(fds);
	int late = comes();
	assert_true(forward_deadline(forward) == NEVER);
	now += 86400 * SECOND;
	turn();
	says(fds[0], "question");
	turn();
	assert_int_equal(came(0), 9);
	shutdown(fds[0], SHUT_WR);
	turn();
	assert_int_equal(session_write(&theirs, STREAM_OPENED, span_of("", 1)), 1);
	for (int i = 0; i < 5; i++) {
		now += 50 * SECOND;
		assert_int_equal(session_write(&theirs, STREAM_OPENED, span_text("answer")), 6);
		fake_move_all(&theirs);
		turn();
		assert_int_equal(read(fds[0], got, sizeof got), 6);
	}
	ours.away = true;
	for (int i = 0; i < 5; i++) {
		now += 50 * SECOND;
		turn();
	}
	ours.away = false;
	now += 59 * SECOND;
	turn();
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		assert_false(broken(fds[i]));
	now += SECOND;
	turn();
	assert_true(broken(fds[0]));
	close(late);
	close_all(fds);
	end();
}

/* A program that ends every connection at once and a peer that never does: each place is free again
 * after a minute, as long as somebody wants it. */
static void test_forward_hostile_ones_keep_no_place(void **state)
{
	(void)state;
	int fds[LIMIT_OPEN];
	start();
	fill(fds);
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		shutdown(fds[i], SHUT_WR);
	turn();
	for (unsigned i = 0; i < 20; i++) {
		int late = comes();
		now += 60 * SECOND;
		for (int n = 0; n < 3; n++)
			turn();
		shutdown(late, SHUT_WR);
		turn();
		assert_true(i >= 8 || broken(fds[i]));
		close(late);
	}
	close_all(fds);
	end();
}

/* A program that tries again and again where the peer cannot reach its port is told of once in a
 * while, with how often it was. */
static void test_forward_tells_of_a_flood_once_in_a_while(void **state)
{
	(void)state;
	static const char wanted[] = "the port that it forwards\n"
				     "schat: alice can't reach the port that it forwards (1 more "
				     "since this was last said)\n";
	char told[2048] = "";
	size_t len = 0, more = 1;
	int to = 0;
	start();
	for (unsigned i = 0; i < 4; i++) {
		unsigned stream;
		int fd = comes();
		assert_true(session_opened(&theirs, &stream));
		session_reset(&theirs, stream, RESET_UNREACHABLE);
		fake_move_all(&theirs);
		now += i == 2 ? HUSH_US : 0;
		turn();
		turn();
		assert_true(broken(fd));
		close(fd);
	}
	for (; more > 0; len += more)
		more = fetch(io.ui, &to, (uint8_t *)told + len, sizeof told - 1 - len);
	assert_non_null(strstr(told, wanted));
	assert_string_equal(strstr(told, wanted), wanted); /* and nothing behind it */
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WORLD_TEST(test_forward_half_closed_ones_give_way),
		WORLD_TEST(test_forward_others_keep_their_places),
		WORLD_TEST(test_forward_hostile_ones_keep_no_place),
		WORLD_TEST(test_forward_tells_of_a_flood_once_in_a_while),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
