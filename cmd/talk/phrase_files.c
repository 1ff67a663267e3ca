#include "cmd/talk/phrase_files.h"

#include "files/naming.h"
#include "os/beneath.h"

enum { LISTED = 5 }; /* items of an offer that are named */

static void add_files(struct text *t, uint64_t files)
{
	text_add_format(t, files == 1 ? "%ju file, " : "%ju files, ", files);
}

void phrase_files_offer(struct text *t, const struct offer *offer)
{
	struct span items = offer->items;
	struct offer_item item;
	uint64_t more = offer->more;
	uint64_t bytes = 0; /* of those that are named */
	unsigned named = 0;
	for (unsigned i = 0; offer_item(&items, &item); i++) {
		uint8_t name[PARCEL_NAME];
		struct writer w = writer_of(name, sizeof name);
		more += i >= LISTED || !naming_clean(item.name, true, &w);
		if (i >= LISTED || w.len == 0)
			continue;
		text_add(t, named++ > 0 ? ", " : "");
		text_add_span(t, written(&w));
		text_add(t, item.folder ? "/ (" : " (");
		if (item.folder)
			add_files(t, item.files);
		text_add_size(t, item.bytes);
		bytes += item.bytes;
		text_add(t, ")");
	}
	if (more > 0)
		text_add_format(t, named > 0 ? " and %ju more" : "%ju unnamed", more);
	if (bytes == offer->bytes && more == 0 && (named == 1 || offer->files < 2))
		return;
	text_add(t, named > 0 || more > 0 ? "; " : "");
	add_files(t, offer->files);
	text_add_size(t, offer->bytes);
	text_add(t, " in all");
}

const char *phrase_files_unfit(enum err err)
{
	return err == ERR_USAGE    ? "its path doesn't end in a name"
	       : err == ERR_EXISTS ? "another one has the same name"
	       : err == ERR_FORMAT ? "it is neither a file nor a folder"
	                           : beneath_why();
}

const char *phrase_files_why(enum parcel_status status, bool sends)
{
	static const struct {
		const char *sends, *receives;
	} words[STATUS_COUNT] = {
		[STATUS_CHANGED] = { "it changed while it was sent",
		                     "it changed while it was sent" },
		[STATUS_UNREADABLE] = { "it can't be read", "the sender can't read it" },
		[STATUS_STOPPED] = { "the transfer was stopped", "the sender stopped" },
		[STATUS_NO_ROOM] = { "the receiver's disk is full", "this disk is full" },
		[STATUS_TOO_MUCH] = { "it is larger than was offered",
		                      "it is larger than was offered" },
		[STATUS_UNWRITABLE] = { "the receiver can't write it", "it can't be written here" },
		[STATUS_NAME] = { "the receiver's file system doesn't allow this name",
		                  "this file system doesn't allow this name" },
		[STATUS_BUSY] = { "another transfer is receiving it",
		                  "another transfer is receiving it" },
	};
	bool known = status < STATUS_COUNT && words[status].sends != NULL;
	unsigned which = known ? status : STATUS_UNWRITABLE;
	return sends ? words[which].sends : words[which].receives;
}
