#include "base/access_key.h"

#include "base/base32.h"
#include "base/split.h"

bool access_key_read(struct span text, struct access_key *key)
{
	if (!base32_decode(text, key->bytes, sizeof key->bytes))
		return false;
	key->given = true;
	return true;
}

bool access_key_split(struct span *server, struct access_key *key)
{
	struct span host, text;
	*key = (struct access_key){ .given = false };
	if (!split_at(*server, '/', &host, &text) || text.len == 0)
		return true;
	*server = host;
	return access_key_read(text, key);
}

void access_key_hide(const char *servers, struct text *out)
{
	struct span rest = span_text(servers), shown;
	while (split_at(rest, '/', &shown, &rest)) {
		text_add_span(out, shown);
		while (rest.len > 0 && rest.at[0] != ',' && rest.at[0] != ';' &&
		       !split_is_blank(rest.at[0]))
			rest = span_after(rest, 1);
	}
	text_add_span(out, rest);
}

void access_key_add(const struct access_key *key, struct text *out)
{
	char text[ACCESS_KEY_TEXT + 1];
	if (!key->given)
		return;
	base32_encode(span_of(key->bytes, sizeof key->bytes), text);
	text_add_format(out, "/%s", text);
	bytes_wipe(text, sizeof text);
}
