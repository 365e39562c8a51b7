"""Files to people: always as attachments, never for the browser to interpret."""

from urllib.parse import quote

from starlette.responses import Response


def attachment(content: bytes, *, name: str, media_type: str) -> Response:
    """The file under its own name (RFC 6266), not to be sniffed or kept by caches."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
