"""A private PostgreSQL for a ledger without a DSN: started when asked, ended when idle.

The folder of an embedded ledger:

    lock        flock: who may start and stop; its modification time is the last use
    alive       flock: held by PostgreSQL's own processes for as long as any of them lives
    watch       flock: held by the one process that watches for idleness
    data/       PostgreSQL's data directory; the socket lies in it too
    data.new/   a data directory in the making, renamed to data/ when it is complete
    server.log  what PostgreSQL said; server.log.1 is what it said before

    folder.py   the folder: whose it is, its locks, the way to its socket
    programs.py PostgreSQL's programs from the wheel, and the account that may run them
    login.py    whom the server takes its callers for
    cluster.py  the data directory: made, started, ended, cleared after a crash
    running.py  the running server: what it wrote down, and whether it answers
    server.py   the interface below
    watch.py    the process that ends an idle server
"""

from ledger.embedded.cluster import lacks_space
from ledger.embedded.folder import default_folder
from ledger.embedded.running import Server
from ledger.embedded.server import ensure_running, find, made, stop

__all__ = ["Server", "default_folder", "ensure_running", "find", "lacks_space", "made", "stop"]
