/* options: the command line and the settings files are read by one table; what is wrong is said
 * with what would be right. */
#include "cmd/clashes.h"
#include "cmd/help.h"
#include "cmd/options.h"

#include <stdlib.h>

#include "cmd/settings.h"
#include "cmd/texts.h"
#include "tests/unit/support.h"

static struct options o;
static char why_bytes[512];

/* Parses a line of words separated by single blanks. */
static bool parse(unsigned command, const char *line)
{
	static char copy[512], *argv[32];
	int argc = 1;
	struct text why = text_of(why_bytes, sizeof why_bytes);
	argv[0] = (char *)(uintptr_t) "schat";
	strcpy(copy, line);
	for (char *at = copy, *end; at && *at; at = end) {
		argv[argc++] = at;
		end = strchr(at, ' ');
		if (end)
			*end++ = 0;
	}
	return options_parse(&o, command, argc, argv, &why);
}

static void test_options_forms_of_a_value(void **state)
{
	(void)state;
	static const char *const lines[] = { "-s vps bob",       "-svps bob",  "--signal vps bob",
		                             "--signal=vps bob", "bob -s vps", "-vqs vps bob",
		                             "-s vps -- bob" };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_true(parse(FOR_CONNECT, lines[i]));
		assert_string_equal(why_bytes, ""); /* nothing is wrong */
		assert_string_equal(o.signal, "vps");
		assert_int_equal(o.arguments_count, 1);
		assert_string_equal(o.arguments[0], "bob");
	}
	assert_true(parse(FOR_CONNECT, "-vq"));
	assert_true(o.verbose && o.quiet && !o.pipe);
}

static void test_options_dash_and_double_dash(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, "-"));
	assert_string_equal(o.arguments[0], "-");
	assert_true(parse(FOR_CONNECT, "-- --pipe"));
	assert_string_equal(o.arguments[0], "--pipe");
	assert_false(o.pipe);
}

static void test_options_numbers(void **state)
{
	(void)state;
	assert_true(parse(FOR_SIGNAL, "--relay=500"));
	assert_int_equal(options_number(o.relay, 1), 500);
	assert_true(parse(FOR_SIGNAL, "--relay 64"));
	assert_int_equal(options_number(o.relay, 1), 64);
	assert_int_equal(options_number(NULL, 7), 7);
}

/* Words are read alike wherever they come from; texts and paths stay as they are. */
static void test_options_tokens_are_tidied(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, "-s\xc2\xa0vps\r -n \"me\" --timeout '5' "
	                               "\xef\xbb\xbf"
	                               "7\xe2\x80\x93velvet\xe2\x80\x93"
	                               "anchor\r"));
	assert_string_equal(o.signal, "vps");
	assert_string_equal(o.timeout, "5");
	assert_string_equal(o.nick, "\"me\"");
	assert_string_equal(o.arguments[0], "7-velvet-anchor");
	assert_false(parse(FOR_CONNECT, "-s \xc2\xa0"));
	assert_string_equal(why_bytes, "option --signal: a value is missing");
}

static void test_options_list_is_collected(void **state)
{
	(void)state;
	assert_true(parse(FOR_SERVE, "--allow bob --allow=alice --allow=carol,dave"));
	assert_int_equal(o.allow.count, 4);
	assert_string_equal(o.allow.at[1], "alice");
	assert_string_equal(o.allow.at[3], "dave");
}

