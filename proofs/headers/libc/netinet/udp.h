/* What Frama-C has no header for; the values of Linux. */
#pragma once

#define UDP_SEGMENT 103
#define UDP_GRO     104
