/* panic: the end of the program at a mistake of its own (base/assert.h): the terminal is put back
 * first. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/text.h"
#include "os/descriptor.h"
#include "os/terminal.h"

_Noreturn void base_panic(const char *file, int line)
{
	char buffer[256];
	struct text t = text_of(buffer, sizeof buffer);
	text_add_format(
	    &t, "schat: internal error at %s:%u of schat " SCHAT_VERSION ". Please report this.\n",
	    file, (unsigned)line);
	terminal_restore();
	(void)descriptor_write_all(2, text_span(&t));
	abort();
}
