/* json_inner: what the parts of the interactor json share: json.c (its class and events),
 * json_command.c (commands). */
#ifndef UI_JSON_INNER_H
#define UI_JSON_INNER_H

#include "ui/feed.h"
#include "ui/interactor.h"
#include "ui/json_write.h"
#include "ui/out.h"

enum {
	JSON_LINE = 6 * LIMIT_TEXT +
	            4096, /* bytes of a command: a text of escapes, and what is around it */
	JSON_ID = 64,     /* bytes of a program's name for its message */
	JSON_IDS = 64,    /* messages taken whose number is not yet known */
	JSON_FIELD = 512, /* bytes of a name, a path, ... that are written */
	JSON_HINT = 1024, /* ... of a hint */
	JSON_ROOM = 6 * 6 * JSON_FIELD + 2048 /* that an event needs besides its text and hint */
};

_Static_assert(JSON_ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + JSON_HINT) + OUT_RESERVE <= OUT_SIZE,
               "any text fits");
_Static_assert(JSON_ROOM + JSON_TEXT_ROOM(1024 + JSON_HINT) + JSON_IDS * 1024 <= OUT_RESERVE,
               "an end always does");

struct json {
	struct interactor ui;
	struct out out;
	struct feed feed;
	uint8_t input[JSON_LINE];
	uint8_t scratch[JSON_LINE];
	bool skipping; /* the rest of a line that was too long */
	bool keep;     /* there may be several conversations: messages have to name theirs */
	bool quit, quit_told, end_told;
	bool closed;   /* the last event was written */
	bool insecure; /* as EVENT_CONNECTED said */
	uint64_t conv; /* the conversation that goes on; 0: none */
	char peer[JSON_FIELD + 1];

	bool waiting;         /* a message waits to be taken: */
	struct span text, id; /* in scratch */
	uint64_t text_conv;
	bool handed; /* taken unless told otherwise */
	struct {
		uint8_t at[JSON_ID];
		size_t len;
	} ids[JSON_IDS]; /* oldest first */
	size_t ids_count;
};

/* An error about a command; id, conv: the command's; empty, 0: none. */
void json_say_wrong(struct json *j, enum err err, const char *text, struct span id, uint64_t conv);

size_t json_input_room(const struct interactor *ui);
void json_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now);
void json_input_end(struct interactor *ui);
bool json_take(struct interactor *ui, struct command *command);
void json_answer(struct interactor *ui, enum answer answer, size_t len);

#endif