static void test_options_wrong_ones_are_named_with_a_way_out(void **state)
{
	(void)state;
	static const struct {
		unsigned command;
		const char *line, *want;
	} table[] = {
		{ FOR_SERVE, "--pip", "unknown option --pip. Did you mean --pipe?" },
		{ FOR_SERVE, "--kep", "unknown option --kep. Did you mean --keep?" },
		{ FOR_SERVE, "--wholly-unlike", "unknown option --wholly-unlike" },
		{ FOR_SERVE, "--hlep", "unknown option --hlep. Did you mean --help?" },
		{ FOR_SERVE, "--ring", "unknown option --ring" },
		{ FOR_SERVE, "-x", "unknown option -x" },
		{ FOR_CONNECT, "--words=3", "option --words does not apply to this command" },
		{ FOR_SIGNAL, "--relay", "option --relay needs a value: KBIT" },
		{ FOR_CONNECT, "--signal", "option --signal needs a value: LIST" },
		{ FOR_CONNECT, "--signal=", "option --signal: a value is missing" },
		{ FOR_CONNECT, "--pipe=maybe", "option --pipe takes no value but yes or no" },
		{ FOR_CONNECT, "-c nois",
		  "option --crypto: 'nois' is not one of hybrid, noise, rsa, pseudo" },
		{ FOR_CONNECT, "--timeout soon", "option --timeout: 'soon' is not a number" },
		{ FOR_SERVE, "--words 5", "option --words: '5' is out of range (2 to 4)" },
		{ FOR_CONNECT, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "too many arguments" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_false(parse(table[i].command, table[i].line));
		assert_string_equal(why_bytes, table[i].want);
	}
}

static void test_help_options_has_every_option_of_the_command(void **state)
{
	(void)state;
	static char bytes[8192];
	struct text t = text_of(bytes, sizeof bytes);
	help_options(FOR_SERVE, &t);
	assert_false(t.cut);
	assert_non_null(strstr(bytes,
	                       "  -c, --crypto SUITE      cipher suite: hybrid (default), noise, "
	                       "rsa, or pseudo\n"));
	assert_non_null(
	    strstr(bytes, "console, lines, json, or web (console on a terminal, else lines)"));
	assert_non_null(strstr(bytes, "--keep"));
	t.len = 0;
	help_options(FOR_SEND, &t); /* has no interface for people to choose */
	assert_non_null(strstr(bytes, " interface: json\n"));
	for (const struct option *row = options_table; row->name; row++)
		assert_true(row->commands != 0 && texts_of(TEXTS_OPTION, row->name)[0] &&
		            (row->kind == OPTION_FLAG) == !row->argument);
}

static void test_texts_are_found_by_their_names_alone(void **state)
{
	(void)state;
	assert_string_equal(texts_of(TEXTS_OPTION, "show"), "show the key you have");
	assert_string_equal(texts_of(TEXTS_LINE, "send"), "send files and folders");
	assert_string_equal(texts_of(TEXTS_OPTION, "sho"), "");
	assert_string_equal(texts_of(TEXTS_OPTION, "showy"), "");
	assert_string_equal(texts_of(TEXTS_OPTION, ""), "");
	assert_string_equal(texts_of(TEXTS_FORMS, "show"), "");
	const struct option *row = options_named(span_text("completion"));
	for (size_t i = 0; row->choice(i); i++)
		assert_non_null(
		    strstr(texts_of(TEXTS_OTHER, row->choice(i)), "schat help --offers"));
	struct span manual = texts_manual();
	assert_memory_equal(manual.at, "=schat\n", 7);
	assert_int_equal(manual.at[manual.len - 1], '\n');
	assert_null(memchr(manual.at, 0, manual.len));
	assert_string_equal(texts_of(TEXTS_OPTION, "show"), "show the key you have");
}

static bool settings_of(enum option_from from, const char *file)
{
	static char copies[2][512]; /* values point into them */
	static unsigned turn;
	char *copy = copies[turn++ % 2];
	struct text why = text_of(why_bytes, sizeof why_bytes);
	strcpy(copy, file);
	return settings_read(copy, "config", from, &o, &why);
}

static bool settings(const char *file)
{
	return settings_of(FROM_OWN_FILE, file);
}

static void test_settings_fill_what_was_not_given(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, "-n me"));
	assert_true(settings("# mine\n\nsignal = vps.example , other\n  crypto=rsa  # by "
	                     "choice\r\nnick = other\nno-relay = yes\nrelay-only = no\n"));
	assert_string_equal(why_bytes, "");
	assert_string_equal(o.signal, "vps.example , other");
	assert_string_equal(o.crypto, "rsa");
	assert_string_equal(o.nick, "me");
	assert_true(o.no_relay && !o.relay_only);
}

/* A stronger place counts whatever it says: "no", and a whole list, too. */
static void test_settings_first_file_wins(void **state)
{
	(void)state;
	assert_true(parse(FOR_SERVE, ""));
	assert_true(settings("nick = one\nkeep = no\nallow = bob, carol\nallow = dave"));
	assert_true(
	    settings_of(FROM_HOST_FILE, "nick = host\nui = lines\nkeep = yes\nallow = eve"));
	assert_string_equal(o.nick, "one");
	assert_string_equal(o.ui, "lines");
	assert_false(o.keep);
	assert_int_equal(o.allow.count, 3);
	assert_string_equal(o.allow.at[2], "dave");
	assert_true(parse(FOR_SERVE, "--allow=alice"));
	assert_true(settings("allow = bob\nkeep = yes"));
	assert_int_equal(o.allow.count, 1);
	assert_true(o.keep);
	assert_int_equal(options_from(&o, options_named(span_text("keep"))), FROM_OWN_FILE);
	assert_int_equal(options_from(&o, options_named(span_text("allow"))), FROM_COMMAND);
}

