/* fuzz: what users and files say: codes, targets, places to listen at, lists of servers, settings,
 * whole peers files and changes of them. Nothing is written over, whatever is refused is refused
 * with a sentence, and what was understood reads the same when written again. Much is tried with
 * each input. runs: 5000
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "base/split.h"
#include "base/token.h"
#include "cmd/settings.h"
#include "cmd/talk/target.h"
#include "crypto/words.h"
#include "rendezvous/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

/* Refusals are printed: not here. What the sanitizers report is. */
static int real_fd, null_fd;

static void same(bool condition)
{
	if (condition)
		return;
	dup2(real_fd, 2);
	abort();
}

static void start(void)
{
	if (null_fd > 0)
		return;
	real_fd = dup(2);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (real_fd < 0 || null_fd < 0)
		abort();
	__sanitizer_set_report_fd((void *)(intptr_t)real_fd);
}

static void fuzz_code(struct span in)
{
	struct code a, b;
	struct span unknown;
	char text[CODE_TEXT];
	enum err err = code_parse(in, &a, &unknown);

	same(err == OK || err == ERR_FORMAT || err == ERR_AUTH);
	if (err == ERR_AUTH)
		same(unknown.at >= in.at && unknown.at + unknown.len <= in.at + in.len &&
		     words_index(unknown) < 0);
	if (err != OK)
		return;
	same(a.words_count >= CODE_WORDS && a.words_count <= CODE_WORDS_MAX);
	code_format(&a, text);
	same(code_parse(span_text(text), &b, &unknown) == OK);
	same(a.has_nameplate == b.has_nameplate &&
	     (!a.has_nameplate || a.nameplate == b.nameplate) && a.words_count == b.words_count);
	same(memcmp(a.words, b.words, a.words_count * sizeof a.words[0]) == 0);
	same(target_has_secret(in));
}

static struct book *book_of(const char *file)
{
	static struct book *book;
	struct book_faults faults;
	if (book == NULL) {
		book = calloc(1, sizeof *book);
		book_read(book, span_text(file), &faults);
		same(faults.count == 0);
	}
	return book;
}

static void fuzz_target(struct span in)
{
	static struct target a, b;
	char text[LIMIT_HOST];
	const struct book *book =
	    book_of("bob schat-x25519 hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo= "
	            "addr=tcp://192.0.2.1:7\n");

	if (memchr(in.at, 0, in.len) != NULL || target_read(&a, in, book, false) != 0)
		return; /* on a command line no text has a 0 in it */
	same(!a.has_code || target_has_secret(in) || a.has_contact);
	same(strlen(a.host) < sizeof a.host);
	if (!a.class->meets && target_direct_text(&a, text)) {
		same(target_read(&b, span_text(text), book, false) == 0);
		same(b.class == a.class && b.port == a.port && strcmp(b.host, a.host) == 0);
		bytes_wipe(&b, sizeof b);
	}
	bytes_wipe(&a, sizeof a);
}

static void fuzz_listen(struct span in)
{
	struct target t = { .port = 0 };
	struct addr out[2];
	size_t count = 0;
	if (target_listen(&t, in, out, &count) == 0)
		same(count >= 1 && count <= 2 && !t.class->meets);
}

static void fuzz_servers(struct span in)
{
	struct span list = in;
	char text[LIMIT_HOST];
	struct target_server s;
	for (size_t n = 0; target_next_server(&list, &s); n++) {
		same(n <= in.len);
		if (s.port != 0)
			target_server_text(s.host, s.port, text);
	}
}

/* Each key of a file that is taken is found by its id, and none twice. */
static void fuzz_access(struct span in)
{
	static struct access a;
	char sentence[256];
	struct text why = text_of(sentence, sizeof sentence);
	same(access_read(&a, in, "access", &why) == (why.len == 0));
	for (unsigned i = 1; i <= a.count; i++)
		same(access_find(&a, a.at[i].id) == i);
}

static void fuzz_settings(struct span in)
{
	static char text[LIMIT_SETTINGS + 1];
	char sentence[4096];
	struct text why = text_of(sentence, sizeof sentence);
	struct options o = { .command = FOR_CONNECT };

	if (in.len > LIMIT_SETTINGS || memchr(in.at, 0, in.len) != NULL)
		return;
	memcpy(text, in.at, in.len);
	text[in.len] = 0;
	same(settings_read(text, "config", FROM_OWN_FILE, &o, &why) == (why.len == 0));
	/* what weakens a conversation is never taken from a file */
	same(!o.tofu && !o.insecure);
	same(o.crypto == NULL || strcmp(o.crypto, "pseudo") != 0);
}

/* A whole peers file; a change of it; read again. */
static void fuzz_book(struct span in)
{
	static struct book book, after;
	static uint8_t out[LIMIT_BOOK];
	struct writer w = writer_of(out, sizeof out);
	struct book_faults faults, left;
	struct contact c = { .name = "carol" };

	memset(&book, 0, sizeof book);
	book_read(&book, in, &faults);
	same(faults.count == 0 || (faults.first[0].line > 0 && faults.first[0].why != NULL));
	same(book.count <= LIMIT_CONTACTS);
	if (book.count == 0 || memchr(in.at, 0, in.len) != NULL)
		return;
	c.key = book.contacts[0].key;
	struct span name = span_text(book.contacts[0].name);
	same(book_named(&book, name) != NULL && book_of_key(&book, &c.key) != NULL);
	if (!book_edit(in, book.contacts[0].name, NULL, &w))
		return;
	memset(&after, 0, sizeof after);
	book_read(&after, written(&w), &left);
	/* a line that was one too many has a place now */
	same(after.count == book.count - 1 || faults.count > 0);
	same(left.count <= faults.count);
}

/* What is tidy stays as it is, and nothing that can't be seen is at its ends. */
static void fuzz_token(struct span in)
{
	char text[512], again[512];
	struct text t = text_of(text, sizeof text);
	if (memchr(in.at, 0, in.len) != NULL)
		return;
	text_add_span(&t, in);
	size_t len = t.len;
	token_tidy(text);
	same(strlen(text) <= len && split_trim(span_text(text)).len == strlen(text));
	text_copy(again, sizeof again, text);
	token_tidy(again);
	same(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(span_of(at, len));
	uint8_t which = read_u8(&r);
	/* a copy of its own, so that reading behind it is seen */
	size_t size = r.left;
	uint8_t *copy = malloc(size + 1);

	if (copy == NULL)
		abort();
	read_bytes(&r, copy, size);
	struct span in = span_of(copy, size);
	start();
	dup2(null_fd, 2);
	switch (which % 8) {
	case 0: fuzz_code(in); break;
	case 1: fuzz_target(in); break;
	case 2: fuzz_listen(in); break;
	case 3: fuzz_servers(in); break;
	case 4: fuzz_settings(in); break;
	case 5: fuzz_token(in); break;
	case 6: fuzz_access(in); break;
	default: fuzz_book(in); break;
	}
	dup2(real_fd, 2);
	free(copy);
	return 0;
}
