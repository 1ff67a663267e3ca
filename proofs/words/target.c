/* target: what connect has to connect to, and where serve has to listen, cmd/talk/target: of up to
 * so many bytes, with a book of up to two contacts, whose names and addresses are any texts. */
#include "proofs/words/target.h"

#include "cmd/nearest.h"
#include "cmd/report.h"
#include "crypto/words.h"
#include "os/interfaces.h"

/* Any text of the array's size at most. */
static void make_text(char *at, size_t size)
{
	Frama_C_make_unknown(at, size);
	at[size - 1] = 0;
}

/* What a format is given: texts that end with a 0, and numbers. */
static void look_at_all(const char *format, va_list more)
{
	for (; *format; format++) {
		if (*format != '%')
			continue;
		format++;
		if (*format == 's')
			strlen(va_arg(more, const char *));
		else
			(void)va_arg(more, unsigned);
	}
}

static void add_format(struct text *t, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	look_at_all(format, more);
	va_end(more);
	make_text(t->at, t->cap);
	t->len = (size_t)Frama_C_interval(0, (int)t->cap - 1);
	t->cut = any_bool();
}
#undef text_add_format
#define text_add_format add_format

int report_error(int exit_status, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	look_at_all(format, more);
	va_end(more);
	return exit_status;
}

int report_no_host(const char *host, enum err err)
{
	(void)err;
	strlen(host);
	return EXIT_USAGE;
}

const char *report_port_hint(const char *address)
{
	strlen(address);
	return any_bool() ? " hint" : "";
}

void words_at(unsigned index, char out[static WORD_TEXT])
{
	if (index >= WORDS_COUNT)
		base_panic("words_at", 0);
	make_text(out, WORD_TEXT);
}

struct nearest nearest_to(struct span typed)
{
	if (typed.len > 0)
		typed.at[0], typed.at[typed.len - 1];
	return (struct nearest){ .typed = typed };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	strlen(candidate);
	if (any_bool())
		n->best = candidate;
}

bool contact_name_alike(struct span a, struct span b)
{
	if (a.len > 0)
		a.at[0], a.at[a.len - 1];
	if (b.len > 0)
		b.at[0], b.at[b.len - 1];
	return any_bool();
}

/* In what is an address, with whatever zone, there is a host. */
enum err interfaces_parse(struct span text, uint16_t port_default, struct addr *out)
{
	(void)port_default;
	if (any_bool())
		return ERR_FORMAT;
	address = text.at;
	*out = any_addr();
	return any_bool() ? OK : any_bool() ? ERR_USAGE : ERR_UNREACHABLE;
}

/* A text here has one blank at most at either end. */
static struct span trim_one(struct span s)
{
	if (s.len > 0 && any_bool())
		s = span_after(s, 1);
	if (s.len > 0 && any_bool())
		s.len--;
	return s;
}
#define split_trim trim_one

#include "cmd/talk/target.c"

static struct book book;

static void make_book(void)
{
	for (size_t i = 0; i < 2; i++) {
		make_text(book.contacts[i].name, sizeof book.contacts[i].name);
		make_text(book.contacts[i].addr, sizeof book.contacts[i].addr);
	}
	book.count = (size_t)Frama_C_interval(0, 2);
}

static void show_all(const struct target *t)
{
	char out[LIMIT_HOST];
	if (target_direct_text(t, out))
		strlen(out);
	target_server_text(t->host, t->port, out);
	strlen(out);
}

static void read_all(size_t len)
{
	int code = target_read(&target, any_bytes(len), &book, any_bool());
	//@ split code;
	;
	//@ slevel merge;
	;
	if (code)
		return;
	for (size_t i = 0; communicator_classes[i]; i++)
		if (target.class == communicator_classes[i])
			show_all(&target);
}

static void know_all(size_t len)
{
	(void)target_known(any_bytes(len), &book);
	(void)target_has_secret(any_bytes(len));
}

static void add_code(size_t len)
{
	target = (struct target){ .class = &tcp };
	(void)target_add_code(&target, any_bytes(len));
}

static void listen_all(size_t len)
{
	struct addr out[2];
	size_t count;
	target = (struct target){ .port = 0 };
	address = NULL;
	if (target_listen(&target, any_bytes(len), out, &count))
		return;
	if (count > 2)
		base_panic("target_listen", 0);
	for (size_t i = 0; i < count; i++)
		(void)out[i].port;
}

int main(void)
{
	make_book();
	for (size_t len = 0; len <= LEN; len++) {
		read_all(len);
		know_all(len);
		add_code(len);
		listen_all(len);
	}
}
