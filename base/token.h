/* token: what people paste: codes, names, addresses, settings. They come through chats, telephones
 * and word processors, which put into a text what nobody sees or means. */
#pragma once

#include "base/bytes.h"

/* Makes text, in place, what its writer meant. Marks that can't be seen (a BOM, zero-width and
 * direction characters) go; blanks and hyphens of every kind become ' ' and '-'; then blanks and
 * quotes at both ends go. The rest stays as it is. text is only written to if that changes it. */
void token_tidy(char *text);
