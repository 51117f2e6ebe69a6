"""`iledger report page --html`: one position gives one file, and its figures are the answers."""

import html
import json
import re
import shlex
import stat
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ledger.errors import InvalidQuestion
from tests.commands.cli.conftest import Here, jsonl
from tests.commands.cli.quarter import EVENTS, LONG, WIDE, WILD, happened

POSITION = str(len(EVENTS))


@pytest.fixture
def told(here: Here, tmp_path: Path) -> Here:
    (tmp_path / "events").write_bytes(jsonl(*EVENTS))
    assert here("append", str(tmp_path / "events")).exit_code == 0
    return here


def page(here: Here, place: Path, *more: str, period: str = "2025-Q3") -> str:
    done = here("report", "page", "--html", str(place), "--period", period, *more)
    assert done.exit_code == 0, done.stderr
    return place.read_text("utf-8")


def rows(content: str, section: str) -> list[list[str]]:
    """The texts of a section's table, without its headings."""
    part = content.partition(f'<section id="{section}"')[2].partition("</section>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [
        [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", cell))).strip() for cell in row]
        for row in cells
    ]


def test_the_same_position_gives_the_same_bytes_for_ever(told: Here, tmp_path: Path) -> None:
    first = page(told, tmp_path / "first.html")
    late = happened("deal.won", "2025-09-01", "C-9-0", deal="D-9", amount="5", currency="RUB")
    (tmp_path / "late").write_bytes(jsonl(late))
    assert told("append", str(tmp_path / "late")).exit_code == 0
    assert page(told, tmp_path / "again.html", "--as-of", POSITION) == first
    assert page(told, tmp_path / "now.html") != first
    assert page(told, tmp_path / "zone.html", "--as-of", POSITION, "--zone", "UTC") != first


def test_the_page_shows_what_the_commands_on_it_answer(told: Here, tmp_path: Path) -> None:
    content = page(told, tmp_path / "q.html")
    asked = [html.unescape(text) for text in re.findall(r"<code>iledger (.*?)</code>", content)]
    answers = [told(*shlex.split(each), "--format", "json") for each in asked]
    assert [each.exit_code for each in answers] == [0] * 5
    attained, funnel, _, leaders, _ = (json.loads(each.stdout) for each in answers)
    shown = {row[0]: row for row in rows(content, "attainment")}
    (whose,) = (row for row in attained if row["target"] == "E-2/won_value")
    assert (whose["fact"], whose["first"], whose["value"]) == (200_000, 900_000, 400_000)
    _, *figures = next(row for who, row in shown.items() if who.endswith("E-2"))
    assert figures == ["won_value, RUB", "200 000", "400 000", "50.0 %", "", "900 000", "22.2 %"]
    assert [row[2] for row in rows(content, "funnel")[1:]] == [str(row["deals"]) for row in funnel]
    best = max(leaders, key=lambda row: (row["unit"] == "RUB", row["value"] or 0))
    assert rows(content, "leaders")[1][:2] == ["1", f"Продавец № 11 {best['group']}"]


class Told(HTMLParser):
    """What a browser makes of a page: its elements, and its text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_names_are_text_whatever_is_written_in_them(told: Here, tmp_path: Path) -> None:
    content = page(told, tmp_path / "q.html")
    found = Told(content)
    assert WILD not in content
    for name in (LONG, WILD, WIDE, "Юг & Ко"):
        assert name in found.text
    assert not found.elements & {"script", "img", "iframe", "object", "link"}
    assert "tr" in found.elements


def test_who_is_orphaned_when_is_told_day_by_day(told: Here, tmp_path: Path) -> None:
    def orphans(period: str) -> dict[str, str]:
        days = re.findall(
            r"<dt>([\d-]+)</dt><dd>(.*?)</dd>", page(told, tmp_path / "d.html", period=period)
        )
        return dict(days)

    september = orphans("2025-09")
    assert len(september) == 31
    assert september["2025-09-12"] == "39, orphans 1"
    assert september["2025-09-13"] == "39, orphans 4"
    assert september["2025-09-17"] == "39, orphans 3"
    assert list(orphans("2025-Q3"))[:2] == ["2025-07-01", "2025-07-07"]
    assert list(orphans("2025"))[-1] == "2026-01-01"


def test_leaders_are_ranked_by_currency_or_by_the_least(told: Here, tmp_path: Path) -> None:
    content = page(told, tmp_path / "q.html")
    assert content.index("<span>won_value, RUB") < content.index("<span>won_value, EUR")
    ranks = [row[0] for row in rows(content, "leaders")]
    assert ranks.count("1") == 2
    few = page(told, tmp_path / "few.html", "--metric", "connect_rate", "--less")
    first, *_ = (row for row in rows(few, "leaders") if row[0] == "1")
    assert first[3] == "0 % (0/3)"
    assert "where less is better" in few


def test_a_running_period_is_shown_so_far(told: Here, tmp_path: Path) -> None:
    # The month in which the last event was recorded, in the zone of the ledger: as of that the page
    # is made, however late it is asked for.
    last = json.loads(told("replay", "--format", "jsonl").stdout.splitlines()[-1])
    recorded_at = datetime.fromisoformat(last["recorded_at"])
    month = f"{recorded_at.astimezone(ZoneInfo('Europe/Moscow')):%Y-%m}"
    content = page(told, tmp_path / "q.html", period=month)
    assert "still running" in content
    with pytest.raises(InvalidQuestion, match="had not begun"):
        told("report", "page", "--html", str(tmp_path / "n.html"), "--period", "2999")


def test_only_its_owner_reads_the_file_and_it_is_replaced_whole(told: Here, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    place = folder / "q.html"
    place.write_text("old")
    assert page(told, place).startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [place]
    assert told("report", "page", "--html", str(folder), "--period", "2025-Q3").exit_code == 2
    assert told("report", "page").exit_code == 2
    assert told("report", "page", "--html", str(place)).exit_code == 2
    assert told("report", "--html", str(place), "adoption").exit_code == 2
    assert told("report", "adoption").exit_code == 0
