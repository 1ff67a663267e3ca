/* subcommands: the table. A new one is a file and a line here. */
#include "cmd/subcommands.h"

#include <stddef.h>

extern const struct subcommand serve_subcommand, connect_subcommand, say_subcommand,
    send_subcommand, receive_subcommand, signal_subcommand, check_subcommand, keygen_subcommand,
    peers_subcommand, help_subcommand;

const struct subcommand *const subcommands[] = {
	&serve_subcommand,
	&connect_subcommand,
	&say_subcommand,
	&send_subcommand,
	&receive_subcommand,
	&signal_subcommand,
	&check_subcommand,
	&keygen_subcommand,
	&peers_subcommand,
	&help_subcommand,
	NULL,
};
