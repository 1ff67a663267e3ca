#include "cmd/talk/planned.h"

#include "cmd/talk/conversation.h"

int planned_run(struct options *o, enum plan_errand errand, planned_planner *make)
{
	static struct book book;
	static struct plan p;
	p = (struct plan){ .options = o, .book = &book, .errand = errand };
	int code = plan_begin(&p);
	if (!code)
		code = make(&p, o);
	if (!code)
		code = conversation_run(&p);
	plan_wipe(&p);
	return code;
}
