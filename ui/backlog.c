#include "ui/backlog.h"

#include <stdlib.h>
#include <string.h>

struct backlog_line *backlog_line_new(struct span bytes)
{
	struct backlog_line *line = calloc(1, sizeof *line + bytes.len);
	if (line == NULL)
		return NULL;
	line->users = 1;
	line->len = bytes.len;
	memcpy(line->at, bytes.at, bytes.len);
	return line;
}

struct backlog_line *backlog_use(struct backlog_line *line)
{
	line->users++;
	return line;
}

void backlog_release(struct backlog_line *line)
{
	if (line == NULL || --line->users > 0)
		return;
	bytes_wipe(line, sizeof *line + line->len);
	free(line);
}

/* ---- those that are kept ---- */

static struct backlog_line **place_of(struct backlog *b, uint64_t number)
{
	return &b->lines[number % BACKLOG_LINES];
}

static void drop_oldest(struct backlog *b)
{
	struct backlog_line **line = place_of(b, b->kept++);
	if (*line != NULL)
		b->bytes -= (*line)->len;
	backlog_release(*line);
	*line = NULL;
}

struct backlog_line *backlog_kept(const struct backlog *b, uint64_t after)
{
	if (after + 1 < b->kept)
		after = b->kept - 1;
	while (++after <= b->last)
		if (b->lines[after % BACKLOG_LINES] != NULL)
			return b->lines[after % BACKLOG_LINES];
	return NULL;
}

/* ---- those that still hold ---- */

/* Those of that kind and conversation do no longer. conv 0: of any. */
static void lapse(struct backlog *b, enum event_kind kind, uint64_t conv)
{
	size_t left = 0;
	for (size_t i = 0; i < b->held_count; i++) {
		struct backlog_line *line = b->held[i];
		if (line->kind == kind && (conv == 0 || line->conv == conv))
			backlog_release(line);
		else
			b->held[left++] = line;
	}
	b->held_count = left;
}

static const enum event_kind of_talks[] = { EVENT_CONNECTED, EVENT_PATH, EVENT_AWAY,
	                                    EVENT_PEER_LEFT };

static void hold(struct backlog *b, struct backlog_line *line)
{
	bool holds = line->kind == EVENT_HELLO || line->kind == EVENT_LISTENING ||
	             line->kind == EVENT_CODE || line->kind == EVENT_WAITING;
	for (size_t i = 0; i < sizeof of_talks / sizeof *of_talks; i++) {
		if (line->kind == EVENT_OVER)
			lapse(b, of_talks[i], line->conv);
		holds |= line->kind == of_talks[i];
	}
	if (line->kind == EVENT_BACK)
		lapse(b, EVENT_AWAY, line->conv);
	else if (line->kind != EVENT_LISTENING)
		lapse(b, line->kind, line->conv);
	if (holds && b->held_count < BACKLOG_HELD)
		b->held[b->held_count++] = backlog_use(line);
}

struct backlog_line *backlog_held(const struct backlog *b, uint64_t after, uint64_t before)
{
	for (size_t i = 0; i < b->held_count; i++)
		if (b->held[i]->number > after && b->held[i]->number < before)
			return b->held[i];
	return NULL;
}

/* ---- all ---- */

void backlog_add(struct backlog *b, enum event_kind kind, uint64_t conv, struct span bytes)
{
	struct backlog_line *line = backlog_line_new(bytes);
	b->last++;
	if (b->kept == 0)
		b->kept = 1;
	if (b->last - b->kept >= BACKLOG_LINES)
		drop_oldest(b);
	*place_of(b, b->last) = line;
	if (line == NULL)
		return;
	line->number = b->last;
	line->kind = kind;
	line->conv = conv;
	b->bytes += line->len;
	hold(b, line);
	while (b->bytes > BACKLOG_BYTES && b->kept < b->last)
		drop_oldest(b);
}

void backlog_wipe(struct backlog *b)
{
	while (b->kept > 0 && b->kept <= b->last)
		drop_oldest(b);
	for (size_t i = 0; i < b->held_count; i++)
		backlog_release(b->held[i]);
	*b = (struct backlog){ .last = 0 };
}
