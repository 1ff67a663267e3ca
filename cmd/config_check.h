/* config_check: schat --check-config. Reads both settings files and the environment as serve,
 * connect and signal would, and says what each gives, and every mistake in them. */
#pragma once

/* EXIT_DONE, or EXIT_USAGE if there is a mistake. */
int config_check(void);
