-- The ledger's database in a new data directory; read by PostgreSQL's single-user mode,
-- which takes one line for one command.
CREATE DATABASE iledger;
