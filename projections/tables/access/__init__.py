"""Tables of access: what says who may, and what was decided without the right."""
