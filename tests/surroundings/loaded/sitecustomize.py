"""Read by every Python of `make test-clocks`: sleep by `select`.

`time.sleep` waits for a moment of the monotonic clock, which libfaketime leaves as it is and yet
takes for a moment of the clock that it has set.
"""

import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
