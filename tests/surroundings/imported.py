"""Imports every module of the product; for the fork server of `tests.surroundings.forked`."""

import importlib
import pkgutil

import commands
import ledger
import projections

for _package in (ledger, projections, commands):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if not _module.name.endswith("__main__"):
            importlib.import_module(_module.name)
