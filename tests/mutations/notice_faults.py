"""Faults that would say what a notice is about, wake somebody, or let one person do what takes two."""

from tests.mutations.patching import Mutation, Patch

NOTICES, HOURS = "tests/push/test_notices.py", "tests/push/test_hours.py"
FILE = "server/push/notices.py"
DESK, DESK_FILE = "tests/features/test_notice_desk.py", "server/features/notice_desk.py"


def fault(name: str, file: str, old: str, new: str, noticed_by: str) -> Mutation:
    return Mutation(name, (Patch(file, old, new),), (noticed_by,))


NOTICE_FAULTS = (
    fault(
        "P-17 a ring is named after its network",
        FILE,
        'return opaque(key, "ring", id, str(version))',
        'return "n2" + opaque(key, "ring", id, str(version))',
        f"{NOTICES}::test_no_ring_and_no_delivery_says_what_it_is_about_or_whose[sqlite]",
    ),
    fault(
        "P-19 quiet hours are not asked for",
        FILE,
        "return [(person, hours.due(now, wish.quiet)) for person, wish in rung]",
        "return [(person, now) for person, wish in rung]",
        f"{NOTICES}::test_each_phone_waits_for_the_end_of_its_owners_quiet_hours[sqlite]",
    ),
    fault(
        "P-19 the quiet hours of night staff end at midnight",
        "server/push/hours.py",
        "    return (minute_of(now) - start) % DAY_MINUTES < (end - start) % DAY_MINUTES\n",
        "    return start <= minute_of(now) < end\n",
        f"{HOURS}::test_by_day_by_night_and_both",
    ),
    fault(
        "P-7 what is for one member stands beside their name",
        FILE,
        "    if to.network:\n        names",
        "    if not to.network:\n        names",
        f"{NOTICES}::test_what_is_for_some_in_a_network_reaches_them_in_their_own_secret_place[sqlite]",
    ),
    fault(
        "P-7 what somebody read in a network is kept with what they read outside",
        FILE,
        "return scope_of(key, network, person) if network else asking_scope(key, person)",
        "return asking_scope(key, person)",
        f"{NOTICES}::test_what_was_read_names_nobody_and_goes_when_somebody_leaves[sqlite]",
    ),
    fault(
        "P-18 a private network can be a topic",
        "server/push/preferences.py",
        "    if topic not in TOPICS:\n",
        "    if not topic:\n",
        f"{NOTICES}::test_of_a_network_nothing_can_be_wanted_under_ones_own_name[sqlite]",
    ),
    fault(
        "what was taken back keeps its words",
        FILE,
        '"title": "", "body": "[]", ',
        "",
        f"{NOTICES}::test_what_is_taken_back_loses_its_words_and_rings_only_where_it_rang[sqlite-False]",
    ),
    fault(
        "whoever wrote to everybody says yes to it as well",
        DESK_FILE,
        '    if row["author"] == _author(context, row["id"]):\n',
        '    if row["author"] == "":\n',
        f"{DESK}::test_what_goes_to_everybody_waits_for_somebody_else_to_say_yes[sqlite-news-coordinator-admin]",
    ),
    fault(
        "what goes to everybody waits for nobody",
        DESK_FILE,
        '"state": WAITING if args.audience in WIDE else SET',
        '"state": SET',
        f"{DESK}::test_what_goes_to_everybody_waits_for_somebody_else_to_say_yes[sqlite-news-coordinator-admin]",
    ),
    fault(
        "what was stopped goes all the same",
        DESK_FILE,
        '        _put(context, row["id"], state=STOPPED)\n\n\n',
        "        pass\n\n\n",
        f"{DESK}::test_what_is_stopped_within_the_minute_never_goes[sqlite]",
    ),
)
