"""A line that the database refuses to this login is rejected by itself."""

import json
from pathlib import Path

from ledger.database import Connection
from tests.commands.cli.conftest import Run, event, jsonl


def test_lines_of_a_source_that_is_not_ones_own(
    iledger: Run, owner: Connection, tmp_path: Path
) -> None:
    owner.execute("""
        CREATE FUNCTION door() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.source = 'theirs' THEN
                RAISE EXCEPTION 'this source is not yours' USING ERRCODE = 'IL006';
            END IF;
            RETURN NEW;
        END $$""")
    owner.execute("GRANT EXECUTE ON FUNCTION door TO PUBLIC")
    owner.execute(
        "CREATE TRIGGER door BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION door()"
    )
    theirs = {3, 4, 500, 1_200}
    load = jsonl(*(event(n, source="theirs" if n in theirs else "pbx") for n in range(1, 1_501)))
    done = iledger("append", "--receipts", stdin=load)
    assert done.returncode == 1, done.stderr
    assert b"recorded 1,496, duplicates 0, rejected 4" in done.stderr
    lines = (tmp_path / "ledger.rejects.jsonl").read_text().splitlines()
    found = {each["line"]: each for each in map(json.loads, lines)}
    assert found.keys() == theirs
    assert {(each["field"], each["value"]) for each in found.values()} == {("source", "theirs")}
    assert "not yours" in str(found[3]["reason"])
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["line"] for each in answers] == list(range(1, 1_501))
    kept = [each["position"] for each in answers if each["outcome"] == "recorded"]
    assert kept == list(range(1, 1_497))
