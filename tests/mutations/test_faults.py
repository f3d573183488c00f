"""Every fault in faults.py and privacy.py is patched into a copy of the code, and its tests must notice."""

from pathlib import Path

import pytest

from tests.mutations.ally_faults import ALLY_FAULTS
from tests.mutations.faults import DEADLOCKS, FAULTS, NO_SORT
from tests.mutations.notice_faults import NOTICE_FAULTS
from tests.mutations.patching import Mutation, Patch, broken_copy, planted, unnoticed, whole_copy
from tests.mutations.privacy import PRIVACY
from tests.mutations.push_faults import PUSH_FAULTS

TELLING = (*PRIVACY, *ALLY_FAULTS, *NOTICE_FAULTS, *PUSH_FAULTS)
ENOUGH = "1000"  # histories in which each of these faults shows, many times over


def named(fault: Mutation) -> str:
    return fault.name.replace(" ", "_")


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_the_tests_notice(fault: Mutation, tmp_path: Path, postgresql_url: str) -> None:
    settings = {"HISTORIES": ENOUGH, "SEED": "1", "TEST_DATABASE_URL": postgresql_url, "QUICK": "1"}
    survivors, output = unnoticed(broken_copy(tmp_path, fault), fault, settings)
    assert survivors == set(), output
    if fault is NO_SORT:
        assert "deadlock detected" in output


@pytest.fixture(scope="module")
def app_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_copy(tmp_path_factory.mktemp("app"))


@pytest.mark.parametrize("fault", TELLING, ids=named)
def test_the_tests_notice_what_would_tell_on_somebody(fault: Mutation, app_copy: Path, demo_file: Path) -> None:
    with planted(app_copy, fault):
        survivors, output = unnoticed(app_copy, fault, {"DEMO_FILE": str(demo_file)})
    assert survivors == set(), output


def test_a_copy_of_the_app_without_a_fault_passes(app_copy: Path, demo_file: Path) -> None:
    every = tuple({test for fault in TELLING for test in fault.noticed_by})
    survivors, output = unnoticed(app_copy, Mutation("nothing", (), every), {"DEMO_FILE": str(demo_file)})
    assert survivors == {*every}, output


def test_a_copy_without_a_fault_passes(tmp_path: Path, postgresql_url: str) -> None:
    nothing = Mutation("nothing", (), (DEADLOCKS,))
    survivors, output = unnoticed(broken_copy(tmp_path, nothing), nothing, {"TEST_DATABASE_URL": postgresql_url})
    assert survivors == {DEADLOCKS}, output


def test_a_patch_that_finds_nothing_is_a_fault_of_ours(tmp_path: Path) -> None:
    stale = Mutation("stale", (Patch("sync/push.py", "what was never written", ""),), ())
    with pytest.raises(LookupError, match="stale"):
        broken_copy(tmp_path, stale)
