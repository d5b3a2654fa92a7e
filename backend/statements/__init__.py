"""Statements of the hot path: querysets compiled once, and plain multi-row inserts.

Django's compiler costs several times what the database does for a statement by key. What a phone asks for
hundreds of times a minute is therefore compiled once a process and shape, and run with new values; on
PostgreSQL the server keeps its plan too. Everything else in the house uses querysets as they are.
"""

from backend.statements.insert import change, insert
from backend.statements.prepared import prepared, prepared_update
from backend.statements.running import adapted, run_statement, run_update

__all__ = ["adapted", "change", "insert", "prepared", "prepared_update", "run_statement", "run_update"]
