"""JSON as UTF-8, never ASCII-escaped."""

from rest_framework.renderers import JSONRenderer


class JSON(JSONRenderer):
    charset = None
    ensure_ascii = False
