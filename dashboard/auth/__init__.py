"""Who may do what, and where: one place decides, every page, route, export and command asks it."""
