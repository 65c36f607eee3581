"""What keeps the installation going: serving, watching, backing up, and work that nobody has to remember."""


class BackupError(Exception):
    """A backup cannot be made or read; the message says what to do."""
