#include "cmd/talk/offering.h"

#include "cmd/talk/later.h"

bool offering_roots(struct errand *a, const struct identity *own, struct phrase *p)
{
	uint8_t key[ANNOUNCED_KEY];
	enum err err = OK;
	unsigned which;
	a->sends = true;
	later_key(own, key);
	a->transfer = transfer_send(a->roots, a->roots_count, key, &err, &which);
	bytes_wipe(key, sizeof key);
	if (a->transfer == NULL)
		later_failed(p, err, a->roots[which < a->roots_count ? which : 0],
		             a->roots == &a->root);
	return a->transfer != NULL;
}

static bool refuse(struct phrase *p, enum err err, const char *why)
{
	bool twice = err == ERR_EXISTS;
	phrase_of(p, twice ? ERR_USAGE : err, "can't send these files: %s",
	          twice ? "another one has the same name" : why);
	return false;
}

bool offering_upload(struct errand *a, const struct identity *own, struct web *web,
                     struct span list, struct phrase *p)
{
	uint8_t key[ANNOUNCED_KEY];
	enum err err = OK;
	a->sends = true;
	a->upload = web ? upload_new(list, &err) : NULL;
	if (a->upload == NULL)
		return refuse(p, web ? err : ERR_USAGE,
		              !web               ? "only a page of --ui web can hand them in"
		              : err == ERR_USAGE ? "a name or a size isn't valid"
		                                 : "out of memory");
	later_key(own, key);
	a->transfer = transfer_upload(a->upload, key);
	bytes_wipe(key, sizeof key);
	if (!web_await(web, a->number, a->upload) && a->transfer != NULL) {
		transfer_free(a->transfer, NULL);
		a->transfer = NULL;
		return refuse(p, ERR_BUSY, "too many others have not begun yet");
	}
	return a->transfer != NULL || refuse(p, ERR_LOCAL, "out of memory");
}
