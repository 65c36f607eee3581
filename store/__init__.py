"""The one place numbers are kept, and the only package that writes SQL."""
