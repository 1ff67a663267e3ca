#include "cmd/talk/planned.h"

#include <string.h>

#include "cmd/report.h"
#include "os/beneath.h"
#include "os/descriptor.h"
#include "os/landing.h"

static bool typed(const struct options *o, const char *name)
{
	return options_from(o, options_named(span_text(name))) == FROM_COMMAND;
}

/* --dir: a folder that is missing is noticed before somebody has sent something. One of the
 * settings matters only to who receives. */
static int check_dir(const struct plan *p)
{
	const struct options *o = p->options;
	bool matters = o->dir && (p->errand == PLAN_RECEIVES || typed(o, "dir"));
	int dir = matters ? landing_at(o->dir) : -1;
	descriptor_close(dir);
	if (!matters || dir >= 0)
		return 0;
	return report_error(EXIT_LOCAL, "can't save files in %s: %s", o->dir, beneath_why());
}

/* --accept-from: names of contacts, who can come. One that is met only now has the name that --name
 * gives it. In the settings stand those of other conversations, too. */
static int check_accepted(const struct plan *p)
{
	const struct options *o = p->options;
	bool chosen = p->serving ? o->allow.count > 0 : p->target.has_contact;
	for (size_t i = 0; i < o->accept_from.count && typed(o, "accept-from"); i++) {
		const char *name = o->accept_from.at[i];
		if (o->name && strcmp(o->name, name) == 0)
			continue;
		const struct contact *c = book_look_up(p->book, name);
		if (c == NULL)
			return EXIT_USAGE;
		if (chosen && !plan_wants(p, c))
			return report_error(EXIT_USAGE,
			                    "--accept-from names %s, with whom this isn't a "
			                    "conversation. Leave it out%s.",
			                    name, p->serving ? ", or add --allow" : "");
	}
	return 0;
}

int planned_run(struct options *o, enum plan_errand errand, planned_planner *make,
                planned_work *work)
{
	static struct book book;
	static struct plan p;
	p = (struct plan){ .options = o, .book = &book, .errand = errand };
	int code = plan_begin(&p);
	if (!code)
		code = make(&p, o);
	if (!code)
		code = check_dir(&p);
	if (!code)
		code = check_accepted(&p);
	if (!code)
		code = work(&p);
	plan_wipe(&p);
	return code;
}
