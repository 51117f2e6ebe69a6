"""How the tables are kept: follow, rebuild, verify."""
