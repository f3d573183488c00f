"""Faults of the ally scheme that would put somebody at risk or tell on somebody. Each is noticed by one quick test."""

from tests.mutations.privacy import fault

ALLY, SCHEMES = "server/features/ally.py", "server/features/schemes.py"
TESTS, DESK = "tests/features/test_ally.py", "tests/features/test_ally_desk.py"

ALLY_FAULTS = (
    fault(
        "ALLY-3 a cord for whoever works on a ward",
        ALLY,
        ' and not (ward and item["kind"] in CORDS)',
        "",
        f"{TESTS}::test_who_works_on_a_ward_gets_nothing_around_the_neck_wherever_they_collect[sqlite]",
    ),
    fault(
        "ALLY-8 stepping back leaves the row",
        ALLY,
        "    context.connection.execute(delete(table(Allying)).where(mine))\n",
        "",
        f"{TESTS}::test_who_steps_back_leaves_no_row[sqlite]",
    ),
    fault(
        "ALLY-4 a replacement that is refused instead of going to a person",
        ALLY,
        "    last = held",
        '    if held["replaced_at"] is not None:\n        raise Rejected("not.ally", "")\n    last = held',
        f"{TESTS}::test_a_second_one_within_90_days_goes_to_a_person_and_is_not_refused[sqlite-10-outcome0]",
    ),
    fault(
        "ALLY-7 a pause that serves all the same",
        SCHEMES,
        ' or schemes(context.connection)[row["scheme"]]["state"] != OPEN',
        "",
        f"{TESTS}::test_while_it_is_not_open_a_request_keeps_its_place_and_is_served_when_it_opens"
        "[sqlite-paused-ally.paused]",
    ),
    fault(
        "P-6 the desk says whose a request is",
        "server/features/ally_desk.py",
        "        for row in connection.execute(_TO_LOOK_AT)\n",
        "        for row in connection.execute(_TO_LOOK_AT.add_columns(_ally.person_id.label('place_')))\n"
        "        for places in [{row.collect_at: row.place_}]\n",
        f"{DESK}::test_a_request_is_looked_at_by_its_code_and_nobody_is_told_whose_it_is[sqlite]",
    ),
)
