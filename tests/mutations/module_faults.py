"""Faults in what is learned, and in what is told of those who did not. Each is noticed by one quick test."""

from tests.mutations.patching import Mutation, Patch

MODULES, MARKDOWN, DESK = "server/features/modules.py", "server/features/markdown.py", "server/features/network_desk.py"
FINISH, READ = "tests/features/test_module_finish.py", "tests/features/test_markdown.py"
MISSING = "tests/server/test_nobody_is_missing.py::test_nothing_that_anybody_can_get_tells_who_has_not_done_something"


def fault(name: str, file: str, old: str, new: str, noticed_by: str) -> Mutation:
    return Mutation(name, (Patch(file, old, new),), (noticed_by,))


MODULE_FAULTS = (
    fault(
        "P-6 somebody who has joined nothing is in a list",
        DESK,
        "heirs = _heirs(named, leading, asking.person).items()",
        'heirs = {row["id"]: row for row in connection.exec_driver_sql("SELECT * FROM person").mappings()}.items()',
        MISSING,
    ),
    fault(
        "P-6 people are counted, so that those who have done nothing are the rest",
        DESK,
        '{"leading": len({each["id"] for each in leading}),',
        '{"leading": connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one(),',
        MISSING,
    ),
    fault(
        "P-10 score and tries are taken",
        MODULES,
        "class Finish(Args, frozen=True):\n",
        "class Finish(Args, frozen=True, kw_only=True):\n    score: int = 0\n    tries: int = 0\n",
        f"{FINISH}::test_nothing_is_kept_of_how_it_was_done[sqlite]",
    ),
    fault(
        "the outbox says which module it was",
        MODULES,
        'says="Finish a module"',
        'says="Finish “{module}”"',
        "tests/parity/test_parity.py::test_the_outbox_does_not_say_which_module_it_was",
    ),
    fault(
        "whoever came to the end is through the gate",
        MODULES,
        'return held is not None and bool(held["gate_met"])',
        "return held is not None",
        f"{FINISH}::test_the_gate_is_shut_until_it_is_met[sqlite]",
    ),
    fault(
        "late paperwork shuts the gate",
        MODULES,
        'module is None or module["review_by"] < london_date(now)',
        "module is None",
        f"{FINISH}::test_the_gate_is_open_for_everybody_once_the_module_should_have_been_read_again[sqlite]",
    ),
    fault(
        "a link leads to a site that only ends like a listed one",
        MARKDOWN,
        'host.endswith(f".{each}")',
        "host.endswith(each)",
        f"{READ}::test_any_other_link_is_told_of_and_goes_nowhere[https://evilnhs.uk/]",
    ),
    fault(
        "a script is an address",
        MARKDOWN,
        'return parts.scheme == "https" and listed',
        'return not host or parts.scheme == "https" and listed',
        f"{READ}::test_any_other_link_is_told_of_and_goes_nowhere[javascript:alert(1)]",
    ),
)
