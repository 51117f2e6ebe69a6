"""How the tables are kept up to date: follow, rebuild, verify."""
