/* passage: a connection and its stream, over two queues in memory: what a hostile peer says before,
 * instead of and after what it should, ends that connection alone, and says why. */
#include "cmd/talk/passage.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/port.h"
#include "os/socket.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/support.h"

static struct session ours, theirs; /* the initiator's, and the responder's */

static void start(int fds[static 2])
{
	fake_pair(&ours, &theirs);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
}

static void says(struct session *from, unsigned stream, const char *bytes, size_t len)
{
	assert_int_equal(session_write(from, stream, span_of(bytes, len)), len);
	fake_move_all(from);
}

/* The peer was told that the stream is over. */
static void assert_reset(struct session *from, struct session *to, unsigned stream, uint8_t code)
{
	uint8_t got = 0xff;
	fake_move_all(from);
	assert_true(session_is_reset(to, stream, &got));
	assert_int_equal(got, code);
}

/* A program here has connected, and the peer knows. */
static struct passage *accepted(int fds[static 2])
{
	static const struct addr nowhere = { .port = 0 };
	unsigned stream;
	start(fds);
	struct passage *p = passage_accepted(1, fds[0], &nowhere);
	assert_non_null(p);
	passage_step(p, &ours, 0);
	fake_move_all(&ours);
	assert_true(session_opened(&theirs, &stream));
	assert_int_equal(stream, p->stream);
	assert_int_equal(session_read(&theirs, stream).at[0], OPENED_FOR_CONNECTION);
	session_consume(&theirs, stream, 1);
	return p;
}

static void test_passage_carries_bytes_before_the_answer(void **state)
{
	(void)state;
	int fds[2];
	char got[8];
	struct passage *p = accepted(fds);
	assert_int_equal(write(fds[1], "early", 5), 5);
	passage_found(p, POLLIN);
	passage_step(p, &ours, 0);
	fake_move_all(&ours);
	assert_memory_equal(session_read(&theirs, p->stream).at, "early", 5);
	says(&theirs, p->stream, "\0late", 5);
	passage_step(p, &ours, 0);
	assert_int_equal(p->state, PASSAGE_OPEN);
	assert_int_equal(read(fds[1], got, sizeof got), 4);
	assert_memory_equal(got, "late", 4);
	passage_free(p);
	close(fds[1]);
}

static void test_passage_wrong_answers(void **state)
{
	(void)state;
	int fds[2];
	char got;
	struct passage *p = accepted(fds);
	says(&theirs, p->stream, "x", 1);
	passage_step(p, &ours, 0);
	assert_int_equal(p->state, PASSAGE_OVER);
	assert_reset(&ours, &theirs, p->stream, RESET_MISUSE);
	assert_int_equal(read(fds[1], &got, 1), 0);
	passage_free(p);
	close(fds[1]);

	p = accepted(fds);
	session_finish(&theirs, p->stream);
	fake_move_all(&theirs);
	passage_step(p, &ours, 0);
	assert_reset(&ours, &theirs, p->stream, RESET_MISUSE);
	passage_free(p);
	close(fds[1]);

	p = accepted(fds);
	session_reset(&theirs, p->stream, RESET_UNREACHABLE);
	fake_move_all(&theirs);
	passage_step(p, &ours, 0);
	assert_true(p->state == PASSAGE_OVER && p->broken && p->by_peer);
	assert_int_equal(p->code, RESET_UNREACHABLE);
	passage_free(p);
	close(fds[1]);
}

/* A peer that opens a stream for something else, or for nothing. */
static void test_passage_is_for_connections_only(void **state)
{
	(void)state;
	static const struct {
		const char *said;
		uint8_t code;
	} cases[] = { { "\1", RESET_UNKNOWN }, { "\3", RESET_UNKNOWN }, { "", RESET_MISUSE } };
	for (size_t i = 0; i < 3; i++) {
		int fds[2];
		start(fds);
		unsigned stream = session_open(&ours);
		struct passage *p = passage_asked(1, stream, NULL);
		if (cases[i].said[0])
			says(&ours, stream, cases[i].said, 1);
		else
			session_finish(&ours, stream);
		fake_move_all(&ours);
		passage_step(p, &theirs, 0);
		assert_int_equal(p->state, PASSAGE_OVER);
		assert_reset(&theirs, &ours, stream, cases[i].code);
		passage_free(p);
		close(fds[0]);
		close(fds[1]);
	}
}

