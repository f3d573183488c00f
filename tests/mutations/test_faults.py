"""Every fault in faults.py is patched into a copy of what it breaks, and its tests must notice."""

from pathlib import Path

import pytest

from tests.mutations.faults import DEADLOCKS, FAULTS, NO_SORT
from tests.mutations.patching import Mutation, Patch, broken_copy, unnoticed

ENOUGH = "1000"  # histories in which each of these faults shows, many times over


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "_"))
def test_the_tests_notice(fault: Mutation, tmp_path: Path, postgresql_url: str) -> None:
    settings = {"HISTORIES": ENOUGH, "SEED": "1", "TEST_DATABASE_URL": postgresql_url, "QUICK": "1"}
    survivors, output = unnoticed(broken_copy(tmp_path, fault), fault, settings)
    assert survivors == set(), output
    if fault is NO_SORT:
        assert "deadlock detected" in output


def test_a_copy_without_a_fault_passes(tmp_path: Path, postgresql_url: str) -> None:
    nothing = Mutation("nothing", (), (DEADLOCKS,))
    survivors, output = unnoticed(broken_copy(tmp_path, nothing), nothing, {"TEST_DATABASE_URL": postgresql_url})
    assert survivors == {DEADLOCKS}, output


def test_a_patch_that_finds_nothing_is_a_fault_of_ours(tmp_path: Path) -> None:
    stale = Mutation("stale", (Patch("sync/push.py", "what was never written", ""),), ())
    with pytest.raises(LookupError, match="stale"):
        broken_copy(tmp_path, stale)
