/* edit: the line being typed, ui/edit and shelf: two steps in a row, the second of any kind.
 * Clusters are stubs that keep to ui/width.h, and have any length. In run, lines and shelves are
 * short. */
#include <string.h>

/* Frama-C wants a byte at either pointer even where none is moved. */
static inline void *move_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memmove(to, from, len) : to;
}
#define memmove move_some

#include "proofs/parsers/any.h"
#include "ui/edit.c"
#include "ui/shelf.c"

/* Each of them in a state of its own. */
static size_t any_of(size_t from, size_t to)
{
	while (from < to && Frama_C_interval(0, 1) == 1)
		from++;
	return from;
}

size_t width_cluster(struct span s, unsigned *columns)
{
	*columns = Frama_C_unsigned_int_interval(0, 2);
	return s.len > 0 ? any_of(1, s.len) : 0;
}

size_t width_left(struct span s, size_t at)
{
	if (at > 0)
		s.at[at - 1];
	return at > 0 ? any_of(0, at - 1) : 0;
}

size_t width_settle(struct span s, size_t at)
{
	return any_of(at, s.len);
}

unsigned width_text(struct span s)
{
	return Frama_C_unsigned_int_interval(0, 2 * (unsigned)s.len);
}

/* The text is valid, and a letter that is turned stays as long. */
static size_t size;

int utf8_decode(struct span s, uint32_t *rune)
{
	size = any_of(1, (size_t)min_of(s.len, 4));
	s.at[size - 1];
	*rune = (uint32_t)Frama_C_unsigned_int_interval(0, 0x10ffff);
	return (int)size;
}

size_t utf8_encode(uint32_t rune, uint8_t *out)
{
	(void)rune;
	Frama_C_make_unknown((char *)out, size);
	return size;
}

bool utf8_continues(uint8_t byte)
{
	return byte >= 0x80 && byte < 0xc0;
}

uint32_t letters_turn(uint32_t rune, bool capital)
{
	return capital ? rune : 0;
}

static struct edit e;

/* Two lines of history and two kills, of a byte each, then a line of any bytes. */
static void begin(size_t len)
{
	memset(&e, 0, sizeof e);
	for (size_t i = 0; i < 2; i++) {
		edit_insert(&e, span_of("ab" + i, 1));
		edit_commit(&e);
		edit_insert(&e, span_of("cd" + i, 1));
		edit_clear(&e, true);
	}
	edit_insert(&e, any_bytes(len));
	e.cursor = any_of(0, e.len);
}

/* What stands behind the last of edit_do's acts is a step of another kind. */
enum { COMMIT = EDIT_TYPED + 1, CLEAR, FIND, FIND_NEWER, LEAVE, STEPS };

static void step(unsigned what)
{
	switch (what) {
	case EDIT_TYPED: edit_insert(&e, any_bytes(any_of(0, 2))); break;
	case COMMIT: edit_commit(&e); break;
	case CLEAR: edit_clear(&e, true); break;
	case FIND: edit_find(&e, any_bytes(1), 1); break;
	case FIND_NEWER: edit_find(&e, any_bytes(1), -1); break;
	case LEAVE: edit_leave_history(&e); break;
	default: edit_do(&e, (enum edit_act)what); break;
	}
	/*@ assert e.cursor <= e.len <= LIMIT_TEXT; */
}

static void two_steps(size_t len, unsigned first, unsigned second)
{
	begin(len);
	step(first);
	step(second);
}

int main(void)
{
	/* What a step does depends on these, if they came before it. */
	static const uint8_t first[] = { EDIT_NOTHING, EDIT_BACKSPACE, EDIT_KILL_START,
		                         EDIT_YANK,    EDIT_OLDER,     EDIT_TYPED };
	for (size_t len = 0; len <= LEN; len++)
		for (size_t i = 0; i < sizeof first; i++)
			for (unsigned second = 1; second < STEPS; second++)
				two_steps(len, first[i], second);
}
