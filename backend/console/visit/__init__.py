"""One told visit on a page: what happened when, where, what was answered, and what the standard says beside it."""
