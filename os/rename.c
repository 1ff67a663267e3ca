#include "os/rename.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"
#include "os/beneath.h"

enum {
	NOREPLACE = 1, /* RENAME_NOREPLACE of linux/fs.h; musl has no renameat2 */
	NUMBERS_MAX = 999
};

/* name with a number, as short as a name must be: "a (2).txt". */
static void numbered(const char *name, unsigned number, bool folder, char out[static BENEATH_NAME])
{
	char digits[8];
	struct text d = text_of(digits, sizeof digits), t = text_of(out, BENEATH_NAME);
	const char *dot = folder ? NULL : strrchr(name, '.');
	size_t stem = dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name);
	size_t rest = strlen(name) - stem, cap = BENEATH_NAME - 1;
	text_add_format(&d, " (%u)", number);
	if (rest + d.len > cap / 2)
		rest = 0;
	if (stem > cap - rest - d.len)
		stem = utf8_whole(span_of(name, cap - rest - d.len));
	text_add_span(&t, span_of(name, stem));
	text_add(&t, digits);
	if (rest > 0)
		text_add(&t, dot);
}

/* Where the file system cannot rename without replacing: a link does not, and neither does a
 * folder that was just made, unless somebody has put something into it. */
static int move_by_hand(int dir, const char *part, const char *name, bool folder)
{
	if (!folder) {
		if (linkat(dir, part, dir, name, 0) == 0)
			return unlinkat(dir, part, 0);
		if (errno == EEXIST)
			return -1;
		int claim = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (claim < 0)
			return -1;
		close(claim);
	} else if (mkdirat(dir, name, 0700) != 0) {
		return -1;
	}
	if (renameat(dir, part, dir, name) == 0)
		return 0;
	int why = errno;
	(void)unlinkat(dir, name, folder ? AT_REMOVEDIR : 0);
	errno = why;
	return -1;
}

static int move_to(int dir, const char *part, const char *name, bool folder)
{
	if (syscall(SYS_renameat2, dir, part, dir, name, (long)NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	return move_by_hand(dir, part, name, folder);
}

int rename_free(int dir, const char *part, const char *name, bool folder, char *as)
{
	char room[BENEATH_NAME];
	int result = move_to(dir, part, name, folder);
	as = as ? as : room;
	text_copy(as, BENEATH_NAME, name);
	for (unsigned n = 1;
	     result != 0 && (errno == EEXIST || errno == ENOTEMPTY) && n <= NUMBERS_MAX; n++) {
		numbered(name, n, folder, as);
		result = move_to(dir, part, as, folder);
	}
	return result;
}
