"""A made-up province that sends real workbooks, with a documented, seeded truth."""
