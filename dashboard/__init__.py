"""What people see and press; no other package imports it."""
