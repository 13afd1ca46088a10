"""The headers every answer carries: nothing is cached, framed by strangers, sent on, or loaded from elsewhere."""

from __future__ import annotations

from flask import Flask, Response, request

UNUSED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
}

FRAMED = "/widget"  # the one page another site may frame, if it is on the list
LOADER = "/widget.js"  # the one file another site may load
COUNCIL = "/demo"  # the one page that frames anything: the widget


def content_security_policy(leave_origin: str, ancestors: tuple[str, ...] = (), *, frames: bool = False) -> str:
    """Return the policy: our own files and nothing else; a form may also end at the page people leave to.

    `ancestors` may frame the page; with `frames` it may frame our own."""
    by = " ".join(ancestors) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            *(("frame-src 'self'",) if frames else ()),
            f"form-action 'self' {leave_origin}",
            "base-uri 'none'",
            f"frame-ancestors {by}",
        )
    )


def register(app: Flask, leave_origin: str, may_frame: tuple[str, ...] = ()) -> None:
    """Put the headers on every answer of `app`; only the widget may be framed, and only by `may_frame`."""
    everywhere = content_security_policy(leave_origin)
    framed = content_security_policy(leave_origin, may_frame)
    council = content_security_policy(leave_origin, frames=True)

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = {FRAMED: framed, COUNCIL: council}.get(request.path, everywhere)
        if request.path == FRAMED:
            response.headers.pop("X-Frame-Options")  # it knows no list, and would forbid what frame-ancestors allows
        if request.path == LOADER:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers.pop("Server", None)
        return response
