"""The faults that push is known to have: what is lost, sent to the wrong place, or tells on somebody."""

from tests.mutations.patching import Mutation, Patch

DELIVERIES, SUBSCRIPTIONS = "tests/push/test_deliveries.py", "tests/push/test_subscriptions.py"
WORKER, WEBPUSH = "tests/push/test_worker.py", "tests/push/test_webpush.py"
OURS = "server/push/deliveries.py"
TAKEN = (
    '    rings = {row.id: row for row in connection.execute(_RINGS, {"ids": listed({row.ring_id for row in rows})})}\n'
)
GONE_AT_ONCE = '    connection.execute(delete(_delivery).where(_KEPT), {"ids": listed(row.id for row in rows)})\n'

SETTLED_BEFORE_SENT = Mutation(
    "a delivery is settled before it is sent",
    (
        Patch(
            OURS,
            TAKEN,
            TAKEN + GONE_AT_ONCE,
        ),
    ),
    (f"{DELIVERIES}::test_what_a_dead_worker_had_taken_is_taken_again_after_a_minute_and_settled_once[sqlite]",),
)

NO_LEASE = Mutation(
    "what a worker takes is not held for it",
    (Patch(OURS, "values(due_at=now + LEASE,", "values(due_at=_delivery.c.due_at,"),),
    (f"{DELIVERIES}::test_two_workers_never_take_the_same_one[sqlite]",),
)

NO_FENCE = Mutation(
    "a slow worker settles what another has taken",
    (Patch(OURS, "delete(_delivery).where(_KEPT, _MINE)", "delete(_delivery).where(_KEPT)"),),
    (f"{DELIVERIES}::test_what_a_dead_worker_had_taken_is_taken_again_after_a_minute_and_settled_once[sqlite]",),
)

IN_THE_CLEAR = Mutation(
    "a delivery names the phone",
    (
        Patch(OURS, '"whom": keys.seal(key.decode(), _purpose(asked.id), phone)', '"whom": phone.encode()'),
        Patch(OURS, "keys.unseal(key.decode(), _purpose(row.ring_id), row.whom) or", "row.whom.decode() or"),
    ),
    (f"{DELIVERIES}::test_the_rows_say_neither_who_is_rung_nor_on_which_phone[sqlite]",),
)

LOUD = Mutation(
    "a message may wake somebody",
    (Patch(OURS, '"low", "normal")', '"low", "normal", "high")'),),
    (f"{DELIVERIES}::test_nothing_is_worth_waking_anybody[sqlite]",),
)

REMOVED_STILL_RUNG = Mutation(
    "a phone that was removed is still rung",
    (Patch("server/people.py", "subscriptions.of_sessions(context.connection, ", "list("),),
    (f"{SUBSCRIPTIONS}::test_a_device_that_is_removed_is_rung_no_more[sqlite]",),
)

TAKEN_OVER = Mutation(
    "an endpoint is taken over without its keys",
    (Patch("server/push/subscriptions.py", "        raise SomebodyElses\n", "        pass\n"),),
    (f"{SUBSCRIPTIONS}::test_whoever_only_knows_an_endpoint_takes_nothing[sqlite-auth]",),
)

SENT_ANYWHERE = Mutation(
    "the list of push services is not looked at when something is sent",
    (Patch("server/push/webpush.py", "origin = self.origin(phone.endpoint)", "origin = phone.origin"),),
    (f"{WEBPUSH}::test_what_is_not_on_the_list_is_not_sent_to_though_it_was_kept_once",),
)

REDIRECTED = Mutation(
    "a redirect is followed",
    (Patch("server/push/webpush.py", "allow_redirects=False", "allow_redirects=True"),),
    (f"{WEBPUSH}::test_a_redirect_is_not_followed",),
)

SENT_INSIDE = Mutation(
    "a name may lead to an address inside",
    (Patch("server/push/hosts.py", 'host in self._inside or is_public(each["host"])', "True"),),
    (f"{WEBPUSH}::test_a_name_that_leads_inside_is_not_connected_to[127.0.0.1]",),
)

ALL_READ = Mutation(
    "an answer is read to its end",
    (Patch("server/push/webpush.py", "answer.content.read(READ_BYTES)", "answer.read()"),),
    (f"{WEBPUSH}::test_an_endless_answer_is_not_read",),
)

ONE_TOPIC = Mutation(
    "all phones have one topic",
    (Patch("server/push/worker.py", '"topic", job.tag, job.subscription)', '"topic", job.tag)'),),
    (f"{WORKER}::test_a_push_service_cannot_see_who_is_told_the_same[sqlite]",),
)

FORGOTTEN_ON_A_BAD_DAY = Mutation(
    "a phone is forgotten because our clock was wrong",
    (Patch("server/push/webpush.py", "if status in (404, 410):", "if 400 <= status < 429:"),),
    (f"{WORKER}::test_what_is_our_fault_forgets_nobody_and_is_not_tried_again[sqlite-403]",),
)

PUSH_FAULTS = (
    SETTLED_BEFORE_SENT,
    NO_LEASE,
    NO_FENCE,
    IN_THE_CLEAR,
    LOUD,
    REMOVED_STILL_RUNG,
    TAKEN_OVER,
    SENT_ANYWHERE,
    REDIRECTED,
    SENT_INSIDE,
    ALL_READ,
    ONE_TOPIC,
    FORGOTTEN_ON_A_BAD_DAY,
)
