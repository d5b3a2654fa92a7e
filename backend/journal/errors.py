"""Problems of the journal."""

from backend.core.errors import Problem


class ChainBroken(Problem):
    """A line of the journal no longer matches its seal."""

    code = "journal-chain-broken"
    words_id = "Satu baris jurnal tidak lagi cocok dengan segelnya."