static bool settle(void)
{
	struct text why = text_of(why_bytes, sizeof why_bytes);
	return clashes_settle(&o, &why);
}

/* What is said on the command line is not in conflict with a file. */
static void test_settings_give_way(void **state)
{
	(void)state;
	assert_true(parse(FOR_SERVE, "--pipe --keep=no --relay-only"));
	assert_true(settings("ui = json\nkeep = yes\nno-relay = yes\naccept-from = bob"));
	assert_true(settle());
	assert_true(o.pipe && o.relay_only && !o.ui && !o.keep && !o.no_relay);
	assert_int_equal(o.accept_from.count, 0);
	assert_int_equal(options_from(&o, options_named(span_text("ui"))), FROM_NOWHERE);
	assert_true(parse(FOR_SERVE, "--accept-from bob --ui lines"));
	assert_true(settings("socket = s\nbell = yes"));
	assert_true(settle());
	assert_true(!o.socket && !o.bell && o.accept_from.count == 1);
	/* two of the settings: the first of the table stays, or the one of the user's own file */
	assert_true(parse(FOR_SERVE, ""));
	assert_true(settings("inbox = in\naccept-from = bob\nbell = yes"));
	assert_true(settings_of(FROM_HOST_FILE, "ui = json\nsocket = s"));
	assert_true(settle());
	assert_true(o.inbox && o.accept_from.count == 0 && o.bell && !o.ui && !o.socket);
	/* a box keeps waiting, but a caller does not keep calling */
	assert_true(parse(FOR_CONNECT, ""));
	assert_true(settings("keep = yes\nallow = bob"));
	assert_false(o.keep);
}

/* What hides an address or keeps strangers out is not given up in passing, whatever is typed; and
 * no other file takes it away. */
static void test_settings_that_protect_stay(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *file, *why;
	} table[] = {
		{ "--no-relay", "relay-only = yes",
		  "relay-only (in the settings) and --no-relay can't be used together: " },
		{ "--punch full", "relay-only = yes",
		  "relay-only (in the settings) and --punch full can't be used together: " },
		{ "--tofu", "allow = bob", "allow (in the settings) and --tofu " },
		{ "--no-relay", "punch = off", "punch off (in the settings) and --no-relay " },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(parse(FOR_SERVE, table[i].typed));
		assert_true(settings(table[i].file));
		assert_false(settle());
		assert_memory_equal(why_bytes, table[i].why, strlen(table[i].why));
	}
	assert_true(parse(FOR_CONNECT, ""));
	assert_true(settings("no-relay = yes\npunch = full"));
	assert_true(settings_of(FROM_HOST_FILE, "relay-only = yes"));
	assert_true(settle());
	assert_true(o.relay_only && !o.no_relay && o.punch == NULL);
}

/* Every pair that means nothing is named, with the reason; in either order. Those that mean
 * something are taken, as is what says "no". */
