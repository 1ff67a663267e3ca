/* A chat inside a loop that is not its own: poll(2) here, epoll, libuv or GLib elsewhere. What is
 * typed is said, and what is said is shown, until both sides have ended.
 *
 *   cc -Iinclude -o loop docs/examples/loop.c build/libschat.a
 *   ./loop wait tcp://127.0.0.1:7242 velvet-anchor        and elsewhere
 *   ./loop connect tcp://127.0.0.1:7242 velvet-anchor */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schat.h"

struct app {
	bool over;
	enum schat_error error;
};

static void show(void *context, const struct schat_event *e)
{
	struct app *app = context;
	if (e->kind == SCHAT_LISTENING || e->kind == SCHAT_CODE || e->kind == SCHAT_TEXT)
		printf("%s\n", e->text);
	if (e->kind == SCHAT_CONNECTED)
		printf("connected\n");
	app->over |= e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED;
	if (e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED)
		app->error = e->error;
	fflush(stdout);
}

/* What was typed: whole lines, of at most 1000 bytes. False: there will be no more. */
static bool read_lines(struct schat *chat)
{
	static char line[1001];
	static size_t len;
	ssize_t got = read(0, line + len, sizeof line - 1 - len);
	len += got > 0 ? (size_t)got : 0;
	for (char *end; (end = memchr(line, '\n', len)) != NULL;
	     len -= (size_t)(end + 1 - line), memmove(line, end + 1, len)) {
		*end = 0;
		if (schat_say(chat, 0, line) != SCHAT_OK)
			return false;
	}
	return got > 0;
}

int main(int argc, char **argv)
{
	struct app app = { .over = false };
	struct schat_connection connection = { .address = argc > 2 ? argv[2] : "tcp://",
		                               .waits = argc > 1 && strcmp(argv[1], "wait") == 0 };
	struct schat_encryption encryption = { .code = argc > 3 ? argv[3] : "velvet-anchor" };
	struct schat_interactor interactor = { .show = show, .context = &app };
	struct schat *chat = schat_chat(&connection, &encryption, &interactor, &app.error);
	if (!chat || schat_wait_for_connection(chat, -1) != SCHAT_OK)
		return fprintf(stderr, "%s\n",
		               chat ? schat_why(chat) : schat_error_text(app.error)),
		       1;
	struct pollfd fds[2] = { { .fd = schat_fd(chat), .events = POLLIN },
		                 { .fd = 0, .events = POLLIN } };
	while (!app.over && poll(fds, 2, schat_timeout(chat)) >= 0) {
		if (fds[1].revents && !read_lines(chat)) {
			schat_leave(chat, 0);
			fds[1].fd = -1;
		}
		schat_turn(chat);
	}
	enum schat_error ended = schat_end(chat, 1000);
	schat_free(chat);
	return app.error != SCHAT_OK || ended != SCHAT_OK;
}
