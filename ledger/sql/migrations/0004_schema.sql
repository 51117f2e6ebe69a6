-- Version 4: the four scripts as they were then.

\ir version_4/schema.sql
\ir version_4/reading.sql
\ir version_4/appending.sql
\ir version_4/rights.sql
