/* Bytes each way: what comes on standard input goes to the other side's standard output.
 *   cc -Iinclude -o pipe docs/examples/pipe.c build/libschat.a
 *   ./pipe wait tcp://127.0.0.1:7242 velvet-anchor <file        and elsewhere
 *   ./pipe connect tcp://127.0.0.1:7242 velvet-anchor >copy
 * The other side may be schat connect --pipe, too. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schat.h"

struct app {
	bool here, over;
	enum schat_error error;
};

static void show(void *context, const struct schat_event *e)
{
	struct app *app = context;
	if (e->kind == SCHAT_LISTENING)
		fprintf(stderr, "%s\n", e->text);
	app->here |= e->kind == SCHAT_CONNECTED;
	if (e->kind == SCHAT_BYTES) /* they are confirmed to the peer when this returns */
		fwrite(e->text, 1, e->text_len, stdout);
	if (e->kind == SCHAT_LEFT)
		fflush(stdout);
	if (e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED)
		app->error = e->error;
	app->over |= e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED;
}

int main(int argc, char **argv)
{
	static char bytes[65536];
	size_t len = 0, at = 0; /* read, and taken of these */
	bool ended = false;
	struct app app = { .error = SCHAT_OK };
	struct schat_connection connection = { .address = argc > 2 ? argv[2] : "tcp://",
		                               .bytes = true };
	struct schat_encryption encryption = { .code = argc > 3 ? argv[3] : "velvet-anchor" };
	struct schat_interactor interactor = { .show = show, .context = &app };
	connection.waits = argc > 1 && strcmp(argv[1], "wait") == 0;
	struct schat *chat = schat_chat(&connection, &encryption, &interactor, &app.error);
	while (chat && !app.over) {
		struct pollfd fds[2] = { { .fd = schat_fd(chat), .events = POLLIN },
			                 { .fd = -1, .events = POLLIN } };
		if (app.here && !ended && at == len) /* else the peer has to take some first */
			fds[1].fd = 0;
		if (poll(fds, 2, schat_timeout(chat)) < 0)
			break;
		if (fds[1].revents) {
			ssize_t n = read(0, bytes, sizeof bytes);
			ended = n <= 0;
			len = ended ? 0 : (size_t)n;
			at = 0;
		}
		if (app.here && at < len)
			at += schat_write(chat, bytes + at, len - at);
		if (ended)
			schat_leave(chat, 0);
		schat_turn(chat);
	}
	fflush(stdout);
	schat_free(chat);
	return app.error != SCHAT_OK && fprintf(stderr, "%s\n", schat_error_text(app.error));
}
