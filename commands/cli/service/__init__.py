"""Service cases, and figures over them."""
