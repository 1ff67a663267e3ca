/* lines: input of so many bytes, of which messages are made, a line each, ui/lines, whatever
 * came before. What is UTF-8 keeps to base/utf8.h. In run, texts and names are short. */
#include "ui/lines.c"
#include "proofs/typed/input.h"

/* How many bytes a character has, in a state of its own; the rune is any. */
int utf8_decode(struct span s, uint32_t *rune)
{
	look_at(s);
	if (s.len == 0)
		return 0;
	if (any_bool())
		return any_bool() ? -1 : -2;
	size_t size = any_of(1, (size_t)min_of(s.len, 4));
	*rune = (uint32_t)Frama_C_unsigned_int_interval(0, 0x10ffff);
	return (int)size;
}

/* The rune is a scalar value, for utf8_decode gave it. */
size_t utf8_encode(uint32_t rune, uint8_t out[4])
{
	if (rune > 0x10ffff)
		base_panic("utf8_encode", 0);
	size_t size = any_of(1, 4);
	Frama_C_make_unknown((char *)out, size);
	return size;
}

/* What bytes were found to be is forgotten, so that no states stay apart for it. */
size_t utf8_ascii(struct span s)
{
	look_at(s);
	any_bytes(0);
	return any_of(0, s.len);
}

size_t utf8_whole(struct span s)
{
	look_at(s);
	return any_of(s.len > 3 ? s.len - 3 : 0, s.len);
}

static struct lines l;

/* Whatever came before: a part of a line was sent, or none; whom it is for, and what was made of
 * it, are any. */
static void begin(size_t len)
{
	l.ui.config.several = any_bool();
	l.ui.config.one = any_bool();
	l.within = any_bool();
	l.said = any_bool();
	Frama_C_make_unknown((char *)l.message, sizeof l.message);
	make_text(l.line_peer, sizeof l.line_peer);
	l.ui.in = any_input(len);
}

static void read_all(size_t len)
{
	struct command command = { .kind = COMMAND_TEXT };
	begin(len);
	lines_unsent(&l.ui);
	//@ slevel merge;
	;
	begin(len);
	if (!lines_take(&l.ui, &command))
		return;
	look_at(command.text);
	look_at(command.peer);
	/*@ assert command.text.len <= LIMIT_TEXT && command.peer.len <= LIMIT_NAME; */
	/*@ assert l.message_used <= len; */
	lines_answer(&l.ui, (enum answer)Frama_C_interval(ANSWER_TAKEN, ANSWER_CROWDED), 0);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
