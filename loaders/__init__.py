"""Workbooks in; data values and issues out."""
