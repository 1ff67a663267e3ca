/* joining: in which letters' company the two joiners of Unicode, ZERO WIDTH NON-JOINER and ZERO
 * WIDTH JOINER, change what is seen, so that people type them on purpose: RFC 5892 appendix A.1 and
 * A.2, UAX #31 section 2.3. More letters count here than there, since none of this names anything:
 * a non-joiner may follow any letter of a cursive script, as people type it by habit; a joiner may
 * end a word, to show a letter as if it were joined (Persian), and stand before a virama
 * (Bengali). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { JOINING_NOT = 0x200c, JOINING = 0x200d };

/* Behind base and its marks, the last of them last, the joiner is fine whatever follows. */
bool joining_follows(uint32_t last);
/* It may be: next decides, which is 0 at the end. */
bool joining_may(uint32_t joiner, uint32_t base);
bool joining_fits(uint32_t joiner, uint32_t base, uint32_t next);
