"""What keeps the installation going: serving, watching, backing up, and work that nobody has to remember."""
