"""How pages write moments, money and zones."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from backend.pages.templatetags import samar

NOON = datetime(2026, 11, 29, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("id", "Asia/Makassar", "29 November 2026 14.05 WITA"),
        ("en", "Asia/Jayapura", "29 November 2026 15:05 WIT"),
        ("id", "", "29 November 2026 13.05 WIB"),
    ],
)
def test_a_moment_is_told_on_the_clock_of_the_place(language, zone, written):
    with translation.override(language):
        assert samar.on_clock(NOON, zone) == written


def test_numbers_are_written_in_the_readers_manner():
    def written():
        return (samar.rupiah(1_250_000), samar.points(Decimal("54.75")), samar.whole(12959))

    with translation.override("id"):
        assert written() == ("Rp 1.250.000", "54,75", "12.959")
        assert samar.day(date(2026, 3, 1)) == "1 Maret 2026"
    with translation.override("en"):
        assert written() == ("Rp 1,250,000", "54.75", "12,959")
        assert samar.day(date(2026, 3, 1)) == "1 March 2026"


def test_what_is_not_there_is_written_as_nothing_and_never_as_zero():
    none = (samar.on_clock(None), samar.rupiah(None), samar.points(None), samar.whole(None), samar.day(None))
    assert none == ("", "", "–", "", "")


def test_a_zone_is_told_by_word_and_shape_and_never_by_colour_alone():
    with translation.override("id"):
        told = [samar.zone_badge(zone, letter) for zone, letter in (("hijau", "A"), ("merah", "D"), ("", ""))]
    assert told == [
        '<span class="zone zone-hijau"><span aria-hidden="true">●</span> hijau A</span>',
        '<span class="zone zone-merah"><span aria-hidden="true">■</span> merah D</span>',
        '<span class="zone zone-none"><span aria-hidden="true">◇</span> data belum cukup</span>',
    ]
