#include "cmd/key_file.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/home.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/file.h"
#include "os/signals.h"

struct wish {
	enum key_type type;
	unsigned rsa_bits;
};

static bool generate(void *argument, struct writer *out)
{
	const struct wish *wish = argument;
	struct identity id;
	seed_again();
	enum err err = identity_generate(wish->type, wish->rsa_bits, seed_random(), &id);
	if (!err)
		err = identity_write(&id, out);
	bytes_wipe(&id, sizeof id);
	return !err;
}

bool key_file_start(struct child *c, enum key_type type, unsigned rsa_bits)
{
	struct wish wish = { type, rsa_bits };
	return child_start(c, generate, &wish);
}

bool key_file_take(const struct child *c, struct identity *out)
{
	return identity_read(c->result, out) == OK;
}

static void say_how_it_goes(uint64_t seconds, unsigned rsa_bits)
{
	if (seconds == 0)
		report_say("making an RSA key of %u bits; on small machines this takes minutes ...",
		           rsa_bits);
	else
		report_say("still looking for primes, %ju s so far ...", seconds);
}

int key_file_generate(enum key_type type, unsigned rsa_bits, struct identity *out)
{
	struct child c;
	enum child_state state = CHILD_FAILED;
	uint64_t start = clock_us(), report_at = start + SECOND;
	int code = 0;
	(void)seed_random(); /* without one, the program ends here, and not the child alone */
	if (key_file_start(&c, type, rsa_bits)) {
		while ((state = child_poll(&c)) == CHILD_RUNNING && !code) {
			(void)descriptor_readable(c.fd, 100);
			uint64_t now = clock_us();
			code = signals_ending(signals_take()); /* Ctrl-C ends the search too */
			if (now < report_at)
				continue;
			say_how_it_goes((report_at - start) / SECOND - 1, rsa_bits);
			report_at += 10 * SECOND;
		}
	}
	bool made = state == CHILD_DONE && key_file_take(&c, out);
	child_end(&c);
	if (code || made)
		return code;
	return report_no_room();
}

int key_file_path(enum key_type type, char *path)
{
	char name[16];
	struct text t = text_of(name, sizeof name);
	text_add_format(&t, "id_%s", public_key_type_name(type));
	return home_file(name, path) ? 0 : report_error(EXIT_LOCAL, HOME_MISSING);
}

/* Of several that write it at once, each may take away what another has begun; in the end one is
 * alone. */
static enum err replace_public(const char *name, struct span line)
{
	enum { TRIES = 10 };
	enum err err = ERR_EXISTS;
	for (unsigned i = 0; i < TRIES && (err == ERR_UNREACHABLE || err == ERR_EXISTS); i++)
		err = file_replace(name, line, 0644);
	return err;
}

/* True: it is written. */
static bool save_public(const struct public_key *key, const char *name)
{
	uint8_t line[LIMIT_KEY_LINE];
	struct writer w = writer_of(line, sizeof line);
	enum err err = public_key_write(key, &w);
	write_u8(&w, '\n');
	if (!err)
		err = replace_public(name, written(&w));
	if ((err == ERR_UNREACHABLE || err == ERR_EXISTS) && file_exists(name))
		err = OK; /* another program writes the same */
	if (err)
		(void)report_file("write", name);
	return !err;
}

/* As file_read. ERR_FORMAT: it is no public key. */
static enum err read_public(const char *name, struct public_key *key)
{
	uint8_t line[LIMIT_KEY_LINE];
	size_t len = 0;
	enum err err = file_read(name, FILE_TRUSTED, line, sizeof line, &len);
	return err ? err : public_key_read(span_of(line, len), key) ? ERR_FORMAT : OK;
}

bool key_file_is_own(const struct public_key *key)
{
	char name[32], path[FILE_PATH];
	struct public_key own;
	struct text t = text_of(name, sizeof name);
	text_add_format(&t, "id_%s.pub", public_key_type_name(key->type));
	return home_file(name, path) && read_public(path, &own) == OK &&
	       public_key_equal(&own, key);
}

/* path.pub is the public half of the key in path. One that is another key's, whose file it was
 * before, would be given to others; what is no key of ours stays. made: the key is new. */
static void keep_public(const struct public_key *key, const char *path, bool made)
{
	char name[FILE_PATH];
	struct public_key there;
	struct text t = text_of(name, sizeof name);
	text_add_format(&t, "%s.pub", path);
	enum err err = read_public(name, &there);
	if (err == ERR_UNREACHABLE) {
		if (made)
			(void)save_public(key, name);
		return;
	}
	if (err) {
		if (made)
			report_say("%s already exists and was left unchanged", name);
		return;
	}
	if (!public_key_equal(key, &there) && save_public(key, name))
		report_say("%s had another public key; now it has that of %s", name, path);
}

