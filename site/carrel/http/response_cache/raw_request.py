"""A request as it came over the wire, read without a server's parser: only what nobody could read in two ways.

RFC 9112 allows much more. What is not of this form, or not whole, is no error: the server's own parser reads it.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LONGEST_HEAD = 8192  # bytes
_HEAD = re.compile(
    rb"(GET|HEAD) (/[A-Za-z0-9/_.~-]*)(?:\?([A-Za-z0-9=&-]*))? HTTP/1\.1\r\n((?:[A-Za-z0-9-]+: ?[\x20-\x7e]*\r\n)+)\r\n"
)
_FIELD = re.compile(r"([A-Za-z0-9-]+): ?(.*)\r\n")
# They say something of the connection, of a body, or of the scheme: a server's matter.
_OF_THE_SERVER = {
    "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "HTTP_TRANSFER_ENCODING", "HTTP_TE", "HTTP_TRAILER", "HTTP_EXPECT",
    "HTTP_UPGRADE", "HTTP_HTTP2_SETTINGS", "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL",
}  # fmt: skip


def read(data: bytes) -> "WSGIEnvironment | None":
    """What of a WSGI environment the response cache looks at; None for anything but one plain, whole GET or HEAD."""
    match = _HEAD.fullmatch(data) if len(data) < LONGEST_HEAD else None
    if match is None:
        return None
    method, path, query, fields = (part.decode("ascii") for part in match.groups(b""))
    pairs = _FIELD.findall(fields)
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value.strip(" ") for name, value in pairs}
    is_doubtful = len(environ) < len(pairs) or not environ.keys().isdisjoint(_OF_THE_SERVER)
    if is_doubtful or environ.get("HTTP_CONNECTION", "keep-alive").lower() != "keep-alive":
        return None
    return environ | {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
