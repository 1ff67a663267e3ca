#include "cmd/talk/screen.h"

#include <string.h>

#include "base/assert.h"
#include "cmd/report.h"
#include "os/terminal.h"
#include "ui/files.h"

/* Where the user has not chosen one. */
static const struct interactor_class *class_of(const struct plan *plan, bool terminal)
{
	const struct options *o = plan->options;
	if (plan->errand != PLAN_TALKS && o->ui == NULL)
		return &files_class;
	const char *name = o->socket                        ? "json"
	                   : o->pipe                        ? "pipe"
	                   : o->ui && o->command != FOR_SAY ? o->ui
	                   : terminal                       ? "console"
	                                                    : "lines";
	return interactor_class_named(span_text(name));
}

bool screen_serves(const struct plan *plan)
{
	const char *name = plan->options->ui;
	const struct interactor_class *class =
	    name ? interactor_class_named(span_text(name)) : NULL;
	return class && class->page && strcmp(name, class->page) == 0;
}

int screen_class(const struct plan *plan, bool terminal, const struct interactor_class **chosen)
{
	const struct options *o = plan->options;
	const struct interactor_class *class = *chosen = class_of(plan, terminal);
	assert(class != NULL); /* options have looked it up */
	if (plan->errand != PLAN_TALKS && class != &files_class &&
	    (screen_serves(plan) || !class->addressed))
		return report_error(EXIT_USAGE, "send and receive have no --ui but json");
	if (plan->errand == PLAN_RECEIVES && !o->yes && class == &files_class && !terminal_is(0))
		return report_error(EXIT_USAGE,
		                    "there is no terminal to ask on whether to accept files. To "
		                    "accept them without asking, add --yes.");
	if (class->terminal && !terminal)
		return report_error(EXIT_USAGE,
		                    "--ui console needs a terminal. Use --ui lines instead.");
	return 0;
}