static void test_options_that_mean_nothing_together(void **state)
{
	(void)state;
	static const struct {
		unsigned command;
		const char *one, *others[12];
	} table[] = {
		{ FOR_SERVE,
		  "--to=a:1",
		  { "--pipe", "--ui=json", "--socket=s", "--relay-lines", "--inbox=i",
		    "--outbox=on", "--dir=d", "--accept-from=a", "--tofu", "--words=3",
		    "--name=n" } },
		{ FOR_CONNECT,
		  "--listen=1",
		  { "--pipe", "--ui=lines", "--socket=s", "--bell", "--outbox=on", "--dir=d",
		    "--accept-from=a", "--tofu", "--name=n", "--crypto=pseudo" } },
		{ FOR_SERVE,
		  "--pipe",
		  { "--ui=web", "--socket=s", "--bell", "--relay-lines", "--inbox=i", "--outbox=on",
		    "--dir=d", "--accept-from=a", "--max=2" } },
		{ FOR_CONNECT, "--pipe", { "--keep", "--ui=lines", "--dir=d" } },
		{ FOR_CONNECT,
		  "--socket=s",
		  { "--ui=console", "--ui=lines", "--ui=web", "--bell" } },
		{ FOR_SERVE, "--bell", { "--ui=lines", "--ui=json", "--ui=web" } },
		{ FOR_SERVE, "--inbox=i", { "--relay-lines", "--accept-from=a" } },
		{ FOR_SERVE, "--tofu", { "--allow=a", "--words=4" } },
		{ FOR_SEND, "--allow=a", { "--words=3", "--name=n", "--tofu" } },
		{ FOR_RECEIVE, "--listen=tcp://:1", { "--signal=s" } },
		{ FOR_SAY, "--relay-only", { "--no-relay", "--punch=full", "--punch=easy" } },
		{ FOR_SAY, "--no-relay", { "--punch=off" } },
		{ FOR_SERVE,
		  "--crypto=pseudo",
		  { "--tofu", "--identity=f", "--name=n", "--words=2", "--accept-from=a",
		    "--inbox=i", "--outbox=on", "--max=2", "--relay-lines" } },
		{ FOR_CONNECT, "-q", { "-v" } },
	};
	static const struct {
		unsigned command;
		const char *line;
	} good[] = {
		{ FOR_SERVE, "--to a:1 --allow a --keep --max 3 --relay-only --outbox off -v" },
		{ FOR_SERVE, "--to a:1 --tofu=no --relay-lines=no --pipe=no" },
		{ FOR_CONNECT, "--pipe --name n --tofu --outbox=off --timeout 5" },
		{ FOR_CONNECT, "--socket s --ui json --accept-from a --quota 5 --dir d" },
		{ FOR_SERVE, "--inbox i --ui json --quota 5 --dir d --max 3 --tofu" },
		{ FOR_SERVE, "--bell --ui console --relay-lines --words 3 --allow a --name n" },
		{ FOR_RECEIVE, "--yes --quota 5 --ui json --listen tcp://:1 --no-relay" },
		{ FOR_SAY, "--relay-only --punch off -n me" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t k = 0; table[i].others[k]; k++)
			for (unsigned turned = 0; turned < 2; turned++) {
				const char *a = table[i].one, *b = table[i].others[k];
				char line[64];
				struct text t = text_of(line, sizeof line);
				text_add_format(&t, "%s %s", turned ? b : a, turned ? a : b);
				assert_true(parse(table[i].command, line));
				assert_false(settle());
				assert_non_null(strstr(why_bytes, " can't be used together: "));
				assert_non_null(strstr(why_bytes, ". Leave one of them out."));
				assert_true(parse(table[i].command, a) && settle());
				assert_true(parse(table[i].command, b) && settle());
			}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(parse(good[i].command, good[i].line));
		assert_true(settle());
		assert_string_equal(why_bytes, "");
	}
	assert_true(parse(FOR_SERVE, "--to a:1 --ui lines"));
	assert_false(settle());
	assert_string_equal(why_bytes, "--to and --ui can't be used together: a forwarded port "
	                               "carries no messages and no files. Leave one of them out.");
}

/* What does nothing by itself. */
static void test_options_that_need_others(void **state)
{
	(void)state;
	static const struct {
		unsigned command;
		const char *alone, *with, *why;
	} table[] = {
		{ FOR_SERVE, "--quota 5", "--quota 5 --inbox i",
		  "--quota needs --accept-from or --inbox: it limits what nobody is asked about." },
		{ FOR_CONNECT, "--quota 5", "--quota 5 --accept-from a",
		  "--quota needs --accept-from: it limits what nobody is asked about." },
		{ FOR_RECEIVE, "--quota 5", "--quota 5 -y",
		  "--quota needs --yes: it limits what nobody is asked about." },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(parse(table[i].command, table[i].alone));
		assert_false(settle());
		assert_string_equal(why_bytes, table[i].why);
		assert_true(parse(table[i].command, table[i].with) && settle());
		assert_true(parse(table[i].command, ""));
		assert_true(settings("quota = 5") && settle());
	}
}

/* As editors and chats leave them. */
static void test_settings_tolerate_what_nobody_sees(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, ""));
	assert_true(settings("\xef\xbb\xbfsignal\xc2\xa0= \xe2\x80\x9cvps\xe2\x80\x9d\r\n"
	                     "no\xe2\x80\x91relay = yes\xc2\xa0\r\n\xc2\xa0\r\n"));
	assert_string_equal(o.signal, "vps");
	assert_true(o.no_relay);
}

