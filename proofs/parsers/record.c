/* record: a record of the chat, chat/record; of up to so many bytes. */
#include "chat/record.h"
#include "proofs/parsers/any.h"

static struct record record;

static void read_all(size_t len)
{
	struct span whole = any_bytes(len);
	if (len >= RECORD_LENGTH && record_size(whole.at) > LIMIT_RECORD)
		base_panic("record_size", 0);
	record_read(whole, &record);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
