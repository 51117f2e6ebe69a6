"""Read by every Python of `make test-clocks`: what libfaketime disturbs is done in another way.

`time.sleep` waits for a moment of the monotonic clock, which libfaketime leaves as it is and yet
takes for a moment of the clock that it has set: sleep by `select`. A thread that waits for the
interpreter's lock waits 5 ms at a time; if these have passed when libfaketime looks at them, it
hands on a time below 0 and the interpreter dies ("take_gil: PyCOND_WAIT failed"): wait longer.
"""

import select
import sys
import time

sys.setswitchinterval(1)


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
