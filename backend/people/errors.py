"""Problems of people, devices and their tokens."""

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unauthenticated


class NoSuchProgramme(NotFound):
    """There is no such programme, or you do not belong to it."""

    code = "no-such-programme"
    words_id = "Program tidak ditemukan, atau Anda bukan anggotanya."


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


class CoordinatorNeedsRegions(Invalid):
    """A coordinator needs at least one region to answer for."""

    code = "coordinator-needs-regions"
    words_id = "Koordinator memerlukan sedikitnya satu wilayah."
