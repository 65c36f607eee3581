"""Versions of the tables, oldest first; run by `Store.migrate`."""
