#include "cmd/completion.h"

#include <string.h>

#include "cmd/book.h"
#include "cmd/report.h"
#include "cmd/texts.h"

/* ---- offers ---- */

void completion_offer(const char *word, const char *description)
{
	(void)report_out("%s%s%s\n", word, description ? "\t" : "", description ? description : "");
}

void completion_offer_contacts(void)
{
	static struct book book;
	if (book_load(&book))
		return;
	for (size_t i = 0; i < book.count; i++)
		completion_offer(book.contacts[i].name, NULL);
	book_wipe(&book);
}

/* The option that takes the word behind this one; NULL: none. */
static const struct option *taker(const char *word, unsigned command)
{
	for (const struct option *row = options_table; row->name; row++) {
		bool named = word[0] == '-' && word[1] == '-'
		                 ? strcmp(word + 2, row->name) == 0
		                 : word[0] == '-' && word[1] && word[1] == row->letter && !word[2];
		if (named && (row->commands & command) && row->kind != OPTION_FLAG)
			return row;
	}
	return NULL;
}

static void offer_values(const struct option *row, unsigned command)
{
	const char *word;
	for (size_t i = 0; row->kind == OPTION_CHOICE && (word = options_choice(row, command, i));
	     i++)
		completion_offer(word, NULL);
	if (strcmp(row->name, "allow") == 0)
		completion_offer_contacts();
}

static void offer_options(unsigned command)
{
	for (const struct option *row = options_table; row->name; row++) {
		char word[64];
		struct text t = text_of(word, sizeof word);
		text_add_format(&t, "--%s", row->name);
		if (row->commands & command)
			completion_offer(word, texts_of(TEXTS_OPTION, row->name));
	}
}

int completion_offers(const struct subcommand *command, char *const words[3])
{
	const struct option *row = command ? taker(words[1], command->bit) : NULL;
	for (size_t i = 0; words[0][0] == 0 && subcommands[i]; i++)
		completion_offer(subcommands[i]->name, texts_of(TEXTS_LINE, subcommands[i]->name));
	if (row)
		offer_values(row, command->bit);
	else if (command && words[2][0] == '-')
		offer_options(command->bit);
	else if (command && command->offer)
		command->offer(words[1]);
	return 0;
}
