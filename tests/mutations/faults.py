"""The faults an engine like this one is known to have, one by one. Each must be noticed, or the tests prove nothing."""

from tests.mutations.learn_faults import LEARN_FAULTS
from tests.mutations.log_in_faults import LOG_IN_FAULTS
from tests.mutations.number_faults import NUMBER_FAULTS
from tests.mutations.patching import Mutation, Patch

SIMULATION = "tests/sync/test_simulation.py::test_every_history_ends_with_all_that_was_promised"
LATE_WRITER = "tests/sync/test_concurrency.py::test_a_reader_misses_nothing_of_a_writer_that_commits_late"
MANY_WRITERS = "tests/sync/test_concurrency.py::test_readers_miss_nothing_while_many_write"
DOUBLES = "tests/sync/test_concurrency.py::test_the_same_request_many_times_at_once_takes_effect_once"
DEADLOCKS = "tests/sync/test_concurrency.py::test_nobody_deadlocks_over_scopes"
TWO_WRITERS = "tests/sync/test_concurrency.py::test_two_writers_of_one_record_both_count"
REFUSED = "tests/sync/test_rows.py::test_what_a_refused_action_changed_in_memory_is_never_written"
AWAY = "tests/sync/test_pull.py::test_a_phone_that_was_away_when_tombstones_were_cut_starts_again"
LEFT = "tests/sync/test_pull.py::test_each_page_says_how_many_records_are_still_to_come_in_the_scopes_asked"
LEASE = "tests/pwa/test_worker_lease.py"
DOORS = "tests/pwa/test_worker_doors.py"
NAMELESS = "tests/sync/test_push.py::test_of_a_private_kind_the_journal_keeps_neither_whose_it_is_nor_what_nor_when"
BATTERY = "tests/sync/test_phone.py::test_a_phone_that_dies_while_it_keeps_a_reply_misses_nothing"

PUBLISH, PUSH, PULL = "sync/publish.py", "sync/push.py", "sync/pull.py"
RAISE = '    return dict(iter(connection.execute(insert, [{"id": name} for name in scopes])))\n'
READ_COUNTERS = '    rows = connection.execute(_COUNTERS, {"names": listed(scopes)}).all()\n'
NEWEST_RECORD = Patch(
    PULL,
    READ_COUNTERS,
    "    newest = select(record.c.scope, func.max(record.c.version)).group_by(record.c.scope)\n"
    "    epoch = connection.execute(select(lineage.c.epoch)).scalar()\n"
    "    rows = [(epoch, None, 0, 0), *((epoch, *row, 0) for row in connection.execute(newest))]\n",
)

SEQUENCE = Mutation(
    "a sequence instead of the counter row",
    (
        NEWEST_RECORD,
        Patch(
            PUBLISH,
            RAISE,
            "    number = connection.exec_driver_sql('SELECT txid_current()').scalar_one()\n"
            "    return {name: 10 + number for name in scopes}\n",
        ),
    ),
    (LATE_WRITER,),
)

CLOCK = Mutation(
    "a clock instead of the counter row",
    (
        NEWEST_RECORD,
        Patch(PUBLISH, RAISE, "    import time\n\n    return {name: int(time.time()) for name in scopes}\n"),
    ),
    (SIMULATION, LATE_WRITER),
)

BUMP_AFTER_COMMIT = Mutation(
    "the counter raised after the commit",
    (
        Patch(
            PUBLISH,
            RAISE,
            "    found = dict(iter(connection.execute(select(scope.c.id, scope.c.version))))\n"
            "    return {name: found.get(name, EMPTY) + 1 for name in scopes}\n",
        ),
        Patch(
            PUBLISH,
            "    if corrections:\n        connection.execute(_CORRECT, corrections)\n    return versions\n",
            "    AFTERWARDS.extend(sorted(versions))\n    return versions\n\n\nAFTERWARDS = []\n",
        ),
        Patch(
            PUSH,
            "    take_turns(connection, person)",
            "    from sync.publish import _RAISE, AFTERWARDS\n\n"
            "    if AFTERWARDS:\n"
            "        names = [{'id': name} for name in sorted(set(AFTERWARDS))]\n"
            "        connection.execute(_RAISE[connection.dialect.name], names)\n"
            "        AFTERWARDS.clear()\n"
            "    take_turns(connection, person)",
        ),
    ),
    (SIMULATION, MANY_WRITERS),
)

MARKER_OUTSIDE = Mutation(
    "the journal written in a transaction of its own",
    (
        Patch(PUSH, "    batch.connection.execute(_JOURNAL, batch.rows)\n", "    AFTERWARDS.extend(batch.rows)\n"),
        Patch(PUSH, "_JOURNAL = insert(journal)", "_JOURNAL = insert(journal)\nAFTERWARDS = []"),
        Patch(
            PUSH,
            "    take_turns(connection, person)",
            "    AFTERWARDS.clear()  # the process had died\n    take_turns(connection, person)",
        ),
        Patch(
            PULL,
            READ_COUNTERS,
            "    from sync.push import _JOURNAL, AFTERWARDS\n\n"
            "    if AFTERWARDS:\n"
            "        connection.execute(_JOURNAL, AFTERWARDS)\n"
            "        AFTERWARDS.clear()\n" + READ_COUNTERS,
        ),
    ),
    (SIMULATION, DOUBLES),
)