/* A stream that is asked for a connection to an address; NULL: there is none. */
static struct passage *asked(const struct addr *to, uint64_t now)
{
	int fds[2];
	start(fds);
	close(fds[0]);
	close(fds[1]);
	struct passage *p = passage_asked(1, session_open(&ours), NULL);
	says(&ours, p->stream, "\2hello", 6);
	passage_step(p, &theirs, now);
	assert_int_equal(p->state, PASSAGE_LOOKING);
	passage_dial(p, &theirs, to, to != NULL, now);
	return p;
}

static void test_passage_connects_and_answers(void **state)
{
	(void)state;
	struct addr at = addr_v4(127, 0, 0, 1, 0), from;
	bool tired;
	char got[8];
	int listener = port_listen(&at);
	assert_true(listener >= 0);
	at = socket_address(listener);
	struct passage *p = asked(&at, 1);
	assert_true(descriptor_writable(p->fd, 5000));
	assert_int_equal(passage_events(p) & POLLOUT, POLLOUT);
	passage_found(p, POLLOUT);
	passage_step(p, &theirs, 1);
	assert_int_equal(p->state, PASSAGE_OPEN);
	fake_move_all(&theirs);
	assert_int_equal(session_read(&ours, p->stream).len, 1);
	assert_int_equal(session_read(&ours, p->stream).at[0], 0);
	int there = port_accept(listener, &from, &tired);
	assert_true(there >= 0);
	assert_true(descriptor_readable(there, 5000));
	assert_int_equal(read(there, got, sizeof got), 5);
	port_reset(there);
	assert_true(descriptor_readable(p->fd, 5000));
	passage_found(p, POLLIN | POLLERR | POLLHUP);
	passage_step(p, &theirs, 1);
	assert_reset(&theirs, &ours, p->stream, RESET_BROKEN_OFF);
	passage_free(p);
	descriptor_close(listener);
}

static void test_passage_that_reaches_nothing(void **state)
{
	(void)state;
	struct passage *p = asked(NULL, 1);
	assert_int_equal(p->state, PASSAGE_OVER);
	assert_reset(&theirs, &ours, p->stream, RESET_UNREACHABLE);
	passage_free(p);
	/* an address that does not answer is given up */
	struct addr at = addr_v4(127, 0, 0, 1, 9);
	p = asked(&at, 1);
	if (p->state == PASSAGE_CONNECTING) {
		assert_true(p->deadline < NEVER);
		passage_step(p, &theirs, p->deadline);
	}
	assert_int_equal(p->state, PASSAGE_OVER);
	assert_reset(&theirs, &ours, p->stream, RESET_UNREACHABLE);
	passage_free(p);
}

/* A program that reads nothing: no more is taken from the peer than its socket holds, and what was
 * found is not waited for again before it is used. */
static void test_passage_stops_at_a_reader_that_is_stuck(void **state)
{
	(void)state;
	static char much[FAKE_SIZE / 2];
	int fds[2], small = 4096;
	struct passage *p = accepted(fds);
	assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	says(&theirs, p->stream, "", 1);
	for (int i = 0; i < 4; i++) {
		size_t room = session_write_room(&theirs, p->stream);
		says(&theirs, p->stream, much, room < sizeof much ? room : sizeof much);
		passage_step(p, &ours, 0);
	}
	assert_true(p->blocked && session_read(&ours, p->stream).len > 0);
	assert_int_equal(passage_events(p) & (POLLIN | POLLOUT), POLLIN | POLLOUT);
	passage_found(p, POLLIN | POLLOUT);
	assert_int_equal(passage_events(p), 0);
	passage_free(p);
	close(fds[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passage_carries_bytes_before_the_answer),
		cmocka_unit_test(test_passage_wrong_answers),
		cmocka_unit_test(test_passage_is_for_connections_only),
		cmocka_unit_test(test_passage_connects_and_answers),
		cmocka_unit_test(test_passage_that_reaches_nothing),
		cmocka_unit_test(test_passage_stops_at_a_reader_that_is_stuck),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