static void test_settings_paths_start_at_the_file(void **state)
{
	(void)state;
	char text[] = "log = talk.log\nidentity = ~/keys/a b", why_text[64];
	struct text why = text_of(why_text, sizeof why_text);
	assert_true(parse(FOR_CONNECT, ""));
	setenv("HOME", "/home/bob", 1);
	assert_true(settings_read(text, "/etc/x/config", FROM_OWN_FILE, &o, &why));
	assert_string_equal(o.log, "/etc/x/talk.log");
	assert_string_equal(o.identity, "/home/bob/keys/a b");
	assert_true(parse(FOR_CONNECT, "--log=talk.log"));
	assert_string_equal(o.log, "talk.log");
	assert_true(settings("identity = /a"));
	assert_string_equal(o.identity, "/a");
}

/* However many there are. */
static void test_settings_paths_are_kept_apart(void **state)
{
	(void)state;
	char file[] = "identity = a\ndir = b\ninbox = c\nsocket = d\nlog = e";
	struct text why = text_of(why_bytes, sizeof why_bytes);
	assert_true(parse(FOR_SERVE, ""));
	assert_true(settings_read(file, "/x/config", FROM_OWN_FILE, &o, &why));
	assert_string_equal(o.identity, "/x/a");
	assert_string_equal(o.dir, "/x/b");
	assert_string_equal(o.inbox, "/x/c");
	assert_string_equal(o.socket, "/x/d");
	assert_string_equal(o.log, "/x/e");
}

static void test_settings_wrong_lines_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *file, *want;
	} table[] = {
		{ "signal = a\nsingal = b",
		  "config:2: unknown setting 'singal'. Did you mean 'signal'?" },
		{ "xyzzy = b", "config:1: unknown setting 'xyzzy'" },
		{ "\n\nnick", "config:3: this line is not of the form 'key = value'" },
		{ "crypto = pseudo",
		  "config:1: 'crypto': pseudo does not encrypt, so it may be given on the "
		  "command line only" },
		{ "insecure = yes", "config:1: 'insecure' may be given on the command line only" },
		{ "tofu = yes", "config:1: 'tofu' may be given on the command line only" },
		{ "crypto = aes",
		  "config:1: 'crypto': 'aes' is not one of hybrid, noise, rsa, pseudo" },
		{ "no-relay = maybe", "config:1: 'no-relay': 'maybe' is neither yes nor no" },
		{ "nick =", "config:1: 'nick' needs a value" },
		{ "signal = a\nnick = b\nsignal = c",
		  "config:3: 'signal' is set a second time. Name several servers in one line: "
		  "signal = A, B" },
		{ "nick = a\nnick = b", "config:2: 'nick' is set a second time" },
		{ "timeout = 1m", "config:1: 'timeout': '1m' is not a number" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(parse(FOR_CONNECT, ""));
		assert_false(settings(table[i].file));
		assert_string_equal(why_bytes, table[i].want);
		assert_false(o.insecure || o.tofu);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_forms_of_a_value),
		cmocka_unit_test(test_options_dash_and_double_dash),
		cmocka_unit_test(test_options_numbers),
		cmocka_unit_test(test_options_tokens_are_tidied),
		cmocka_unit_test(test_options_list_is_collected),
		cmocka_unit_test(test_options_wrong_ones_are_named_with_a_way_out),
		cmocka_unit_test(test_help_options_has_every_option_of_the_command),
		cmocka_unit_test(test_texts_are_found_by_their_names_alone),
		cmocka_unit_test(test_settings_fill_what_was_not_given),
		cmocka_unit_test(test_settings_first_file_wins),
		cmocka_unit_test(test_settings_give_way),
		cmocka_unit_test(test_settings_that_protect_stay),
		cmocka_unit_test(test_options_that_mean_nothing_together),
		cmocka_unit_test(test_options_that_need_others),
		cmocka_unit_test(test_settings_tolerate_what_nobody_sees),
		cmocka_unit_test(test_settings_paths_start_at_the_file),
		cmocka_unit_test(test_settings_paths_are_kept_apart),
		cmocka_unit_test(test_settings_wrong_lines_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