CURSOR_BEFORE_ROWS = Mutation(
    "the cursor kept before the records",
    (
        Patch(
            "tests/sync/phone.py",
            "        self.save(disk)\n        self.resets = {",
            "        self.save(replace(self.disk, cursors=disk.cursors))\n"
            "        self.save(disk)\n        self.resets = {",
        ),
    ),
    (SIMULATION, f"{BATTERY}[sqlite-1]", f"{BATTERY}[postgresql-1]"),
)

NO_SORT = Mutation(
    "scopes locked in the order they were met",
    (Patch(PUBLISH, "sorted({touch.scope for touch in touches.values()})", "[t.scope for t in touches.values()]"),),
    (DEADLOCKS,),
)

PROJECT_BEFORE_LOCKS = Mutation(
    "records made before the scopes are locked",
    (
        Patch(PUBLISH, "    bodies = project(engine, connection, touches.values())\n    writes", "    writes"),
        Patch(
            PUBLISH,
            "    versions = raise_counters(",
            "    bodies = project(engine, connection, touches.values())\n    versions = raise_counters(",
        ),
    ),
    (TWO_WRITERS,),
)

LEFT_SCOPE_KEPT = Mutation(
    "a scope that was left is not taken away",
    (Patch(PULL, "{name: None for name in cursors if name not in scopes}", "{}"),),
    (SIMULATION,),
)

NO_SAVEPOINT = Mutation(
    "an action that breaks is not undone",
    (
        Patch(
            PUSH,
            "        undo(batch)\n        outcome = stand_aside",
            "        batch.memory.let_go()\n        outcome = stand_aside",
        ),
    ),
    (SIMULATION,),
)

MEMORY_KEPT = Mutation(
    "what an undone action left in memory is written",
    (Patch(PUSH, "    batch.memory.let_go()\n", ""),),
    (f"{REFUSED}[sqlite]", f"{REFUSED}[postgresql]"),
)

CUT_WITHOUT_FLOOR = Mutation(
    "tombstones cut without raising the floor",
    (Patch("sync/retention.py", "    if gone:\n", "    if gone and not gone:\n"),),
    (f"{AWAY}[sqlite]", f"{AWAY}[postgresql]"),
)

COUNTS_OTHERS = Mutation(
    "how much others hold is told in the count of what is left",
    (Patch(PULL, "and_(record.c.scope == name, record.c.version > cursor)", "record.c.version > cursor"),),
    (f"{LEFT}[sqlite]", f"{LEFT}[postgresql]"),
)

COPY_KEPT = Mutation(
    "a phone keeps a copy that the server never renews",
    (Patch("pwa/worker/lease.js", "return spent > LEASE;", "return false;"),),
    (f"{LEASE}::test_after_30_days_without_an_answer_the_copy_goes_and_the_page_is_told",),
)

WORK_WIPED = Mutation(
    "what was not sent goes with the copy",
    (
        Patch(
            "pwa/worker/lease.js",
            "[t.record, t.scope, t.value]) await",
            "[t.record, t.scope, t.value, t.outbox]) await",
        ),
    ),
    (f"{LEASE}::test_what_was_typed_and_not_sent_stays_locked_and_goes_with_the_next_log_in",),
)

SHARED_PHONE_KEEPS = Mutation(
    "log out on a shared phone keeps the copy",
    (Patch("pwa/worker/doors.js", '(whom.shared || unsent === "delete")', 'unsent === "delete"'),),
    (f"{DOORS}::test_on_a_shared_phone_send_sends_and_then_everything_goes",),
)

SHARED_PHONE_SAYS_NOTHING = Mutation(
    "log out on a shared phone does not say what is not sent",
    (
        Patch(
            "pwa/worker/doors.js",
            'if (choice !== "send") return "log_out.choose";',
            'if (choice !== "send") return "";',
        ),
    ),
    (f"{DOORS}::test_on_a_shared_phone_what_is_not_sent_is_asked_about_first[keep]",),
)

PRIVATE_UNDER_A_PERSON = Mutation(
    "a private action kept under its person",
    (Patch(PUSH, '"person": NOBODY', '"person": batch.person'),),
    (f"{NAMELESS}[sqlite]", f"{NAMELESS}[postgresql]"),
)

FAULTS = (
    SEQUENCE,
    CLOCK,
    BUMP_AFTER_COMMIT,
    MARKER_OUTSIDE,
    CURSOR_BEFORE_ROWS,
    NO_SORT,
    PROJECT_BEFORE_LOCKS,
    LEFT_SCOPE_KEPT,
    NO_SAVEPOINT,
    MEMORY_KEPT,
    CUT_WITHOUT_FLOOR,
    COUNTS_OTHERS,
    *NUMBER_FAULTS,
    COPY_KEPT,
    WORK_WIPED,
    SHARED_PHONE_KEEPS,
    SHARED_PHONE_SAYS_NOTHING,
    *LEARN_FAULTS,
    *LOG_IN_FAULTS,
    PRIVATE_UNDER_A_PERSON,
)
