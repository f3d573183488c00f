"""Says at the end how many of the planted faults were noticed."""

import pytest

from tests.world import demo_file

__all__ = ["demo_file"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = [each for each in terminalreporter.stats.get("passed", []) if "::test_the_tests_notice" in each.nodeid]
    if passed:
        terminalreporter.write_line(f"{len(passed)} killed")
