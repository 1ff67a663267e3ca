/* What os/memory uses of it, for Frama-C. */
#pragma once

struct sysinfo {
	unsigned long totalram;
	unsigned mem_unit;
};

int sysinfo(struct sysinfo *info);
