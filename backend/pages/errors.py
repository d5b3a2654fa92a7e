"""Problems of pages."""

from backend.core.errors import NotAllowed


class FormFromElsewhere(NotAllowed):
    """This form does not come from this browser's own page, or its cookie is gone; open the page again and send it
    from there. Nothing was done."""

    code = "form-from-elsewhere"
    words_id = (
        "Formulir ini tidak berasal dari halaman peramban ini, atau kukinya sudah hilang; buka lagi halamannya dan "
        "kirim dari sana. Tidak ada yang dilakukan."
    )
