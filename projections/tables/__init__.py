"""What each event unfolds into: one pair of files a table, on the shelf of its subject."""
