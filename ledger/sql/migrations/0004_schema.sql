-- Version 4, the first that is released: what these four scripts say as long as none has changed.
--
-- Whoever changes one of them for a version 5 keeps its old text as migrations/version_4/<name>.sql,
-- includes that here instead, and writes the change as migrations/0005_<name>.sql. A test compares
-- what the migrations make with what the scripts make, and another notices a change without a
-- migration.

\ir ../schema.sql
\ir ../reading.sql
\ir ../appending.sql
\ir version_4/rights.sql
