#include "cmd/talk/outcome.h"

bool outcome_is_reached(const struct errands *e)
{
	bool any = false;
	for (unsigned i = 0; i < e->used; i++)
		any |= e->at[i].transfer != NULL;
	return e->with.plan->errand != PLAN_TALKS && e->over > 0 && !any;
}

struct endings_result outcome_of(const struct errands *e, struct endings_result result)
{
	int status = e->status;
	unsigned over = e->over;
	bool cut = false;
	for (unsigned i = 0; i < e->used; i++) {
		const struct errand *a = &e->at[i];
		if (a->transfer == NULL)
			continue;
		bool settled = transfer_is_settled(a->transfer);
		cut |= !settled;
		over += settled;
		status = status ? status : a->status;
	}
	if (cut || over == 0)
		status = EXIT_CUT;
	if (e->with.plan->errand == PLAN_TALKS || result.status != 0 || status == 0)
		return result;
	return (struct endings_result){ err_of_exit(status), status };
}
