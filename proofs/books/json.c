/* json: a line of JSON that a program sends, or the page of --ui web, ui/json_read. */
#include "proofs/books/any.h"
#include "ui/json_read.h"

static uint8_t scratch[LEN];

static void read_all(size_t len)
{
	struct json_field fields[] = { { .name = "a" }, { .name = "b", .number = true } };
	struct writer out = writer_of(scratch + LEN - len, len);
	json_read(any_bytes(len), fields, 2, &out);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
