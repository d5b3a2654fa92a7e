"""Entity tags (RFC 9110 section 8.8.3): what people edit is tagged with its revision, strongly."""

import re
from typing import Any

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter

from backend.core.revisions import Expected

REV = re.compile(r'"([1-9][0-9]{0,9})"')

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description='The revision that was read, as in `"7"`; 412 `changed-meanwhile` when there is another by now',
)


def etag(rev: int) -> dict[str, str]:
    """The header that tags an answer with its revision."""
    return {"ETag": f'"{rev}"'}


def expected_rev(request: Any) -> Expected:
    """What If-Match allows; None without the header, and for `*`, which any revision matches.

    Weak tags never match in a strong comparison, nor do tags that are not ours.
    """
    said = request.headers.get("If-Match")
    if said is None or said.strip() == "*":
        return None
    ours = (REV.fullmatch(tag) for tag in parse_etags(said))
    return frozenset(int(match[1]) for match in ours if match)
