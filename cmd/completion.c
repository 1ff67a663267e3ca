#include "cmd/completion.h"

#include <string.h>

#include "cmd/book.h"
#include "cmd/report.h"

/* None of them lets the shell expand a word that the program has printed. */
static const struct script {
	const char *shell, *text;
} scripts[] = {
	{ "bash", "_schat() {\n"
	          "\tlocal word rest command= typed=${COMP_WORDS[COMP_CWORD]}\n"
	          "\t[ \"$COMP_CWORD\" -gt 1 ] && command=${COMP_WORDS[1]}\n"
	          "\tCOMPREPLY=()\n"
	          "\twhile IFS=$'\\t' read -r word rest; do\n"
	          "\t\t[[ $word == \"$typed\"* ]] && COMPREPLY+=(\"$word\")\n"
	          "\tdone < <(schat help --offers -- \"$command\" "
	          "\"${COMP_WORDS[COMP_CWORD-1]}\" \"$typed\" 2>/dev/null)\n"
	          "}\n"
	          "complete -o default -F _schat schat\n" },
	{ "zsh", "#compdef schat\n"
	         "_schat() {\n"
	         "\tlocal command=\n"
	         "\t(( CURRENT > 2 )) && command=$words[2]\n"
	         "\tlocal -a offers\n"
	         "\toffers=(\"${(@f)$(schat help --offers -- \"$command\" \"$words[CURRENT-1]\" "
	         "\"$PREFIX\" 2>/dev/null)}\")\n"
	         "\t[[ -z $offers[1] ]] && { _files; return }\n"
	         "\toffers=(\"${(@)offers//:/\\\\:}\")\n"
	         "\toffers=(\"${(@)offers/$'\\t'/:}\")\n"
	         "\t_describe schat offers\n"
	         "}\n"
	         "if [[ $funcstack[1] == _schat ]]; then _schat; else compdef _schat schat; fi\n" },
	{ "fish", "function __schat_offers\n"
	          "\tset -l words (commandline -opc)\n"
	          "\tset -l typed (commandline -ct)\n"
	          "\tset -l command ''\n"
	          "\ttest (count $words) -gt 1; and set command $words[2]\n"
	          "\tset -l offers (schat help --offers -- \"$command\" \"$words[-1]\" \"$typed\" "
	          "2>/dev/null)\n"
	          "\tif test (count $offers) -gt 0\n"
	          "\t\tprintf '%s\\n' $offers\n"
	          "\telse\n"
	          "\t\t__fish_complete_path \"$typed\"\n"
	          "\tend\n"
	          "end\n"
	          "complete -c schat -f -a '(__schat_offers)'\n" },
};

int completion_script(const char *shell)
{
	const struct script *s = scripts;
	while (strcmp(s->shell, shell) != 0) /* options have looked it up */
		s++;
	return report_out("%s", s->text);
}

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

static void offer_values(const struct option *row)
{
	for (size_t i = 0; row->kind == OPTION_CHOICE && row->choice(i); i++)
		completion_offer(row->choice(i), NULL);
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
			completion_offer(word, row->help);
	}
}

int completion_offers(const struct subcommand *command, char *const words[3])
{
	const struct option *row = command ? taker(words[1], command->bit) : NULL;
	for (size_t i = 0; words[0][0] == 0 && subcommands[i]; i++)
		completion_offer(subcommands[i]->name, subcommands[i]->line);
	if (row)
		offer_values(row);
	else if (command && words[2][0] == '-')
		offer_options(command->bit);
	else if (command && command->offer)
		command->offer(words[1]);
	return 0;
}
