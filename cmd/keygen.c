/* schat keygen: makes an identity, or shows the one there is. stdout gets its fingerprint and
 * nothing else. */
#include <string.h>

#include "base/access_key.h"
#include "cmd/carry.h"
#include "cmd/help.h"
#include "cmd/home.h"
#include "cmd/key_file.h"
#include "cmd/qr.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "os/descriptor.h"
#include "os/process.h"
#include "os/terminal.h"

/* text as a QR code on standard output. */
static int show_code(const char *text)
{
	static struct qr code;
	char lines[QR_LINES];
	struct text t = text_of(lines, sizeof lines);
	(void)qr_make(&code, span_text(text)); /* short enough */
	qr_draw(&code, terminal_is(1) && !process_environment("NO_COLOR"), &t);
	return descriptor_write_all(1, text_span(&t))
	           ? report_error(EXIT_LOCAL, "can't write to standard output: %s",
	                          descriptor_why())
	           : 0;
}

static int show(const struct identity *id, const char *path, bool made, bool qr)
{
	char fingerprint[FINGERPRINT_TEXT], words[PUBLIC_KEY_WORDS_TEXT], shown[FILE_PATH],
	    line[LIMIT_KEY_LINE] = "";
	struct writer w = writer_of(line, sizeof line - 1);
	public_key_fingerprint(&id->public, fingerprint);
	home_short(path, shown);
	(void)public_key_write(&id->public, &w);
	if (made)
		report_say("wrote %s (0600) and %s.pub. A lost key can't be recovered: your "
		           "contacts would have to accept a new one.",
		           shown, shown);
	report_say("your public key (for schat peers add on the other host): %s", line);
	public_key_words(&id->public, words);
	report_say("its fingerprint, in words: %s", words);
	report_say("its fingerprint:");
	int code = report_out("%s\n", fingerprint);
	return qr && !code ? show_code(fingerprint) : code;
}

static int make_access_key(void)
{
	struct access_key key = { .given = true };
	char line[ACCESS_KEY_TEXT + 2];
	struct text t = text_of(line, sizeof line);
	random_fill(seed_random(), key.bytes, sizeof key.bytes);
	access_key_add(&key, &t);
	int code = report_out("%s\n", line + 1);
	bytes_wipe(&key, sizeof key);
	bytes_wipe(line, sizeof line);
	return code;
}

static int run(struct options *o)
{
	enum key_type type = KEY_X25519;
	char own[FILE_PATH];
	const char *path = o->file;
	unsigned bits = (unsigned)options_number(o->bits, RSA_BITS_DEFAULT);

	if (o->type && strcmp(o->type, KEYGEN_ACCESS) == 0)
		return make_access_key();
	if (o->type)
		(void)public_key_type_parse(span_text(o->type), &type);
	if (o->bits &&
	    (type != KEY_RSA || bits < RSA_BITS_MIN || bits > RSA_BITS_MAX || bits % 8 != 0))
		return help_usage_error(
		    o, "--bits takes a multiple of 8 from 2048 to 4096, and only with -t rsa");
	if (o->import)
		return carry_import(o->import, o->file);
	if (path == NULL) {
		int code = key_file_path(type, own);
		if (code)
			return code;
		path = own;
	}

	struct identity id = { .public.type = KEY_NONE };
	int code = o->show || o->export ? key_file_read(path, o->file != NULL, &id)
	                                : key_file_make(type, bits, path, &id);
	if (!code && o->export)
		code = carry_export(&id, o->file == NULL, o->export);
	else if (!code)
		code = show(&id, path, !o->show, o->qr);
	bytes_wipe(&id, sizeof id);
	return code;
}

const struct subcommand keygen_subcommand = {
	.name = "keygen",
	.bit = FOR_KEYGEN,
	.crypto = true,
	.takes = "options only",
	.calls = CALLS_WRITES | CALLS_CHILDREN | CALLS_TERMINAL,
	.run = run,
};
