/* A client: connects, says its lines, hears as many, and leaves.
 *
 *   cc -Iinclude -o client docs/examples/client.c build/libschat.a
 *   ./client tcp://127.0.0.1:7242 hybrid velvet-anchor - hello "how are you"
 *
 * Arguments: where the other side is (tcp://, udp://, or the signaling server), the suite, the code
 * it shows (of pseudo at a server: its number alone) or its public key ("schat-x25519 ..."), a file
 * with our private key ("-": none), what to say. */
#include <stdio.h>
#include <string.h>

#include "schat.h"

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

static int failed(const char *what, enum schat_error error)
{
	fprintf(stderr, "%s: %s\n", what, schat_error_text(error));
	return 1;
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return fprintf(stderr, "client ADDRESS SUITE CODE KEY|- TEXT...\n"), 2;
	struct schat_connection connection = { .address = argv[1], .name = "client" };
	struct schat_encryption encryption = { .suite = argv[2],
		                               .code = argv[3][0] ? argv[3] : NULL,
		                               .insecure = strcmp(argv[2], "pseudo") == 0 };
	const struct schat_event *e;
	enum schat_error error;

	if (strncmp(argv[3], "schat-", 6) == 0) {
		encryption.keys = (const char *const *)&argv[3];
		encryption.keys_count = 1;
		encryption.code = NULL;
	}
	encryption.identity = strcmp(argv[4], "-") == 0 ? NULL : read_identity(argv[4]);
	struct schat *chat = schat_chat(&connection, &encryption, NULL, &error);
	if (!chat)
		return failed("chat", error);
	if ((error = schat_wait_for_connection(chat, 30000)) != SCHAT_OK)
		return failed(schat_why(chat), error);
	for (int i = 5; i < argc; i++) {
		if ((error = schat_say(chat, 0, argv[i])) != SCHAT_OK)
			return failed("say", error);
		while ((e = schat_hear(chat, 30000)) != NULL && e->kind < SCHAT_LEFT)
			if (e->kind == SCHAT_TEXT && printf("%s\n", e->text))
				break;
	}
	if ((error = schat_end(chat, 5000)) != SCHAT_OK)
		return failed("end", error);
	schat_free(chat);
	return 0;
}
