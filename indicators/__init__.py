"""Data values in; results, comparisons and flags out."""
