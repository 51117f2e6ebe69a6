"""Check a dispute file: python3 check.py, in the folder where it was unpacked.

It needs nothing but Python 3.7 or newer, and neither the database nor a network. It says what is
wrong and ends with 1, or says that all is well and ends with 0. README.md explains each check.
"""

import base64
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - for the sake of older Pythons

EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - likewise
COPIED = ("type", "source", "key", "client", "occurred_at", "performed_by", "recorded_by")


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(manifest: Any) -> bytes:
    """The one way in which a manifest is written."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode("utf-8") + b"\n"


def sealed(manifest: Any) -> Any:
    """The manifest with its seal: SHA-256 of the manifest without one."""
    bare = {name: value for name, value in manifest.items() if name != "seal"}
    return {**bare, "seal": sha256(canonical(bare))}


def wrong_files(folder: Path, manifest: Any) -> Iterator[str]:
    """What is wrong with the files that the manifest lists."""
    there = {path.name for path in folder.iterdir()} - {"manifest.json"}
    for name in sorted(there - set(manifest["files"])):
        yield f"{name}: is not in the manifest"
    for name, digest in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            yield f"{name}: is missing"
        elif sha256(path.read_bytes()) != digest:
            yield f"{name}: its SHA-256 is not that of the manifest"


def wrong_event(line: Any) -> Iterator[str]:
    """What is wrong with one line of events.jsonl."""
    unread = "base64" in line
    body = base64.b64decode(line["base64"]) if unread else line["body"].encode("utf-8")
    moved = (datetime.fromisoformat(line["recorded_at"]) - EPOCH) // timedelta(microseconds=1)
    stamp, login = moved.to_bytes(8, "big", signed=True), line["login"].encode("utf-8")
    if sha256(b"\0" + stamp + login + b"\0" + body) != line["leaf"]:
        yield "the leaf is not that of the body, recorded_at and login"
    if unread:
        return
    named = sha256(f"{line['source']}\0{line['key']}".encode())[:32]
    if named != line["event_id"].replace("-", ""):
        yield "event_id does not follow from source and key"
    content = json.loads(body.decode("utf-8"))
    for name in COPIED:
        if line.get(name) != content.get(name):
            yield f"{name} is not what the body says"


def wrong_events(lines: Any) -> Iterator[str]:
    """What is wrong with events.jsonl."""
    before = (0, "")
    for line in lines:
        for problem in wrong_event(line):
            yield f"position {line['position']}: {problem}"
        here = (line["position"], line["recorded_at"])
        if here[0] <= before[0] or here[1] < before[1]:
            yield f"position {here[0]}: is out of order"
        before = here


def problems(folder: Path) -> Iterator[str]:
    """All that is wrong with an unpacked file."""
    try:
        written = (folder / "manifest.json").read_bytes()
        manifest = json.loads(written.decode("utf-8"))
        if canonical(sealed(manifest)) != written:
            yield "manifest.json: is not as it was written"
        yield from wrong_files(folder, manifest)
        text = (folder / "events.jsonl").read_bytes().decode("utf-8")
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        if len(lines) != manifest["events"]:
            yield "events.jsonl: has another number of events than the manifest says"
        if [each["position"] for each in lines if "base64" in each] != manifest["unreadable"]:
            yield "events.jsonl: other events are unreadable than the manifest says"
        yield from wrong_events(lines)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"cannot be read: {error!r}"


def main() -> int:
    """Say what is wrong; the exit code."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    found = list(problems(folder))
    for problem in found:
        sys.stdout.write("WRONG  " + problem + "\n")
    if not found:
        sys.stdout.write("all is well: every file, leaf and id is as it was written\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
