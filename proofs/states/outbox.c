/* outbox: what waits for a contact, as its file says, chat/outbox and pending: up to LEN records,
 * of some lengths. How they are sealed is for the driver log. */
#include <stdlib.h>

#include "proofs/states/any.h"

/* Memory ends where an array ends. It is not told apart from memory that was given back. */
static uint8_t memory[LEN + 1][512];
static size_t taken;

static void *take_memory(size_t count, size_t size)
{
	uint8_t *at = memory[taken++] + sizeof memory[0] - count * size;
	return any_bool() ? memset(at, 0, count * size) : NULL;
}

static void give_back(void *at)
{
	(void)at;
}

#define calloc take_memory
#define free   give_back
#include "chat/outbox.c"
#include "chat/pending.c"

static const uint8_t secret[HASH_LEN];
static uint8_t file[1];
static int records;

bool sealed_log_open(struct sealed_log *l, struct span key, struct span about, struct span *left)
{
	(void)l, (void)key, (void)about, (void)left;
	return any_bool();
}

/* Nothing, a type, a number, the text of a line; a mark; a state: whole, and with a byte less or
 * more. */
static const uint8_t lens[] = { 0, 1, 8, 9, 10, 11, 16, 17, 80, 81, 82 };

bool sealed_log_next(struct sealed_log *l, struct span *left, struct span *text)
{
	int which = Frama_C_interval(0, sizeof lens - 1);
	(void)l, (void)left;
	if (records-- == 0)
		return false;
	//@ split which;
	;
	*text = any_bytes(lens[which]);
	return true;
}

static void read_all(int count)
{
	struct span key = span_of(secret, sizeof secret);
	struct outbox_line line;
	records = count;
	taken = 0;
	struct outbox *o = outbox_new(key, key, &any_random, any_number(UINT64_MAX));
	if (o == NULL)
		return;
	outbox_read(o, file, sizeof file);
	if (outbox_next(o, true, &line) && line.text.len > 0)
		line.text.at[line.text.len - 1];
	outbox_free(o);
}

int main(void)
{
	for (int count = 0; count <= LEN; count++)
		read_all(count);
}
