/* What stands in proofs/orders for the rest of the console: what is shown is read, and no more. */
#pragma once

#include <string.h>

/* Frama-C wants a byte at either pointer even where none is moved. */
static inline void *move_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memmove(to, from, len) : to;
}
#define memmove move_some

#include "proofs/states/any.h"
#include "ui/orders.c"
#include "ui/shelf.c"

static void look_at(struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
}

void transcript_say(struct transcript *t, const char *sentences)
{
	(void)t;
	sentences[0];
}

void transcript_help(struct transcript *t, bool keys)
{
	(void)t, (void)keys;
}

void transcript_list(struct transcript *t, struct span words)
{
	(void)t;
	look_at(words);
}

void transcript_refuse(struct transcript *t, const struct commands_row *row, struct span name)
{
	(void)t;
	if (row != NULL)
		row->takes[0];
	look_at(name);
}

void transcript_recalled(struct transcript *t, uint64_t count, struct span what)
{
	(void)t, (void)count;
	look_at(what);
}

bool transcript_again(struct transcript *t, const struct past_line *line)
{
	(void)t;
	look_at(line->name);
	look_at(line->text);
	return any_bool();
}

bool transcript_add(struct transcript *t, struct span text, uint64_t conv)
{
	(void)t, (void)conv;
	look_at(text);
	return any_bool();
}

void transcript_answer(struct transcript *t, enum answer answer)
{
	(void)t, (void)answer;
}

const char *remarks_own(const struct sentences *s, enum remark which)
{
	(void)s, (void)which;
	return "a";
}

/* Whether somebody is here, and who comes next, is any. */
const struct present_peer *present_named(const struct present *p, struct span name)
{
	look_at(name);
	return any_bool() ? &p->at[0] : NULL;
}

const struct present_peer *present_after(const struct present *p, uint64_t conv)
{
	(void)conv;
	return any_bool() ? &p->at[0] : &p->at[1];
}

/* The line being typed stands at the end of an array. */
static struct span edited;

struct span edit_text(const struct edit *e)
{
	(void)e;
	return edited;
}

size_t edit_insert(struct edit *e, struct span utf8)
{
	(void)e;
	look_at(utf8);
	return utf8.len;
}

uint32_t letters_turn(uint32_t rune, bool capital)
{
	(void)capital;
	return rune;
}

/* ---- what is driven ---- */

static struct interactor ui;
static struct transcript transcript;
static struct orders o;

static void begin(void)
{
	memset(&o, 0, sizeof o);
	memset(&transcript.past, 0, sizeof transcript.past);
	transcript.ui = &ui;
	orders_init(&o, &transcript);
}

/* A command, a blank, and so many bytes of any content. */
static inline struct span any_line(const char *begins, size_t len)
{
	size_t begun = strlen(begins);
	struct span s = any_bytes(begun + 1 + len);
	uint8_t *at = any_array + ANY_MAX - s.len;
	memcpy(at, begins, begun);
	at[begun] = ' ';
	return s;
}

/* A / and so many bytes of any content. */
static inline struct span any_command(size_t len)
{
	struct span s = any_bytes(1 + len);
	any_array[ANY_MAX - s.len] = '/';
	return s;
}

/* The program takes what there is, and answers. */
static void take_all(void)
{
	struct command command = { .conv = 0 };
	//@ loop unroll 4;
	for (int i = 0; i < 4 && orders_take(&o, &command); i++) {
		look_at(command.text);
		look_at(command.peer);
	}
	orders_answer(&o, (enum answer)Frama_C_interval(ANSWER_TAKEN, ANSWER_CROWDED));
}
