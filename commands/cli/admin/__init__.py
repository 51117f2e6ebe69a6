"""The ledger as a thing to be run."""
