import pytest

from tests.real_data import maven, source


def test_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("ILEDGER_TEST_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="set ILEDGER_TEST_DATA to the folder"):
        source.folder("maven_crm")


def test_altered(tmp_path):
    (tmp_path / "CRM+Sales+Opportunities.zip").write_bytes(b"another file")
    with pytest.raises(ValueError, match="is not the file the answers were computed from"):
        next(maven.events(tmp_path))
