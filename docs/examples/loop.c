/* A chat inside a loop that is not its own: poll(2) here, epoll, libuv or GLib elsewhere. What is
 * typed is said, what is said is shown, until both sides have ended.
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
	struct pollfd fds[2]; /* of the chat, and of what is typed, once somebody is there */
};

static void show(void *context, const struct schat_event *e)
{
	struct app *app = context;
	if (e->kind == SCHAT_LISTENING || e->kind == SCHAT_CODE || e->kind == SCHAT_TEXT)
		printf("%s\n", e->text);
	if (e->kind == SCHAT_CONNECTED)
		printf("connected\n"), app->fds[1].fd = 0;
	if (e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED)
		app->error = e->error;
	app->over |= e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED;
	fflush(stdout);
}

/* What was typed at once is one text. False: there will be no more. */
static bool say_typed(struct schat *chat)
{
	char text[SCHAT_TEXT_MAX + 1];
	ssize_t len = read(0, text, sizeof text - 1);
	if (len > 0)
		text[text[len - 1] == '\n' ? len - 1 : len] = 0;
	return len > 0 && schat_say(chat, 0, text) == SCHAT_OK;
}

int main(int argc, char **argv)
{
	struct app app = { .fds = { { .events = POLLIN }, { .fd = -1, .events = POLLIN } } };
	struct schat_connection connection = { .address = argc > 2 ? argv[2] : "tcp://" };
	struct schat_encryption encryption = { .code = argc > 3 ? argv[3] : "velvet-anchor" };
	struct schat_interactor interactor = { .show = show, .context = &app };
	connection.waits = argc > 1 && strcmp(argv[1], "wait") == 0;
	struct schat *chat = schat_chat(&connection, &encryption, &interactor, &app.error);
	app.fds[0].fd = chat ? schat_fd(chat) : -1;
	for (; chat && !app.over && poll(app.fds, 2, schat_timeout(chat)) >= 0; schat_turn(chat))
		if (app.fds[1].revents && !say_typed(chat)) {
			schat_leave(chat, 0);
			app.fds[1].fd = -1;
		}
	if (chat && schat_end(chat, 1000) != SCHAT_OK)
		app.error = SCHAT_ERR_CUT;
	schat_free(chat);
	return app.error != SCHAT_OK && fprintf(stderr, "%s\n", schat_error_text(app.error));
}
