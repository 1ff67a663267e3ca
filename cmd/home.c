#include "cmd/home.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report.h"
#include "crypto/contact_name.h"
#include "os/process.h"

/* Variables of the XDG base directory specification count only with absolute paths. */
static const char *folder_of(const char *variable)
{
	const char *value = process_environment(variable);
	return value && value[0] == '/' ? value : NULL;
}

static const char *profile; /* NULL: none */

bool home_choose(const char *name)
{
	if (name == NULL)
		name = process_environment("SCHAT_PROFILE");
	profile = name && *name ? name : NULL;
	return profile == NULL || contact_name_valid(span_text(profile));
}

static bool build(const char *xdg, const char *below_home, const char *name,
                  char path[static FILE_PATH])
{
	struct text t = text_of(path, FILE_PATH);
	const char *own = process_environment("SCHAT_HOME"), *folder = folder_of(xdg),
		   *home = process_environment("HOME");
	if (own)
		text_add(&t, own);
	else if (folder)
		text_add_format(&t, "%s/schat", folder);
	else if (home)
		text_add_format(&t, "%s%s/schat", home, below_home);
	if (t.len == 0)
		return false;
	if (profile)
		text_add_format(&t, "/profiles/%s", profile);
	text_add_format(&t, "/%s", name);
	return !t.cut;
}

bool home_file(const char *name, char path[static FILE_PATH])
{
	return build("XDG_DATA_HOME", "/.local/share", name, path);
}

bool home_credential(char path[static FILE_PATH])
{
	const char *folder = folder_of("CREDENTIALS_DIRECTORY");
	struct text t = text_of(path, FILE_PATH);
	if (folder)
		text_add_format(&t, "%s/schat.config", folder);
	/* in a folder that is closed to us there may be one: who reads it says so */
	return folder && !profile && !t.cut && (file_exists(path) || errno == EACCES);
}

bool home_settings(char path[static FILE_PATH])
{
	return home_credential(path) || build("XDG_CONFIG_HOME", "/.config", "config", path);
}

void home_short(const char *path, char out[static FILE_PATH])
{
	struct text t = text_of(out, FILE_PATH);
	const char *home = process_environment("HOME");
	size_t len = home ? strlen(home) : 0;
	if (len > 1 && strncmp(path, home, len) == 0 && path[len] == '/') {
		text_add(&t, "~");
		path += len;
	}
	text_add(&t, path);
}

int home_failed(const char *what, const char *path)
{
	char own[FILE_PATH];
	if (!home_file("", own) || strncmp(path, own, strlen(own)) != 0)
		return report_file(what, path);
	char taken[FILE_PATH];
	unsigned us;
	if (file_of_another(path, taken, &us))
		return report_error(EXIT_LOCAL,
		                    "can't %s %s: another user owns %s. If that was a mistake, as "
		                    "root, run: chown -R %u %s",
		                    what, path, taken, us, taken);
	return report_error(EXIT_LOCAL,
	                    "can't %s %s: %s. SCHAT_HOME names another folder for keys and "
	                    "contacts.",
	                    what, path, file_why());
}
