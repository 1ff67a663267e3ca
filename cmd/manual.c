#include "cmd/manual.h"

#include <string.h>

#include "base/split.h"
#include "cmd/report.h"
#include "cmd/texts.h"
#include "os/terminal.h"

enum { COLUMNS_MIN = 40, COLUMNS_MAX = 88, INDENT = 4 };

/* ---- finding ---- */

/* A line of the manual, and what was found before it. */
struct manual {
	const char *topic;
	enum { BY_PAGE, BY_HEADING, BY_TAG, WAYS } by;
	bool printing, found, listed; /* listed: the line before was a tag */
	bool over;                    /* the page is over on which something was found */
	int depth;                    /* of the tag that is printed */
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same(struct span word, const char *topic)
{
	size_t i = 0;
	while (i < word.len && topic[i] && lower((char)word.at[i]) == lower(topic[i]))
		i++;
	return i == word.len && topic[i] == 0;
}

/* What a path is called: of "~/.local/share/schat/outbox/", "outbox". */
static struct span last_name(struct span path)
{
	while (path.len > 1 && path.at[path.len - 1] == '/')
		path.len--;
	size_t from = path.len;
	while (from > 0 && path.at[from - 1] != '/')
		from--;
	return span_of(path.at + from, path.len - from);
}

/* Is topic a word of a tag such as "-s, --signal LIST"? Its dashes don't matter; nor does, of a
 * file, its folder. */
static bool has_word(struct span tag, const char *topic)
{
	topic += strspn(topic, "-");
	for (struct span word; (word = split_word(&tag)).len > 0;) {
		while (word.len > 1 && *word.at == '-')
			word = span_of(word.at + 1, word.len - 1);
		while (word.len > 1 && word.at[word.len - 1] == ',')
			word.len--;
		if (same(word, topic) || same(last_name(word), topic))
			return true;
	}
	return false;
}

static bool named(struct span heading, const char *topic)
{
	return same(heading, topic) || same(split_word(&heading), topic);
}

/* How far a line is indented; -1: a page or a heading. */
static int depth_of(char kind)
{
	if (kind >= 'a')
		return kind - 'a';
	return kind >= '0' && kind <= '9' ? kind - '0' : -1;
}

/* What is listed under a tag ends with the next line that is indented no more, unless that is
 * another tag for the same. */
static void follow_tag(struct manual *m, char kind, struct span line)
{
	bool tag = kind >= 'a';
	if (kind && depth_of(kind) <= m->depth && !(tag && m->listed))
		m->printing = false;
	if (tag && !m->printing && has_word(line, m->topic)) {
		m->printing = true;
		m->depth = depth_of(kind);
	}
	m->listed = tag;
}

/* Is this line printed? */
static bool wanted(struct manual *m, char kind, struct span line)
{
	m->over |= kind == '=' && m->found;
	if (m->by == BY_TAG)
		follow_tag(m, kind, line);
	else if (kind == '=')
		m->printing =
		    m->by == BY_PAGE && (same(line, m->topic) || strcmp(m->topic, "manual") == 0);
	else if (kind == '#' && m->by == BY_HEADING)
		m->printing = !m->over && named(line, m->topic);
	m->found |= m->printing;
	return m->printing;
}

/* ---- printing ---- */

/* The words of line, indented, in rows of so many columns. Blanks between words stay. */
static int print_rows(struct span line, unsigned indent, unsigned columns)
{
	char row[COLUMNS_MAX * 4];
	int code = 0;
	do {
		struct text t = text_of(row, sizeof row);
		size_t room = columns - indent, upto = line.len;
		if (upto > room)
			for (upto = room; upto > 0 && line.at[upto] != ' ';)
				upto--;
		if (upto == 0) /* a long word */
			for (upto = room; upto < line.len && line.at[upto] != ' ';)
				upto++;
		for (unsigned i = 0; i < indent; i++)
			text_add(&t, " ");
		text_add_span(&t, span_of(line.at, upto));
		upto += upto < line.len;
		line = span_of(line.at + upto, line.len - upto);
		code = report_out("%s\n", row);
	} while (line.len > 0 && !code);
	return code;
}

static int print(char kind, struct span line, unsigned columns)
{
	char title[80];
	struct text t = text_of(title, sizeof title);
	text_add_span(&t, line);
	if (depth_of(kind) >= 0)
		return print_rows(line, INDENT * ((unsigned)depth_of(kind) + 1), columns);
	return kind == 0     ? report_out("\n")
	       : kind == '=' ? report_out("\nSCHAT %s\n", title)
	                     : report_out("\n%s\n", title);
}

static int walk(struct manual *m, struct span text)
{
	unsigned columns = terminal_is(1) ? terminal_size(1).columns : 80;
	int code = 0;
	columns = columns < COLUMNS_MIN   ? COLUMNS_MIN
	          : columns > COLUMNS_MAX ? COLUMNS_MAX
	                                  : columns;
	for (struct span line; split_line(&text, &line) && !code;) {
		char kind = line.len ? (char)*line.at : 0;
		struct span rest = span_of(line.at + (kind != 0), line.len - (kind != 0));
		if (wanted(m, kind, rest))
			code = print(kind, rest, columns);
	}
	return code;
}

int manual_print(const char *topic, bool *found)
{
	struct manual m = { .topic = topic };
	struct span text = texts_manual();
	int code = text.len > 0 ? 0 : EXIT_OTHER;
	for (; m.by < WAYS && !m.found; m.by++)
		code = walk(&m, text);
	*found = m.found;
	return code;
}
