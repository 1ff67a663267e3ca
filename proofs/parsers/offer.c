/* offer: what a sender and a receiver of files tell each other, files/offer, announced and reply;
 * bodies of up to so many bytes. */
#include "files/offer.h"
#include "files/announced.h"
#include "files/reply.h"
#include "proofs/parsers/any.h"

static struct offer offer;
static struct announcement announcement;
static struct reply reply;
static uint8_t known[OFFER_ITEMS / 8];

static void read_all(size_t len)
{
	struct parcel parcel = { .type = (uint8_t)Frama_C_interval(0, 255),
		                 .body = any_bytes(len) };
	reply_read(&parcel, &reply);
	announced_read(&parcel, &announcement);
	offer_read(parcel.body, &offer);
	Frama_C_make_unknown((char *)known, sizeof known);
	offer_read_known(parcel.body, known);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
