"""Progress on stderr for what takes more than a moment, where somebody is looking."""

import sys
import time
from typing import Any, Self

MOMENT = 0.5  # seconds


class Bar:
    """A progress bar with rate and remaining time: call it with what is done and the total.

    Nothing appears before a moment has passed, nor where stderr is not a terminal. A context
    manager, so that the bar is gone before the answer comes.
    """

    def __init__(self, title: str, unit: str = "events") -> None:
        self._title, self._unit = title, unit
        self._began = time.monotonic()
        self._shown: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.stop()

    def __call__(self, done: int, total: int | None) -> None:
        """Show how far it is; without a total, only a count."""
        if self._shown is None:
            if time.monotonic() - self._began < MOMENT or not sys.stderr.isatty():
                return
            self._shown = self._make(total)
        rate = done / max(time.monotonic() - self._began, 0.001)
        speed = f"{rate / 1e6:.1f} MB/s" if self._unit == "bytes" else f"{rate:,.0f} {self._unit}/s"
        self._shown.update(self._shown.task_ids[0], completed=done, total=total, speed=speed)

    def _make(self, total: int | None) -> Any:
        # 50 ms
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(show_speed=False),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.add_task(self._title, total=total, speed="")
        bar.start()
        return bar
