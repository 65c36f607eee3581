"""Scoring: rules by name, an organisation's score with its lines, ranks with their uncertainty. Pure; nothing is read or kept here."""
