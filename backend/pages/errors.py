"""Problems of pages."""

from backend.core.errors import NotAllowed, TooLarge


class FormFromElsewhere(NotAllowed):
    """This form does not come from this browser's own page, or its cookie is gone; open the page again and send it
    from there. Nothing was done."""

    code = "form-from-elsewhere"
    words_id = (
        "Formulir ini tidak berasal dari halaman peramban ini, atau kukinya sudah hilang; buka lagi halamannya dan "
        "kirim dari sana. Tidak ada yang dilakukan."
    )


class FormTooLarge(TooLarge):
    """What you sent is larger than this page takes (8 MiB in all). None of it was read or stored; choose a smaller
    file, or split it."""

    code = "form-too-large"
    words_id = (
        "Kiriman Anda lebih besar daripada yang diterima halaman ini (8 MiB seluruhnya). Tidak ada yang dibaca atau "
        "disimpan; pilih berkas yang lebih kecil, atau bagilah."
    )
