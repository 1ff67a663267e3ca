/* The fake of session.h keeps its contract, so what is tested over it holds over a real one. */
#include "tests/unit/fake_session.h"
#include "tests/unit/session_contract.h"

static struct session sides[2];

static void contract_start(void)
{
	fake_pair(&sides[0], &sides[1]);
}

static void contract_stop(void)
{
}

static struct session *contract_side(unsigned side)
{
	return &sides[side];
}

static void contract_run(void)
{
	for (unsigned side = 0; side < 2; side++) {
		fake_move_all(&sides[side]);
		fake_move_close(&sides[side]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { CONTRACT_TESTS };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
