"""The short names of norms (docs of the instrument: "Short names in `basis`") written out. Pure.

Names of laws are the state's own and stay Indonesian in every language.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_U21 = (
    "dasar hukum",
    "persyaratan",
    "sistem, mekanisme, dan prosedur",
    "jangka waktu penyelesaian",
    "biaya/tarif",
    "produk pelayanan",
    "sarana, prasarana, dan/atau fasilitas",
    "kompetensi pelaksana",
    "pengawasan internal",
    "penanganan pengaduan, saran, dan masukan",
    "jumlah pelaksana",
    "jaminan pelayanan",
    "jaminan keamanan dan keselamatan pelayanan",
    "evaluasi kinerja pelaksana",
)


def _component(number: str) -> str:
    place = int(number)
    name = f" ({_U21[place - 1]})" if 1 <= place <= len(_U21) else ""
    return f"UU 25/2009 Pasal 21 komponen {number}{name}"


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"U21-([0-9]{1,2})"), _component),
    (re.compile(r"U15([a-z])"), lambda n: f"UU 25/2009 Pasal 15 huruf {n}"),
    (re.compile(r"U([0-9]{1,2})"), lambda n: f"UU 25/2009 Pasal {n}"),
    (re.compile(r"P15-(SD)"), lambda n: "PermenPANRB 15/2014, service delivery"),
    (re.compile(r"P15-(MF)"), lambda n: "PermenPANRB 15/2014, manufacturing"),
    (re.compile(r"PK-F03-([0-9]+)"), lambda n: f"PEKPPP F-03 pernyataan {n}"),
    (re.compile(r"PK([0-9]+)"), lambda n: f"PEKPPP F-02 indikator {n}"),
    (re.compile(r"SKM-([0-9]+)"), lambda n: f"SKM unsur {n} (PermenPANRB 14/2017)"),
    (re.compile(r"ZI-([0-9]+)"), lambda n: f"Zona Integritas area {n}"),
    (re.compile(r"P(76)"), lambda n: "Perpres 76/2013"),
    (re.compile(r"P(62)"), lambda n: "PermenPANRB 62/2018"),
    (re.compile(r"PP([0-9]+)-([0-9]{4})"), lambda n: f"PP {n}"),
    (re.compile(r"UU([0-9]+-[0-9]{4}.*)"), lambda n: "UU " + n.replace("-", "/", 1).replace("Ps", "Pasal ")),
    (re.compile(r"MS([0-9]{4})"), lambda n: f"Temuan mystery shopping Ombudsman {n}"),
    (re.compile(r"ATR4-(2017)"), lambda n: "Permen ATR/BPN 4/2017"),
)


def norm_words(basis: str) -> str:
    """A norm's full name; one that is not known here keeps its short name."""
    for form, words in _FORMS:
        if found := form.fullmatch(basis):
            return words("/".join(found.groups()))
    return basis
