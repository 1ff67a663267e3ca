#include "os/privileges.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/split.h"
#include "base/text.h"
#include "os/file.h"

enum { PASSWD_MAX = 64 * 1024 };

#define ID_MAX          (UINT32_MAX - 1) /* one more means: none */
#define CAPABILITIES_V3 0x20080522U

/* musl's functions do it in all threads, of which we have none. Some systems have two sets of
 * calls, and these take 16 bits in the one without a number. */
#ifdef SYS_setresuid32
enum { SETRESUID = SYS_setresuid32, SETRESGID = SYS_setresgid32, SETGROUPS = SYS_setgroups32 };
#else
enum { SETRESUID = SYS_setresuid, SETRESGID = SYS_setresgid, SETGROUPS = SYS_setgroups };
#endif

static bool read_ids(struct span uid, struct span gid, struct user *user)
{
	uint64_t u, g;
	if (!text_read_u64(uid, ID_MAX, &u) || !text_read_u64(gid, ID_MAX, &g))
		return false;
	*user = (struct user){ (uint32_t)u, (uint32_t)g };
	return true;
}

/* NAME:x:UID:GID:... */
static bool read_line(struct span line, const char *name, struct user *user)
{
	struct span word, uid, gid;
	return split_at(line, ':', &word, &line) && span_is(word, name) &&
	       split_at(line, ':', &word, &line) && split_at(line, ':', &uid, &line) &&
	       split_at(line, ':', &gid, &line) && read_ids(uid, gid, user);
}

static enum err look_up(const char *name, struct user *user)
{
	static char passwd[PASSWD_MAX];
	size_t len;
	enum err err = file_read("/etc/passwd", FILE_PLAIN, passwd, sizeof passwd, &len);
	struct span line, rest = span_of(passwd, err ? 0 : len);
	while (split_at(rest, '\n', &line, &rest))
		if (read_line(line, name, user))
			return OK;
	return err == ERR_LOCAL ? err : ERR_UNREACHABLE;
}

enum err privileges_user(const char *name, struct user *user)
{
	struct span uid, gid;
	bool ids = split_at(span_text(name), ':', &uid, &gid);
	enum err err = ids ? read_ids(uid, gid, user) ? OK : ERR_UNREACHABLE : look_up(name, user);
	return !err && (user->uid == 0 || user->gid == 0) ? ERR_USAGE : err;
}

/* None, however this user came to have them. */
static bool drop_capabilities(void)
{
	const uint32_t header[2] = { CAPABILITIES_V3 }, none[6] = { 0 }; /* of linux/capability.h */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);  /* Linux 4.3 */
	return syscall(SYS_capset, header, none) == 0;
}

enum err privileges_drop(const struct user *user)
{
	long uid = (long)user->uid, gid = (long)user->gid;
	bool is_root = geteuid() == 0;
	if (is_root && syscall(SETGROUPS, 0L, NULL) != 0)
		return ERR_LOCAL;
	if (syscall(SETRESGID, gid, gid, gid) != 0 || syscall(SETRESUID, uid, uid, uid) != 0 ||
	    !drop_capabilities() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_LOCAL;
#ifndef SCHAT_DEBUGGABLE
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the system forgets it with another user */
#endif
	errno = EPERM;
	return syscall(SETRESUID, 0L, 0L, 0L) != 0 ? OK : ERR_LOCAL;
}
