/* json_events: writes the events of docs/JSON.md, one object a line. Knows which conversation goes
 * on, and the ids of messages that have no number yet. */
#pragma once

#include "chat/chat.h"

enum {
	JSON_EVENTS_ID = 64,     /* bytes of a program's name for its message */
	JSON_EVENTS_IDS = 64,    /* messages taken whose number is not yet known */
	JSON_EVENTS_FIELD = 512, /* bytes of a name, a path, ... that are written */
	JSON_EVENTS_HINT = 1024, /* ... of a hint */
	/* What an event needs besides its text and hint, and an error about a command at most. */
	JSON_EVENTS_ROOM = 6 * 6 * JSON_EVENTS_FIELD + 2048
};

#define JSON_TEXT_ROOM(len) (6 * (size_t)(len)) /* bytes that a text of len takes, at most */

/* Private to json_events.c; others embed it. */
struct json_events {
	bool insecure; /* as EVENT_CONNECTED said */
	bool closed;   /* the last event was written */
	bool numbered; /* each has a number, and this was the last: */
	uint64_t number;
	uint64_t conv; /* the latest conversation, if it goes on; else 0 */
	char peer[JSON_EVENTS_FIELD + 1];
	struct {
		uint8_t at[JSON_EVENTS_ID];
		size_t len;
		uint64_t conv;
	} ids[JSON_EVENTS_IDS]; /* oldest first */
	size_t ids_count;
};

size_t json_events_room(const struct json_events *j, const struct event *event); /* at most */
void json_events_write(struct json_events *j, const struct event *event, struct writer *w);

/* A string. Valid UTF-8 whatever text is: bytes that are not become U+FFFD. Controls and whatever
 * else ui/safe.h hides are written as \u escapes, so that a line does nothing to a terminal and
 * loses nothing. */
void json_events_string(struct writer *w, struct span text);

void json_events_number(struct json_events *j); /* from now on each has a number: 1, 2, ... */

/* A message was taken for conversation conv, and its EVENT_SENT will come. full: there is no room
 * for another. */
void json_events_taken(struct json_events *j, struct span id, uint64_t conv);
bool json_events_full(const struct json_events *j);
