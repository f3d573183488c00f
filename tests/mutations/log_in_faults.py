"""The faults a log in with a second factor is known to have. Each lets somebody in who should not be."""

from tests.mutations.patching import Mutation, Patch

ABUSE = "tests/server/test_log_in_abuse.py"
PASSKEYS = "tests/server/test_passkey_abuse.py"
MEMBERS = "tests/server/test_second_factor.py"

A_CODE_IS_ENOUGH = Mutation(
    "a code alone opens an account",
    (Patch("server/access.py", "return demo and not has_factor", "return not has_factor"),),
    (f"{MEMBERS}::test_a_code_alone_opens_nothing",),
)

OLD_SESSIONS_LIVE = Mutation(
    "a log in without a factor outlives the demo",
    (Patch("server/access.py", "(not demo_person and factor_at is not None)", "not demo_person"),),
    (f"{MEMBERS}::test_a_log_in_of_the_demo_without_a_factor_ends_with_the_demo",),
)

ANOTHER_FIRST_FACTOR = Mutation(
    "a first factor can be added beside one that is there",
    (
        Patch(
            "server/second_factor.py",
            "if not found.session and factors.has_factor(connection, found.person):",
            "if not found.person:",
        ),
    ),
    (f"{ABUSE}::test_who_only_reads_the_mail_of_somebody_cannot_add_a_factor_of_their_own",),
)

REPLAYED_NUMBER = Mutation(
    "a number works as often as it is typed",
    (Patch("server/factors.py", "if step > row.last_step:", "if step:"),),
    (f"{ABUSE}::test_a_number_works_once_and_none_from_before_it",),
)

ENDLESS_TRIES = Mutation(
    "numbers can be guessed for ever",
    (Patch("server/factors.py", "if wrong >= TRIES:", "if wrong >= 10**6:"),),
    (f"{ABUSE}::test_numbers_can_be_tried_five_times_in_15_minutes_whatever_browser_tries",),
)

SAME_TOKEN = Mutation(
    "the token stays the same when a factor is shown again",
    (Patch("server/sessions.py", "token_hash=token_hash(token), factor_at=now)", "factor_at=now)"),),
    (f"{ABUSE}::test_a_token_from_before_is_worth_nothing_after",),
)

COPIED_PASSKEY = Mutation(
    "the count of a passkey may go back",
    (Patch("server/passkeys.py", "credential_current_sign_count=mine.sign_count", "credential_current_sign_count=0"),),
    (f"{PASSKEYS}::test_a_count_that_goes_back_is_a_copy",),
)

OPEN_REDIRECT = Mutation(
    "the way back leads anywhere",
    (Patch("server/steps.py", "return path if LOCAL.fullmatch(path) else", "return path if path else"),),
    (f"{ABUSE}::test_the_way_back_leads_to_a_page_of_ours_and_nowhere_else[https://evil.example.org]",),
)

LOG_IN_FAULTS = (
    A_CODE_IS_ENOUGH,
    OLD_SESSIONS_LIVE,
    ANOTHER_FIRST_FACTOR,
    REPLAYED_NUMBER,
    ENDLESS_TRIES,
    SAME_TOKEN,
    COPIED_PASSKEY,
    OPEN_REDIRECT,
)
