/* file: where symbolic links lead, and which folders a file is in, os/file; links of any length,
 * and paths of up to so many bytes. In run, a path has few. */
#include "proofs/local/system.h"

#undef PATH_MAX
#define PATH_MAX 8
#undef open /* to write */

static void add_span(struct text *t, struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
	give_any(t);
}
#define text_add_span add_span

/* It writes no final 0. */
static ssize_t any_link(const char *path, char *to, size_t cap)
{
	strlen(path);
	ssize_t len = Frama_C_interval(-1, (int)cap);
	//@ split len;
	if (len > 0)
		Frama_C_make_unknown(to, (size_t)len);
	return len;
}
#define readlink any_link

#include "os/file.c"

static void read_path(char *path)
{
	char out[PATH_MAX], taken[FILE_PATH];
	unsigned us;
	last_errno = Frama_C_interval(0, 133);
	if (path[0] && file_of_another(path, taken, &us))
		strlen(taken);
	if (file_check(0, path, (enum file_care)Frama_C_interval(FILE_PLAIN, FILE_PIPED)) != OK)
		strlen(file_why());
	file_end(path, out);
	strlen(out);
}

int main(void)
{
	static char path[LEN + 1];
	for (size_t len = 0; len <= LEN; len++)
		read_path(text_of_length(path + LEN - len, len));
}
