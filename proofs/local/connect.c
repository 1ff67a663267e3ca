/* connect: what to connect to, cmd/connect, which is an argument, a line of input, typed at a
 * question or in the environment; of any length. In run, a target has few bytes. */
#include "proofs/local/input.h"

#undef text_add
static inline void *move_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memmove(to, from, len) : to;
}
#define memmove move_some

#include "cmd/connect.c"

/* In place, and no longer. */
void token_tidy(char *text)
{
	Frama_C_make_unknown(text, strlen(text));
}

bool target_has_secret(struct span text)
{
	if (text.len > 0)
		text.at[text.len - 1];
	return any_bool();
}

int help_usage_error(const struct options *o, const char *what)
{
	(void)o;
	strlen(what);
	return EXIT_USAGE;
}

bool terminal_is(int fd)
{
	(void)fd;
	return any_bool();
}

bool ask_can(void)
{
	return any_bool();
}

int ask_line(const char *const *names, const char *question, char *line, size_t cap)
{
	(void)question;
	for (size_t i = 0; names[i]; i++)
		strlen(names[i]);
	(void)any_text(line, cap - 1);
	return any_bool() ? EXIT_INT : 0;
}

enum err descriptor_write_all(int fd, struct span bytes)
{
	(void)fd;
	bytes.at[bytes.len - 1];
	return any_bool() ? OK : ERR_CUT;
}

static struct book book;

static void read_argument(char *argument)
{
	char words[LIMIT_TARGET], code[LIMIT_TARGET];
	struct options o = { .arguments_count = argument != NULL, .arguments = &argument };
	if (read_words(&o, &book, words, code) == 0)
		strlen(words);
	strlen(code);
}

int main(void)
{
	static char text[LEN + 1];
	book.count = (size_t)Frama_C_interval(0, LIMIT_CONTACTS);
	read_argument(NULL);
	for (size_t len = 0; len <= LEN; len++)
		read_argument(text_of_length(text + LEN - len, len));
}
