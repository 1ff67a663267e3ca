/* opening: the login name, and a proxy in the environment or in an option, whose login is hidden,
 * cmd/talk/opening; of up to so many bytes. In run, a nick is short. */
#include "proofs/local/input.h"

/* Texts of known lengths, so that it is known where each match lies. */
static inline char *find_text(char *text, const char *what)
{
	size_t len = strlen(what);
	for (; *text; text++)
		if (strncmp(text, what, len) == 0)
			return text;
	return NULL;
}
#define strstr find_text

static inline char *find_last(char *text, int c)
{
	char *found = NULL;
	for (; *text; text++)
		if (*text == (char)c)
			found = text;
	return found;
}
#define strrchr find_last

#include "cmd/talk/opening.c"

static char variable[LEN + 1];

const char *process_environment(const char *name)
{
	(void)name;
	return any_bool() ? any_text(variable, LEN) : NULL;
}

bool utf8_valid(struct span s)
{
	if (s.len > 0)
		s.at[s.len - 1];
	return any_bool();
}

enum err proxy_use(struct span url, struct span except)
{
	if (url.len > 0)
		url.at[url.len - 1];
	if (except.len > 0)
		except.at[except.len - 1];
	return any_bool() ? OK : any_bool() ? ERR_VERSION : ERR_FORMAT;
}

static void take_proxy(char *url)
{
	struct communicator_class class = { .name = any_bool() ? "tcp" : "meet",
		                            .meets = any_bool() };
	struct options o = { .proxy = url, .no_relay = any_bool() };
	struct plan plan = { .options = &o, .serving = any_bool(), .target.class = &class };
	(void)choose_proxy(&plan);
	if (url)
		strlen(url);
}

static void take_nick(char *nick)
{
	struct options o = { .nick = nick };
	struct span s = nick_of(&o);
	if (s.len > LIMIT_NICK)
		base_panic("nick_of", 0);
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
}

int main(void)
{
	static char text[LEN + 1];
	take_proxy(NULL);
	take_nick(NULL);
	take_nick(any_text(text, LEN));
	for (size_t len = 0; len <= LEN; len++)
		take_proxy(text_of_length(text + LEN - len, len));
}
