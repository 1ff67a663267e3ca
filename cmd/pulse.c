#include "cmd/pulse.h"

#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"
#include "base/text.h"
#include "cmd/report.h"
#include "os/file.h"
#include "os/notify.h"

#define EVERY_US (10 * SECOND) /* at least so often */
#define AGAIN_US (100 * MS)    /* when the supervisor had no room for what it was told */

static int cannot_touch(const char *path, int exit_status)
{
	return report_error(exit_status, "can't touch the file %s (--alive): %s", path, file_why());
}

int pulse_open(struct pulse *p, const char *file)
{
	*p = (struct pulse){ .file = file, .told = notify_start(), .next = NEVER };
	uint64_t patience = notify_watchdog_us();
	p->watched = patience > 0;
	p->every = p->told || file ? EVERY_US : NEVER;
	if (p->watched)
		p->every = min_of(p->every, patience / 2);
	return file && (file_hold(file, &p->held) || file_touch(file))
	           ? cannot_touch(file, EXIT_LOCAL)
	           : 0;
}

void pulse_ready(struct pulse *p, uint64_t now)
{
	p->owes = p->told;
	p->next = p->every == NEVER ? NEVER : now;
}

void pulse_rereads(void)
{
	notify_reloading();
}

/* How it is, where that has changed, and whatever else is due. */
static bool tell(struct pulse *p, const char *status)
{
	char lines[sizeof p->status + 64];
	struct text t = text_of(lines, sizeof lines);
	bool news = strcmp(p->status, status) != 0;
	if (p->owes)
		text_add(&t, "READY=1\n");
	if (p->watched)
		text_add(&t, "WATCHDOG=1\n");
	if (news)
		text_add_format(&t, "STATUS=%s\n", status);
	if (t.len > 0 && !notify_tell(lines))
		return false;
	p->owes = false;
	if (news)
		text_copy(p->status, sizeof p->status, status);
	return true;
}

static void touch(struct pulse *p)
{
	bool failed = file_touch(p->file) != OK;
	if (failed && !p->failed)
		(void)cannot_touch(p->file, 0);
	p->failed = failed;
}

void pulse_turn(struct pulse *p, const char *status, uint64_t now)
{
	p->next = now + p->every;
	if (p->told && !tell(p, status))
		p->next = now + AGAIN_US;
	if (p->file)
		touch(p);
}

uint64_t pulse_deadline(const struct pulse *p)
{
	return p->next;
}

void pulse_leaving(void)
{
	(void)notify_tell("STOPPING=1");
}
