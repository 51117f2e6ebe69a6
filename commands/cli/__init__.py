"""The command line `iledger`."""
