"""Problems of people, devices and their tokens."""

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unauthenticated


class NoSuchProgramme(NotFound):
    """There is no such programme, or you do not belong to it."""

    code = "no-such-programme"
    words_id = "Program tidak ditemukan, atau Anda bukan anggotanya."


class NoSuchPerson(NotFound):
    """There is no such person, or not for you."""

    code = "no-such-person"
    words_id = "Orang ini tidak ditemukan, atau bukan untuk Anda."


class NoSuchMembership(NotFound):
    """There is no such membership in this programme."""

    code = "no-such-membership"
    words_id = "Keanggotaan ini tidak ada dalam program tersebut."


class NoSuchDevice(NotFound):
    """There is no such device, or not for you."""

    code = "no-such-device"
    words_id = "Perangkat ini tidak ditemukan, atau bukan untuk Anda."


class IdTaken(Conflict):
    """This id already names something else; give a new thing a new id."""

    code = "id-taken"
    words_id = "Id ini sudah menamai hal lain; berilah id baru untuk hal yang baru."


class CodeTaken(Conflict):
    """Another programme already has this code."""

    code = "code-taken"
    words_id = "Kode ini sudah dipakai program lain."


class NotYourOwnRoles(NotAllowed):
    """Nobody changes her own roles; ask another manager or an administrator."""

    code = "not-your-own-roles"
    words_id = "Tidak seorang pun mengubah perannya sendiri; mintalah manajer lain atau administrator."


class NotInYourRegions(NotAllowed):
    """This lies outside the regions you answer for."""

    code = "not-in-your-regions"
    words_id = "Ini di luar wilayah yang menjadi tanggung jawab Anda."


class WrongPassword(Unauthenticated):
    """This name and password do not belong together."""

    code = "wrong-password"
    words_id = "Nama pengguna dan kata sandi tidak cocok."


class TokenUnknown(Unauthenticated):
    """This device's token is not known here. Nothing on the device is lost; please sign in again."""

    code = "token-unknown"
    words_id = "Token perangkat ini tidak dikenal. Data di perangkat aman; silakan masuk lagi."


class TokenExpired(Unauthenticated):
    """This device's token has expired. Nothing on the device is lost; please sign in again."""

    code = "token-expired"
    words_id = "Token perangkat ini sudah kedaluwarsa. Data di perangkat aman; silakan masuk lagi."


class DeviceRevoked(NotAllowed):
    """This device has been revoked. What it has not sent stays sealed on it."""

    code = "device-revoked"
    words_id = "Perangkat ini telah dicabut. Data yang belum terkirim tetap tersegel di perangkat."


class UserDisabled(NotAllowed):
    """This account has been switched off."""

    code = "user-disabled"
    words_id = "Akun ini dinonaktifkan."


class NotYourDevice(NotAllowed):
    """This device is registered to somebody else."""

    code = "not-your-device"
    words_id = "Perangkat ini terdaftar atas nama orang lain."


class NameTaken(Conflict):
    """Somebody already has this user name."""

    code = "name-taken"
    words_id = "Nama pengguna ini sudah dipakai."


class WeakPassword(Invalid):
    """This password is too easy to guess."""

    code = "weak-password"
    words_id = "Kata sandi ini terlalu mudah ditebak."


class OldPasswordWrong(NotAllowed):
    """This is not your present password."""

    code = "old-password-wrong"
    words_id = "Ini bukan kata sandi Anda yang sekarang."


class CoordinatorNeedsRegions(Invalid):
    """A coordinator needs at least one region to answer for."""

    code = "coordinator-needs-regions"
    words_id = "Koordinator memerlukan sedikitnya satu wilayah."


class RegionsAreForCoordinators(Invalid):
    """Only a coordinator answers for regions."""

    code = "regions-are-for-coordinators"
    words_id = "Hanya koordinator yang bertanggung jawab atas wilayah."


class NotARegion(Invalid):
    """These are not region codes such as 63 or 63.01."""

    code = "not-a-region"
    words_id = "Ini bukan kode wilayah seperti 63 atau 63.01."


class LockedOut(NotAllowed):
    """Too many wrong tries for this name from here. Nothing is lost; try again later, or ask for a new password."""

    code = "locked-out"
    words_id = (
        "Terlalu banyak percobaan yang salah untuk nama ini dari sini. Tidak ada yang hilang; coba lagi nanti, atau "
        "minta kata sandi baru."
    )
    status = 429

    def __init__(self, *, minutes: int) -> None:
        super().__init__(minutes=minutes)
        self.headers = {"Retry-After": str(minutes * 60)}


class SecondFactorNeeded(Unauthenticated):
    """This account is protected by a second factor: send its one-time code too (`code`), or sign in with a browser."""

    code = "second-factor-needed"
    words_id = "Akun ini dilindungi faktor kedua: kirim juga kode sekali pakainya (`code`), atau masuk dengan peramban."


class SecondFactorNotSetUp(NotAllowed):
    """Your role needs a second factor; sign in with a browser and set it up first."""

    code = "second-factor-not-set-up"
    words_id = "Peran Anda memerlukan faktor kedua; masuklah dengan peramban dan siapkan dahulu."


class WrongCode(Unauthenticated):
    """This one-time code is wrong, or was used before."""

    code = "wrong-code"
    words_id = "Kode sekali pakai ini salah, atau sudah pernah dipakai."


class LastSecondFactor(NotAllowed):
    """Your role needs a second factor; add another one before you remove this."""

    code = "last-second-factor"
    words_id = "Peran Anda memerlukan faktor kedua; tambahkan yang lain sebelum menghapus yang ini."


class AlreadySignedIn(Conflict):
    """She has a password already; whoever forgot hers asks for a new one at the sign-in page."""

    code = "already-signed-in"
    words_id = "Ia sudah punya kata sandi; yang lupa meminta kata sandi baru di halaman masuk."


class NoAddress(Invalid):
    """There is no e-mail address to send an invitation to."""

    code = "no-address"
    words_id = "Tidak ada alamat surel untuk mengirim undangan."
