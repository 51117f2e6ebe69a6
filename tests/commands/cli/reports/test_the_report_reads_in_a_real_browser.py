"""The page of `iledger report page --html`, opened in Chromium: seen, measured and printed.

Without network and without JavaScript: the page is to need neither.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright

from commands.cli import main
from tests.commands.cli.conftest import jsonl
from tests.commands.cli.quarter import EVENTS, LONG, WIDE, WILD
from tests.projections.ledgers import ledger_of
from tests.surroundings import groups

pytestmark = pytest.mark.group("browser")

SECTIONS = ("glance", "attainment", "shortfalls", "funnel", "ownership", "leaders", "trend")
PAGES = ("2025-Q3", "2025-09", "2025", "2024-02")  # of the last nothing is known
Open = Callable[..., Page]

SEEN = """() => [...document.querySelectorAll('section')].filter(e => e.checkVisibility())
    .map(e => [e.id, e.offsetWidth, e.offsetHeight])"""
# The texts of pictures that are shown and cross each other's boxes.
OVERLAPPING = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const shown = [...svg.querySelectorAll('text')].map(e => [e.textContent,
        e.getBoundingClientRect()]).filter(([, r]) => r.width);
    return shown.flatMap(([a, r], n) => shown.slice(n + 1).filter(([, s]) =>
        r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom)
        .map(([b]) => a + ' / ' + b));
})"""
# Texts whose colour is too near to that of what they stand on (WCAG 2: 4.5 to 1).
FAINT = """() => {
    const light = c => c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
    const ground = e => { for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor;
        if (c !== 'rgba(0, 0, 0, 0)') return c; } };
    return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') &&
        [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).filter(e => {
            const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
        }).map(e => e.className + ': ' + e.textContent);
}"""
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => !e.closest('svg') &&
    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        program = play.chromium.launch(executable_path=groups.browser(), args=["--disable-gpu"])
        yield program
        program.close()


@pytest.fixture(scope="module")
def files(embedded_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each period."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "events.jsonl").write_bytes(jsonl(*EVENTS))
    found = {period: folder / f"{period}.html" for period in PAGES}
    with ledger_of(embedded_dsn, []) as (target, _):
        runner = CliRunner(env={"ILEDGER_DSN": target.dsn, "ILEDGER_SCHEMA": target.schema})
        for command in (
            ["append", str(folder / "events.jsonl")],
            *(["report", "page", "--html", str(found[name]), "--period", name] for name in PAGES),
        ):
            done = runner.invoke(main.iledger, command, catch_exceptions=False)
            assert done.exit_code == 0, done.output
    return found


@pytest.fixture
def opened(browser: Browser, files: dict[str, Path]) -> Iterator[Open]:
    """Open the page of a period; whatever it asks for or says is an error."""
    heard: list[str] = []
    pages: list[Page] = []

    def page_of(period: str, **how: Any) -> Page:
        address = files[period].as_uri()
        page = browser.new_page(offline=True, **({"java_script_enabled": False} | how))
        page.on("console", lambda said: heard.append(said.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda asked: asked.url == address or heard.append(asked.url))
        page.goto(address)
        pages.append(page)
        return page

    yield page_of
    for page in pages:
        page.close()
    assert not heard


@pytest.mark.parametrize("period", PAGES)
def test_every_section_is_seen_on_a_desk_and_on_a_telephone(opened: Open, period: str) -> None:
    for width in (1280, 400):
        page = opened(period, viewport={"width": width, "height": 900})
        boxes = page.evaluate(SEEN)
        assert [name for name, _, _ in boxes] == [*SECTIONS]
        assert all(wide > width / 2 and high > 60 for _, wide, high in boxes)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(OVERLAPPING) == []


def test_names_are_shown_as_they_are_written(opened: Open) -> None:
    page = opened("2025-Q3", java_script_enabled=True)
    text = page.locator("main").inner_text()
    for name in (LONG, WILD, WIDE, "Юг & Ко"):
        assert name in text
    assert page.title() == "2025-Q3 · Interaction Ledger"
    assert page.locator("img, script, iframe, object, link").count() == 0


def test_pictures_are_drawn_to_scale_and_told_in_words(opened: Open) -> None:
    page = opened("2025-Q3", viewport={"width": 1280, "height": 900})
    bars = page.locator("#funnel tbody tr").all()
    whole, won = (each.locator(".part").bounding_box() for each in (bars[0], bars[-1]))
    assert whole
    assert won
    deals, ended = (each.locator("td").nth(1).inner_text() for each in (bars[0], bars[-1]))
    assert (deals, ended) == ("11", "8")
    assert won["width"] / whole["width"] == pytest.approx(8 / 11, abs=0.01)
    # A target of which nothing is known has no bar, and says so
    unknown = page.locator("#attainment tr", has_text="overdue_share")
    assert unknown.locator(".part").count() == 0
    assert unknown.get_by_text("no data").count()
    chart = page.locator("svg.chart")
    assert chart.locator("path").count() == 9  # orphans, seven owners, the others
    assert "orphans 0 at first, 4 at most and 3 at last" in (
        chart.locator("desc").text_content() or ""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(opened: Open, scheme: str) -> None:
    assert opened("2025-Q3", color_scheme=scheme).evaluate(FAINT) == []


@pytest.mark.parametrize("period", PAGES)
def test_it_prints_on_paper_and_nothing_is_cut_off(opened: Open, period: str) -> None:
    a4 = {"width": 703, "height": 1000}  # between the margins, at 96 dots an inch
    page = opened(period, viewport=a4, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate(CUT_OFF) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(FAINT) == []
    assert page.pdf(format="A4").startswith(b"%PDF-")
