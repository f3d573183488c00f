"""What is held about a person, on their phone: read with no signal, and taken home as a file with signal."""

from pathlib import Path

import pytest

from tests.browser.engines import wait
from tests.browser.person import OnPhone


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_with_no_signal_a_person_reads_what_is_held_and_is_told_that_the_copy_needs_signal(nurse: OnPhone) -> None:
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.server.stop()
    nurse.take("p2", "nobody")
    wait(lambda: nurse.state("p2") == "saved")
    nurse.lose_power()
    nurse.open("/me")
    nurse.browser.click('a[href="/me/data"]')
    wait(lambda: nurse.page == "data")
    assert "Your team can see your name" in nurse.browser.text('[data-record="pledging:p1"]')
    assert "Nobody can see it but you" in nurse.browser.text('[data-record="pledging:p2"]')
    assert nurse.browser.text('[data-record="pledging:p2"] [data-state]') == "Saved on this phone"
    assert nurse.browser.text("[data-outbox]").startswith("On this phone, not sent yet: 1.")
    assert nurse.browser.has('[data-record^="device:"]')
    nurse.browser.click('a[href="/me/data/copy"]')
    wait(lambda: nurse.browser.text("h1") == "This page needs signal")


def test_with_signal_the_file_comes_through_the_worker_and_the_page_stays(nurse: OnPhone, tmp_path: Path) -> None:
    nurse.browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    nurse.open("/me/data")
    nurse.browser.click('a[href="/me/data/copy"]')
    wait((tmp_path / "copy.json").exists)
    assert '"name": "Community nurse"' in (tmp_path / "copy.json").read_text("utf-8")
    assert nurse.page == "data"
