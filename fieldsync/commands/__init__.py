"""The command line, a verb each: what may be typed (understanding), and what is done then."""

from fieldsync.commands.desk import DONE, INTERRUPTED, PROBLEM, SIGN_IN, SIGN_IN_CODES, Desk
from fieldsync.commands.understanding import language_of, parser_for

__all__ = ["DONE", "INTERRUPTED", "PROBLEM", "SIGN_IN", "SIGN_IN_CODES", "Desk", "language_of", "parser_for"]
