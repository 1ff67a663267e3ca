/* What os/srv uses of it, for Frama-C. */
#pragma once

int dn_expand(const unsigned char *begin, const unsigned char *end, const unsigned char *at,
              char *to, int room);
int res_mkquery(int op, const char *name, int class, int type, const unsigned char *data, int len,
                const unsigned char *old, unsigned char *to, int room);
int res_send(const unsigned char *question, int len, unsigned char *answer, int room);
