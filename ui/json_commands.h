/* json_commands: reads a program's lines (docs/JSON.md) and says what they want. A message names
 * its conversation, or is for the one in which the first byte of its line was read. */
#ifndef UI_JSON_COMMANDS_H
#define UI_JSON_COMMANDS_H

#include "ui/feed.h"
#include "ui/interactor.h"
#include "ui/json_write.h"

/* bytes: a text of escapes, and what goes around it */
enum { JSON_COMMANDS_LINE = 6 * LIMIT_TEXT + 4096 };

/* Private to json_commands.c; others embed it. */
struct json_commands {
	bool skipping; /* the rest of a line that was too long */
	bool keep;     /* there may be several conversations: messages have to name theirs */
	bool quit, quit_reported, end_reported;
	bool waiting;        /* a message waits to be taken: */
	struct command text; /* its spans are in scratch */
	struct feed feed;
	uint8_t input[JSON_COMMANDS_LINE];
	uint8_t scratch[JSON_COMMANDS_LINE];
};

void json_commands_init(struct json_commands *j, bool keep);
struct feed *json_commands_feed(struct json_commands *j); /* where input goes */

enum json_next { JSON_NOTHING, JSON_COMMAND, JSON_ERROR };

/* What the program wants next: *command, or *error about a line that makes no sense. A message
 * comes again until json_commands_done. read: lines may be read, for an error has room. */
enum json_next json_commands_next(struct json_commands *j, bool read, struct command *command,
                                  struct json_error *error);
void json_commands_done(struct json_commands *j); /* the message was taken, or refused */

#endif
