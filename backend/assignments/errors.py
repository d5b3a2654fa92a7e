"""Problems of orders."""

from backend.core.errors import Conflict, Invalid, NotFound, TooLarge


class NoSuchOrder(NotFound):
    """There is no such order, or not for you."""

    code = "no-such-order"
    words_id = "Penugasan ini tidak ditemukan, atau bukan untuk Anda."


class NoSuchPlace(NotFound):
    """There is no such unit or product in this programme."""

    code = "no-such-place"
    words_id = "Unit atau produk ini tidak ada dalam program tersebut."


class NotAnInspector(Invalid):
    """This person is not an inspector of this programme."""

    code = "not-an-inspector"
    words_id = "Orang ini bukan inspektur dalam program tersebut."


class ProductDoesNotFit(Invalid):
    """This product is not served by a unit of this type."""

    code = "product-does-not-fit"
    words_id = "Produk ini tidak dilayani unit dengan jenis tersebut."


class WindowClosesFirst(Invalid):
    """The window must open before it closes."""

    code = "window-closes-first"
    words_id = "Jendela kunjungan harus dibuka sebelum ditutup."


class InquiryOnly(Invalid):
    """This product may only be asked about; a false report to the police is a crime."""

    code = "inquiry-only"
    words_id = "Produk ini hanya boleh ditanyakan; laporan palsu kepada polisi adalah tindak pidana."


class Withdrawn(Conflict):
    """This checklist is withdrawn; new orders use a newer one."""

    code = "checklist-withdrawn"
    words_id = "Daftar periksa ini sudah ditarik; penugasan baru memakai yang lebih baru."


class Spaced(Conflict):
    """Visits are spaced, so that nobody is recognised.

    Facts: `order` (the other one), `free_from` (a date at the unit), `hindrances` (all, worst first).
    """


class Rotation(Spaced):
    """This inspector's other visit to this unit is less than 180 days away."""

    code = "rotation"
    words_id = "Kunjungan lain inspektur ini ke unit ini berjarak kurang dari 180 hari."


class AccountRotation(Spaced):
    """This inspector's other visit to this class of institution in this region is less than 90 days away."""

    code = "account-rotation"
    words_id = "Kunjungan lain inspektur ini ke kelas instansi yang sama di wilayah ini kurang dari 90 hari."


class Spacing(Spaced):
    """Another visit to this unit is less than 7 days away."""

    code = "spacing"
    words_id = "Kunjungan lain ke unit ini berjarak kurang dari 7 hari."


class ConflictDeclared(Conflict):
    """A conflict of interest between this inspector and this place was declared."""

    code = "conflict-of-interest"
    words_id = "Benturan kepentingan antara inspektur ini dan tempat ini telah dinyatakan."


class CoverSuspected(Conflict):
    """This inspector may have been recognised here or at a sister unit; send somebody else."""

    code = "cover-suspected"
    words_id = "Inspektur ini mungkin sudah dikenali di sini atau di unit sejenis; kirim orang lain."


class PlanChanged(Conflict):
    """Orders changed while you were looking; nothing was done. Look at the list again."""

    code = "plan-changed"
    words_id = "Penugasan berubah saat Anda melihatnya; tidak ada yang dilakukan. Lihat kembali daftarnya."


class TooManyOrders(TooLarge):
    """That is more orders than are planned at once; divide them.

    Facts: `limit`.
    """

    code = "too-many-orders"
    words_id = "Jumlah penugasan melebihi batas sekali kirim; bagilah."


class Stale(Conflict):
    """Somebody changed this order meanwhile; look at it again.

    Facts: `rev`, the present one.
    """

    code = "stale"
    words_id = "Penugasan ini telah diubah orang lain; lihat kembali."


class OrderClosed(Conflict):
    """This order's state no longer allows that.

    Facts: `state`.
    """

    code = "order-closed"
    words_id = "Keadaan penugasan ini tidak lagi mengizinkannya."


class OnePlace(Invalid):
    """Name either a unit or an institution."""

    code = "one-place"
    words_id = "Sebutkan satu unit atau satu instansi."
