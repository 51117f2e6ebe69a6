"""Access: who knocks, who may decide what, and the one guard of all decisions."""