static int exists(const char *path)
{
	return report_error(EXIT_LOCAL,
	                    "%s already exists and will not be overwritten. To show it: schat "
	                    "keygen --show -f %s",
	                    path, path);
}

/* taken: a file was there, for somebody else has just made it. */
static int save(const struct identity *id, const char *path, bool *taken)
{
	uint8_t pem[LIMIT_KEY_PEM];
	struct writer w = writer_of(pem, sizeof pem);
	enum err err = identity_write(id, &w);
	if (!err)
		err = file_make_folders(path);
	if (!err)
		err = file_create(path, written(&w), 0600);
	bytes_wipe(pem, sizeof pem);
	*taken = err == ERR_EXISTS;
	if (*taken)
		return EXIT_LOCAL;
	if (err)
		return home_failed("write", path);
	keep_public(&id->public, path, true);
	/* what the next program would refuse is told now */
	err = file_read(path, FILE_PRIVATE, pem, sizeof pem, &(size_t){ 0 });
	bytes_wipe(pem, sizeof pem);
	return err == ERR_TRUST ? report_error(EXIT_LOCAL, "%s", file_why()) : 0;
}

int key_file_make(enum key_type type, unsigned rsa_bits, const char *path, struct identity *out)
{
	bool taken = file_exists(path);
	int code = taken ? EXIT_LOCAL : key_file_generate(type, rsa_bits, out);
	if (!code)
		code = save(out, path, &taken);
	return taken ? exists(path) : code;
}

int key_file_write(const struct identity *id, const char *path)
{
	bool taken;
	int code = save(id, path, &taken);
	return taken ? exists(path) : code;
}

static int read_key(const char *path, enum file_care care, struct identity *out, bool *missing)
{
	uint8_t pem[LIMIT_KEY_PEM];
	size_t len = 0;
	enum err err = file_read(path, care, pem, sizeof pem, &len);
	*missing = err == ERR_UNREACHABLE;
	if (err == ERR_TRUST)
		return report_error(EXIT_LOCAL, "%s", file_why());
	if (err && err != ERR_FULL)
		return *missing ? EXIT_LOCAL : home_failed("read", path);
	const char *refusal = "is too large for a private key";
	if (!err) {
		err = identity_read(span_of(pem, len), out);
		refusal = identity_refusal(span_of(pem, len));
	}
	bytes_wipe(pem, sizeof pem);
	if (err)
		return report_error(EXIT_LOCAL, "%s %s", path, refusal);
	keep_public(&out->public, path, false);
	return 0;
}

int key_file_read(const char *path, bool given, struct identity *out)
{
	bool missing;
	int code = read_key(path, given ? FILE_PIPED : FILE_PRIVATE, out, &missing);
	if (missing)
		report_error(code, "there is no key in %s. Make one with: schat keygen -f %s", path,
		             path);
	return code;
}

/* Of several programs that start at once for the first time, one makes the key, and the others take
 * it. */
static int make_first(enum key_type type, const char *path, struct identity *out)
{
	char shown[FILE_PATH];
	bool taken = false, missing;
	int code =
	    signals_start() ? key_file_generate(type, RSA_BITS_DEFAULT, out) : report_no_room();
	if (!code)
		code = save(out, path, &taken);
	if (taken)
		return read_key(path, FILE_PRIVATE, out, &missing);
	if (code)
		return code;
	home_short(path, shown);
	report_say("created your key: %s", shown);
	return 0;
}

int key_file_load(enum key_type type, const char *file, struct identity *out)
{
	char path[FILE_PATH];
	bool missing = false;
	int code = file ? key_file_read(file, true, out) : key_file_path(type, path);
	if (!code && file == NULL) {
		code = read_key(path, FILE_PRIVATE, out, &missing);
		if (missing && file_exists(path)) /* another program may have made it since */
			code = read_key(path, FILE_PRIVATE, out, &missing);
		if (missing && file_exists(path))
			code = report_error(EXIT_LOCAL, "%s is a broken symbolic link", path);
		else if (missing)
			code = make_first(type, path, out);
	}
	if (!code && out->public.type != type) {
		code = report_error(EXIT_USAGE,
		                    "%s holds a key of type %s, but this suite needs %s. Choose "
		                    "another suite with --crypto.",
		                    file ? file : path, public_key_type_name(out->public.type),
		                    public_key_type_name(type));
		bytes_wipe(out, sizeof *out);
	}
	return code;
}
