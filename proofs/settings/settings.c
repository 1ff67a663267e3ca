/* settings: a settings file, and one line of it, cmd/settings. */
#include "proofs/settings/any.h"

#include "base/bytes.c"
#include "base/split.c"
#include "cmd/settings.c"

static const struct encryptor_class suite = { .name = "noise" }, none = { .insecure = true };

const struct encryptor_class *encryptor_class_named(struct span name)
{
	(void)name;
	return any_bool() ? &suite : &none;
}

const char *process_environment(const char *name)
{
	(void)name;
	return any_bool() ? "/home/a" : NULL;
}

/* One option of each kind of which settings does something else. */
const struct option options_table[] = {
	{ .name = "f", .kind = OPTION_FLAG, .setting = FOR_SERVE },
	{ .name = "p", .kind = OPTION_FILE, .setting = FOR_SERVE },
	{ .name = "l", .kind = OPTION_LIST, .setting = FOR_SIGNAL },
	{ .name = "crypto", .kind = OPTION_CHOICE, .setting = FOR_ALL },
	{ .name = "n", .kind = OPTION_NUMBER },
	{ .name = NULL },
};

const struct option *options_named(struct span name)
{
	if (name.len > 0)
		name.at[name.len - 1];
	int row = Frama_C_interval(-1, 4);
	return row < 0 ? NULL : &options_table[row];
}

char *options_read(const struct option *row, char *value, struct text *why)
{
	(void)row;
	(void)why;
	if (any_bool())
		return NULL;
	token_tidy(value);
	return value;
}

bool options_set(struct options *o, const struct option *row, char *value, enum option_from from)
{
	(void)o;
	(void)row;
	(void)from;
	if (value)
		strlen(value);
	return any_bool();
}

enum option_from options_from(const struct options *o, const struct option *row)
{
	(void)o;
	(void)row;
	return (enum option_from)Frama_C_interval(FROM_NOWHERE, FROM_HOST_FILE);
}

static char text[LEN + 1], said[64];

static void read_file(size_t len)
{
	struct options o = { .command = FOR_SERVE };
	struct text why = text_of(said, sizeof said);
	settings_read(any_text(text, sizeof text, len), "/etc/a", FROM_OWN_FILE, &o, &why);
}

int main(void)
{
	//@ loop unroll LEN + 1;
	for (size_t len = 0; len <= LEN; len++)
		read_file(len);
}
