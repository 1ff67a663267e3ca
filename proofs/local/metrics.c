/* metrics: who asks for a server's figures, and what answers somebody who asks, cmd/metrics; any
 * bytes in any pieces. In run, an answer has few. */
#include <errno.h>

#include "os/port.h"
#include "proofs/local/texts.h"

static const char *find_text(const char *text, const char *what)
{
	size_t len = strlen(what);
	for (; *text; text++)
		if (strncmp(text, what, len) == 0)
			return text;
	return NULL;
}

static const char *find_byte(const char *text, int c)
{
	for (; *text != (char)c; text++)
		if (*text == 0)
			return NULL;
	return text;
}
#define strstr         find_text
#define strchr         find_byte
#define strerror(code) "why"

static void add_span(struct text *t, struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
	give_any(t);
}
#define text_add_span add_span

#include "cmd/metrics.c"

/* From its first time on it may stand still, or run as far as it likes. */
uint64_t clock_us(void)
{
	static bool began;
	uint64_t now = began ? any_number(2 * PATIENCE_US) : 0;
	began = true;
	return now;
}

bool descriptor_readable(int fd, int wait_ms)
{
	(void)fd, (void)wait_ms;
	return any_bool();
}

enum err descriptor_read(int fd, void *to, size_t cap, size_t *len)
{
	(void)fd;
	if (any_bool())
		return any_bool() ? ERR_LOCAL : ERR_FULL;
	*len = (size_t)Frama_C_interval(0, (int)cap);
	//@ split *len;
	if (*len > 0)
		Frama_C_make_unknown(to, *len);
	return OK;
}

void descriptor_close(int fd)
{
	(void)fd;
}

int port_connect_path(const char *path)
{
	strlen(path);
	errno = Frama_C_interval(1, 133);
	return Frama_C_interval(-1, 1023);
}

bool port_write(int fd, struct span bytes, size_t *taken)
{
	(void)fd;
	if (bytes.len > 0)
		bytes.at[bytes.len - 1];
	*taken = (size_t)Frama_C_interval(0, (int)bytes.len);
	return any_bool();
}

int report_out(const char *format, ...)
{
	(void)format;
	return any_bool() ? EXIT_DONE : EXIT_PIPE;
}

int main(void)
{
	struct metrics_guest guest = { .fd = 7, .blank = (unsigned)Frama_C_interval(0, READY) };
	listen_to(&guest);
	if (guest.fd != 0 && guest.blank > READY)
		base_panic("listen_to", 0);
	(void)metrics_show("path");
}
