/* A plugin of gcc for sh4: leaves out its passes sh_treg_combine2 and 3, which delete the instruction that sets the flag that a branch
 * looks at. They call predicates that return a bool, declared as if it were an int (sh_treg_combine.cc), so what the other bits of a
 * register hold makes "no" a "yes". -fdisable-rtl-PASS does not know passes of a target. Built by scripts/cross. */
#include "gcc-plugin.h"
#include "tree-pass.h"

int plugin_is_GPL_compatible;

static void leave_out(void *runs, void *)
{
	if (strncmp(current_pass->name, "sh_treg_combine", 15) == 0)
		*(bool *)runs = false;
}

int plugin_init(plugin_name_args *plugin, plugin_gcc_version *)
{
	register_callback(plugin->base_name, PLUGIN_OVERRIDE_GATE, leave_out, NULL);
	return 0;
}
