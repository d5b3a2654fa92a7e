"""How large a piece is: a good line is used, and a bad one wastes little of what Sari pays for."""

from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldsync.rules import Piece, remembered_piece

KIB = 1024
PHOTO = 300 * KIB
HEADS = 520  # of a PATCH and its answer
ASKED = 450  # a HEAD and its answer, after every cut
DOCUMENTS = 4000
BAD = 60_000  # bytes between two cuts, on average


class Line:
    """A line that breaks after so many bytes on average, without memory; of a broken piece nothing is kept."""

    def __init__(self, between_cuts: float, seed: int) -> None:
        self.rng, self.between_cuts = Random(seed), between_cuts
        self.good_for = self._until_next()

    def _until_next(self) -> float:
        return self.rng.expovariate(1 / self.between_cuts)

    def send(self, size: int) -> tuple[float, bool]:
        """Bytes that went over the line, and whether it held."""
        if size < self.good_for:
            self.good_for -= size
            return size, True
        went, self.good_for = self.good_for, self._until_next()
        return went, False


def ratio(piece: Piece, line: Line, photos: int = 5) -> tuple[float, Piece]:
    """Application bytes of a visit over its payload, and what was learned."""
    spent = float(DOCUMENTS)
    for _ in range(photos):
        offset = 0
        while offset < PHOTO:
            size = piece.size_for(PHOTO - offset)
            went, held = line.send(size + HEADS)
            spent += went
            if held:
                offset, piece = offset + size, piece.after_kept(size, size / 50_000)
                continue
            piece, held = piece.after_cut(size), False
            while not held:
                went, held = line.send(ASKED)
                spent += went
    return spent / (photos * PHOTO), piece


def visits(count: int, between_cuts: float, seed: int) -> list[float]:
    """The ratios of so many visits, each in a run of its own that remembers the last."""
    line, piece, found = Line(between_cuts, seed), Piece(), []
    for _ in range(count):
        one, piece = ratio(piece, line)
        found.append(one)
        piece = remembered_piece(piece.memory())
    return found


def test_a_line_cut_every_60_kb_costs_at_most_a_quarter_more():
    assert mean(one for seed in range(40) for one in visits(10, BAD, seed)) <= 1.25


def test_the_very_first_visit_on_such_a_line_learns_within_that_quarter():
    assert mean(visits(1, BAD, seed)[0] for seed in range(300)) <= 1.25


def test_a_line_that_turns_bad_is_found_out_within_a_visit():
    def good_before() -> Piece:
        return ratio(Piece(), Line(10**9, 0))[1]

    assert mean(ratio(good_before(), Line(BAD, seed))[0] for seed in range(100)) <= 1.35


@pytest.mark.parametrize(("between_cuts", "most"), [(250_000, 1.2), (1_000_000, 1.12), (10_000_000, 1.06)])
def test_better_lines_cost_less(between_cuts, most):
    assert mean(one for seed in range(20) for one in visits(10, between_cuts, seed)) <= most


def test_a_good_line_sends_photos_whole_and_costs_nothing_to_speak_of():
    found, piece = ratio(Piece(), Line(10**9, 0))
    assert found <= 1.005
    assert piece.size_for(PHOTO) == PHOTO


def test_a_line_that_became_good_is_used_again_after_a_few_photos():
    piece = Piece()
    for _ in range(50):
        piece = piece.after_cut(piece.size)
    assert piece.size == 16 * KIB
    piece = remembered_piece(piece.memory())
    for _ in range(4):
        _, piece = ratio(piece, Line(10**9, 0))
    assert piece.size_for(PHOTO) == PHOTO


def test_a_slow_line_gets_pieces_of_eight_seconds():
    piece = Piece().after_exchange(2_500, 1.5)  # 2.5 KB/s beside the usual half second
    assert piece.size == 16 * KIB + 3616 == 20_000
    assert piece.after_kept(20_000, 5.0).size == int((2_500 + 4_000) / 2 * 8)


def test_a_quick_exchange_says_nothing_against_a_line():
    assert Piece().after_exchange(2_500, 0.4) == Piece()


def test_a_short_rest_goes_along_with_the_last_piece():
    piece = Piece(rate=12_800)  # 100 KiB a piece
    assert [piece.size_for(rest * 1000) for rest in (50, 120, 130, 500)] == [
        50_000,
        120_000,
        102_400,
        102_400,
    ]


def test_what_the_server_refused_is_not_tried_again_in_this_run():
    piece = Piece().after_refused(PHOTO)
    for _ in range(20):
        piece = piece.after_kept(piece.size, 0.1)
    assert (piece.size, piece.size_for(PHOTO)) == (PHOTO // 2, PHOTO // 2)
    assert piece.smallest().size == 16 * KIB


@given(
    st.lists(
        st.tuples(st.sampled_from(["kept", "cut", "refused"]), st.floats(0, 1e6, allow_nan=False)),
        max_size=60,
    )
)
def test_whatever_happens_a_piece_is_between_16_kib_and_1_mib(events):
    piece = Piece()
    for what, seconds in events:
        size = piece.size
        if what == "kept":
            piece = piece.after_kept(size, seconds)
        else:
            piece = piece.after_cut(size) if what == "cut" else piece.after_refused(size)
        assert 16 * KIB <= piece.size <= 1024 * KIB
        assert 16 * KIB <= remembered_piece(piece.memory()).size <= 1024 * KIB


@pytest.mark.parametrize(
    "memory",
    [{}, {"kept": "x", "cuts": 1}, {"kept": -1, "cuts": 1}, {"kept": 1e99, "cuts": 1}, {"kept": True}],
)
def test_a_memory_nobody_can_read_is_forgotten(memory):
    assert remembered_piece(memory) == Piece()
