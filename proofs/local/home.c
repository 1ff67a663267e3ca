/* home: folders in the environment, cmd/home, each unset or any text; and paths as people write
 * them, of up to so many bytes, below HOME or not, which has as many at most. */
#include "proofs/local/texts.h"

#include "cmd/home.c"

static char profile_text[LEN + 1], home_text[LEN + 1], folder_text[LEN + 1];

/* The name of a profile is borrowed for good. */
const char *process_environment(const char *name)
{
	if (any_bool())
		return NULL;
	bool home = name[0] == 'H', chosen = name[0] == 'S' && name[6] == 'P';
	return home ? home_text : chosen ? profile_text : folder_text;
}

bool contact_name_valid(struct span name)
{
	if (name.len > 0)
		name.at[name.len - 1];
	return any_bool();
}

bool file_exists(const char *path)
{
	strlen(path);
	return any_bool();
}

bool file_of_another(const char *path, char out[static FILE_PATH], unsigned *us)
{
	strlen(path);
	if (any_bool())
		return false;
	(void)any_text(out, FILE_PATH - 1);
	*us = (unsigned)any_number(UINT32_MAX);
	return true;
}

const char *file_why(void)
{
	return "why";
}

int report_file(const char *what, const char *path)
{
	strlen(what), strlen(path);
	return 6;
}

static void ask(const char *path)
{
	char out[FILE_PATH];
	(void)home_choose(any_bool() ? profile_text : NULL);
	if (home_file("peers", out))
		strlen(out);
	if (home_settings(out))
		strlen(out);
	home_short(path, out);
	strlen(out);
	(void)home_failed("write", path);
}

int main(void)
{
	static char path[LEN + 1];
	(void)any_text(profile_text, LEN);
	(void)any_text(folder_text, LEN);
	for (size_t below = 0; below <= LEN; below++)
		for (size_t len = 0; len <= LEN; len++) {
			(void)text_of_length(home_text, below);
			ask(text_of_length(path + LEN - len, len));
		}
}
