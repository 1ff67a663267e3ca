/* deposit: a message that is kept until its contact is there, cmd/deposit: standard input of any
 * length, of which so much is kept, and what becomes of texts of up to so many bytes. In run, a
 * message of the chat has few. */
#include "proofs/local/input.h"

#undef text_add
#include "cmd/deposit.c"

/* It reads the text. */
enum err outbox_add(struct outbox *o, struct span text, bool more, bool now)
{
	(void)o, (void)more, (void)now;
	if (text.len > LIMIT_TEXT)
		base_panic("outbox_add", 0);
	if (text.len > 0)
		text.at[0], text.at[text.len - 1];
	return any_bool() ? OK : ERR_FULL;
}

static void keep_input(void)
{
	uint8_t input[LEN];
	size_t len = 0;
	if (read_input(input, sizeof input, &len) != 0)
		return;
	if (len > 0)
		input[len - 1];
}

int main(void)
{
	keep_input();
	for (size_t len = 0; len <= LEN; len++)
		(void)add(NULL, any_bytes(len));
}
