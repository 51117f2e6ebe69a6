"""Clients: merging ids, and the audit of the client base."""
