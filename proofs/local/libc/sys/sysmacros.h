/* What os/file uses of it, for Frama-C. */
#pragma once

#define makedev(major, minor) ((dev_t)(((major) << 8) | (minor)))
