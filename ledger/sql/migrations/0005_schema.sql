-- Version 5: the roles carry the ledger's own name, and there is a keeper.

\ir ../rights.sql
