"""Side-by-side timings, each in one run on the same files; never part of the tests."""
