"""Faults that would tell on somebody, or let somebody else in. Each is noticed by one quick test of the app."""

from tests.mutations.module_faults import MODULE_FAULTS
from tests.mutations.patching import Mutation, Patch

NETWORKS, PAGES = "tests/features/test_networks.py", "tests/server/test_pages.py"
HOSTILE, HOSTILE_SYNC = "tests/server/test_hostile.py", "tests/server/test_hostile_sync.py"
GUIDES = "tests/features/test_guides.py"
ANONYMOUS = "tests/server/test_anonymous.py"
NETWORK_PAGES = "tests/features/test_network_pages.py"
WEB, FEATURE = "server/web.py", "server/features/networks.py"
DESK = "tests/features/test_stock.py"


def fault(name: str, file: str, old: str, new: str, noticed_by: str) -> Mutation:
    return Mutation(name, (Patch(file, old, new),), (noticed_by,))


PRIVACY = (
    fault(
        "P-2 a choice made beforehand",
        "pwa/features/networks/_join.html",
        '<input type="hidden" name="consent"',
        '<input type="checkbox" name="all" checked><input type="hidden" name="consent"',
        f"{NETWORK_PAGES}::test_nothing_is_chosen_before_somebody_joins[/networks/n1]",
    ),
    fault(
        "P-4 leaving leaves the row",
        FEATURE,
        "        context.connection.execute(delete(Membership).where(_membership.id == id_of(scope)))\n",
        "",
        f"{NETWORKS}::test_leaving_deletes_the_row_and_empties_every_phone[sqlite]",
    ),
    fault(
        "P-7 a private row keeps its person",
        FEATURE,
        'hidden = {"person_id": None, "read_on": ""}',
        'hidden = {"person_id": context.person, "read_on": ""}',
        f"{NETWORKS}::test_a_private_membership_names_nobody[sqlite]",
    ),
    fault(
        "P-7 one name of a person for all networks",
        "server/members.py",
        "f\"member:{opaque(key, 'member', network, person)}\"",
        "f\"member:{opaque(key, 'member', person)}\"",
        f"{NETWORKS}::test_memberships_of_one_person_cannot_be_put_together[sqlite]",
    ),
    fault(
        "P-7 the journal names what was done in private",
        FEATURE,
        'chooses=("membership", "network"), private=True)\ndef join',
        'chooses=("membership", "network"))\ndef join',
        f"{NETWORKS}::test_the_journal_knows_neither_who_nor_what_nor_with_what_words[sqlite]",
    ),
    fault(
        "P-7 what is for members goes to everybody",
        "server/access.py",
        "if scope in joined or leads(roles, network)",
        "if scope",
        f"{NETWORKS}::test_a_member_gets_what_is_for_members_and_others_do_not[sqlite]",
    ),
    fault(
        "P-11 a log line has the path",
        "server/app.py",
        'route=scope.get("path_template", ""),\n        status',
        'route=scope.get("path", ""),\n        status',
        f"{PAGES}::test_log_lines_hold_the_pattern_of_the_route_and_nobody",
    ),
    fault(
        "P-11 a title has the name of a network",
        WEB,
        "(page.id, page.title), held",
        '(page.id, "".join(each.get("name", "") for each in held.collections.get("network", {}).values())), held',
        f"{NETWORK_PAGES}::test_no_title_and_no_address_says_which_network[/networks/n1]",
    ),
    fault(
        "P-11 a counter has the kind",
        "server/metrics.py",
        'self.actions.labels("parked" if code == "parked" else outcome).inc()',
        "self.actions.labels(str(_)).inc()",
        "tests/server/test_metrics.py::test_nobody_and_nothing_that_anybody_did_can_be_found_in_it",
    ),
    fault(
        "P-25 a device that was taken away is still let in",
        "server/sync_api.py",
        "if visitor and visitor.revoked_at is not None:",
        "if visitor and visitor.revoked_at == 0:",
        "tests/server/test_sessions.py::test_a_device_that_was_signed_out_hears_of_it_and_gets_nothing[sqlite]",
    ),
    fault(
        "P-26 a log in takes what another person saved",
        "server/sync_api.py",
        'raise Refused(409, "other_person")',
        "pass",
        f"{HOSTILE_SYNC}::test_nobody_acts_as_somebody_else[sqlite]",
    ),
    fault(
        "P-27 the anonymous door leaves a line in the log",
        "server/anonymous.py",
        '    opt={"quiet": True},\n',
        "",
        f"{ANONYMOUS}::test_it_comes_without_a_name_sets_no_cookie_and_leaves_no_line",
    ),
    fault(
        "P-27 the anonymous door counts the same one again",
        "server/anonymous_counts.py",
        "    if not spent.rowcount:\n",
        "    if spent is None:\n",
        f"{ANONYMOUS}::test_the_same_one_told_ten_times_counts_once[sqlite]",
    ),
    fault(
        "P-27 an id keeps the time it came",
        "server/anonymous_counts.py",
        "values(id=told.id, day=today)",
        'values(id=told.id, day=f"{today} 14:02")',
        f"{ANONYMOUS}::test_a_cookie_that_comes_along_changes_nothing_and_is_nowhere",
    ),
    fault(
        "P-31 a copy has the names of the team",
        "server/own_copy.py",
        " & record.c.id.in_(sorted(shown))",
        "",
        "tests/server/test_own_copy.py::test_the_copy_holds_nothing_of_anybody_else[sqlite]",
    ),
    fault(
        "P-35 a page may ask others",
        "server/headers.py",
        "\"default-src 'self'\"",
        "\"default-src 'self' https:\"",
        f"{PAGES}::test_the_policy_is_on_every_answer_whatever_made_it",
    ),
    fault(
        "P-40 public pages are logged",
        WEB,
        'route(quiet, http_method=methods, include_in_schema=False, opt={"quiet": True})',
        "route(quiet, http_method=methods, include_in_schema=False)",
        f"{PAGES}::test_a_public_page_needs_nothing_sets_nothing_and_is_not_logged[/help]",
    ),
    fault(
        "P-40 reading a guide asks for news",
        "pwa/layout/base.html",
        '"help", "guide", "words"',
        '"help", "words"',
        f"{PAGES}::test_public_pages_and_no_others_start_nothing_by_themselves",
    ),
    fault(
        "a guide out of date is not marked",
        "pwa/features/guides/guide.html",
        "{% if it.review_by < today %}",
        '{% if it.review_by < "2000" %}',
        f"{GUIDES}::test_past_its_review_a_guide_says_that_it_is_being_checked",
    ),
    fault(
        "a guide may promise more than three months",
        "server/features/guide_files.py",
        "GUIDE_MONTHS, POLICY_MONTHS = 3, 12",
        "GUIDE_MONTHS, POLICY_MONTHS = 12, 12",
        f"{GUIDES}::test_a_bad_file_is_told_where_and_what_to_do[four-months]",
    ),
    fault(
        "P-42 a cache may keep a private page",
        WEB,
        'PRIVATE = {"Cache-Control": "no-store"',
        'PRIVATE = {"Cache-Control": "private"',
        f"{PAGES}::test_a_private_page_is_for_people_who_logged_in[/me]",
    ),
    fault(
        "a phone is sent every scope that it names",
        "server/sync_api.py",
        "pull(site.engine, connection, scopes, request.cursors",
        "pull(site.engine, connection, {*scopes, *request.cursors}, request.cursors",
        f"{HOSTILE_SYNC}::test_forged_cursors_and_checks_open_nothing[sqlite]",
    ),
    fault(
        "a collection desk goes to everybody",
        "server/access.py",
        "for place in places if may_keep_stock(roles, place)]",
        "for place in places]",
        f"{DESK}::test_the_desk_is_on_the_phones_of_those_who_stand_at_it_and_says_nothing_of_anybody[sqlite]",
    ),
    fault(
        "a desk tells whose a code is",
        "server/features/stock.py",
        '_READY = select(_ally.collect_at, _ally.code, _ally.item).where(among(_ally.collect_at, "places"), ',
        '_READY = select(_ally.collect_at, _ally.code, _ally.person_id.label("item")).where(',
        f"{DESK}::test_a_code_hands_over_and_both_sides_are_told[sqlite]",
    ),
    fault(
        "whoever has a role stands at every desk",
        "server/features/stock.py",
        "if not access.may_keep_stock(roles, place):",
        "if not roles:",
        f"{DESK}::test_only_who_stands_at_this_desk_may[sqlite-stock.collect]",
    ),
    fault(
        "what was counted later forgets what was done since",
        "server/features/shelf.py",
        "key=lambda each: (each.at, each.id)",
        "key=lambda each: each.id",
        f"{DESK}::test_a_count_is_a_new_base_at_its_time_in_whatever_order_it_arrives[order3]",
    ),
    fault(
        "a form leads to another website",
        "server/do.py",
        'see_other(path if match(path) else "/")',
        "see_other(path)",
        f"{HOSTILE}::test_a_form_leads_nowhere_but_to_a_page_of_ours",
    ),
    fault(
        "a page without protection may use a log in",
        "server/headers.py",
        'if ours.scheme == "https" and theirs.scheme != "https":',
        "if not theirs.scheme:",
        f"{HOSTILE}::test_a_page_without_protection_is_another_website",
    ),
    *MODULE_FAULTS,
)
