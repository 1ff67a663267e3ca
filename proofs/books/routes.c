/* routes: the host's routes, of which Linux makes a text, os/interfaces: any bytes; and words of
 * up to 9. */
#include <string.h>
#include <unistd.h>

static ssize_t read_table(int fd, void *to, size_t cap);
#define read read_table
#include "os/interfaces.c"
#undef read
#include "proofs/parsers/any.h"

static struct span table;

static ssize_t read_table(int fd, void *to, size_t cap)
{
	if (fd < 0 || table.len > cap)
		return -1;
	memcpy(to, table.at, table.len);
	return (ssize_t)table.len;
}

static void read_all(struct span text)
{
	struct addr router, own;
	table = text;
	interfaces_router(&router, &own);
}

/* A line whose second word is that of a default route. */
static void read_router(size_t len)
{
	char line[32] = "e\t00000000\t";
	struct addr router;
	for (size_t i = 11; i < sizeof line; i++)
		line[i] = (char)Frama_C_interval('!', 127);
	default_route(span_of(line, 11 + len), &router);
}

int main(void)
{
	uint8_t out[4];
	for (size_t len = 0; len <= LEN; len++)
		read_all(any_bytes(len));
	for (size_t len = 0; len <= 9; len++) {
		read_hex(any_bytes(len), out);
		read_router(len);
	}
}
