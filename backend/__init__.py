"""Samar's back end: covert visits told from the field become reviewed evidence and compliance indicators."""
