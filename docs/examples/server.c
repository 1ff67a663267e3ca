/* A server: waits for one peer, answers each line with an echo, until the peer leaves.
 *   cc -Iinclude -o server docs/examples/server.c build/libschat.a
 *   ./server tcp://127.0.0.1:7242 hybrid velvet-anchor -
 * Arguments: where to wait (tcp://, udp://, or a signaling server), the suite (hybrid, noise, rsa,
 * pseudo), the words of a code ("-": they are made, and shown) or the public key of the peer, a
 * file with our private key (none: "-"). */
#include <stdio.h>
#include <string.h>

#include "schat.h"

static void show(void *context, const struct schat_event *e)
{
	(void)context;
	switch (e->kind) {
	case SCHAT_LISTENING: printf("listening %s\n", e->text); break;
	case SCHAT_CODE: printf("code %s\n", e->text); break;
	case SCHAT_CONNECTED: printf("connected %s\n", e->path); break;
	case SCHAT_TEXT: printf("heard %s\n", e->text); break;
	default: break;
	}
	fflush(stdout);
}

static struct schat_identity *read_identity(const char *path)
{
	char pem[SCHAT_PEM];
	enum schat_error error;
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(pem, 1, sizeof pem, f) : 0;
	if (f)
		fclose(f);
	return schat_identity_read(pem, len, &error);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return fprintf(stderr, "server ADDRESS SUITE CODE|- KEY|-\n"), 2;
	bool secure = strcmp(argv[2], "pseudo") != 0, given = strcmp(argv[3], "-") != 0;
	struct schat_connection connection = { .address = argv[1], .waits = true };
	struct schat_encryption encryption = { .suite = argv[2], .insecure = !secure };
	struct schat_interactor interactor = { .show = show };
	const struct schat_event *e;
	enum schat_error error;
	encryption.identity = strcmp(argv[4], "-") == 0 ? NULL : read_identity(argv[4]);
	if (strncmp(argv[3], "schat-", 6) == 0) {
		encryption.keys = (const char *const *)&argv[3];
		encryption.keys_count = 1;
		secure = false; /* by code */
	}
	encryption.code = secure && given ? argv[3] : NULL;
	encryption.make_code = secure && !given;
	struct schat *chat = schat_chat(&connection, &encryption, &interactor, &error);
	if (!chat || (error = schat_wait_for_connection(chat, -1)) != SCHAT_OK)
		return fprintf(stderr, "%s\n", chat ? schat_why(chat) : schat_error_text(error)), 1;
	while ((e = schat_hear(chat, -1)) != NULL && e->kind != SCHAT_OVER)
		if (e->kind == SCHAT_TEXT)
			schat_say(chat, e->peer, e->text);
		else if (e->kind == SCHAT_LEFT)
			schat_leave(chat, e->peer);
	bool good = e && e->error == SCHAT_OK;
	schat_end(chat, 5000);
	schat_free(chat);
	return good ? 0 : 1;
}
