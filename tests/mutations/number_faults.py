"""The faults by which a published number would tell of one person."""

from tests.mutations.patching import Mutation, Patch

SMALL = "tests/reports/test_small.py::"
SNAPSHOTS = "tests/reports/test_snapshots.py::"
NUMBERS = "tests/reports/test_numbers_page.py::"

THRESHOLD = Mutation(
    "a count of one less than ten is told",
    (
        Patch(
            "server/reports/small.py",
            "    if blurred < rule.min_count + rule.blur:",
            "    if blurred < rule.min_count + rule.blur - 1:",
        ),
    ),
    (f"{SMALL}test_fewer_than_ten_people_are_told_as_that_and_nobody_too[9]",),
)

ROUNDED_ALONE = Mutation(
    "counts are rounded and nothing more",
    (
        Patch(
            "server/reports/small.py",
            "    blurred = count + rule.blur - (count + rule.blur - secret) % rule.round_to\n"
            "    told = before.kept() if before else None\n",
            "    blurred = count + rule.blur * (count < rule.min_count + rule.blur and count >= rule.min_count)\n"
            "    told = before = None\n",
        ),
    ),
    (
        f"{SMALL}test_a_chair_who_reads_all_names_and_numbers_for_two_years_does_not_learn_who_joined_privately",
        f"{SMALL}test_what_is_told_does_not_swing_between_two_counts",
    ),
)

TOLD_ANEW = Mutation(
    "what was told last month is forgotten",
    (
        Patch(
            "server/reports/small.py",
            "    told = before.kept() if before else None\n",
            "    told = before = None\n",
        ),
    ),
    (f"{SMALL}test_months_cannot_be_averaged_while_nobody_comes_or_goes",),
)

SUMMED = Mutation(
    "totals are summed from rounded cells",
    (
        Patch(
            "server/reports/snapshots.py",
            "        shown = show(",
            "        told = [each.shown.kept() or 0 for each in found if each.measure == cell[0]]\n"
            "        count = count if cell[1] else sum(told)\n"
            "        shown = show(",
        ),
    ),
    (f"{SNAPSHOTS}test_a_total_is_rounded_from_the_true_total",),
)

LIVE = Mutation(
    "a network says how many are in it now",
    (
        Patch(
            "server/features/networks.py",
            "    how_many = last(connection, MEMBERS)\n",
            "    from server.reports.counts import counts\n"
            "    from server.reports.small import Rule, show\n\n"
            "    found = counts(connection).items()\n"
            "    cells = {cell[1]: count for cell, count in found if cell[0] == MEMBERS}\n"
            "    how_many = {area: show(count, Rule(), 0, None).words for area, count in cells.items()}\n",
        ),
    ),
    (
        f"{SNAPSHOTS}test_what_is_published_stays_until_the_next_month_whoever_joins[sqlite]",
        f"{SNAPSHOTS}test_before_the_first_numbers_a_network_says_nothing",
    ),
)

TEAMS_SIDE_BY_SIDE = Mutation(
    "whoever reads numbers sees every team",
    (Patch("server/access.py", '    if of == "team" and area:\n        return ("manager", area) in roles\n', ""),),
    (f"{NUMBERS}test_nobody_sees_teams_side_by_side",),
)

NUMBER_FAULTS = (THRESHOLD, ROUNDED_ALONE, TOLD_ANEW, SUMMED, LIVE, TEAMS_SIDE_BY_SIDE)
