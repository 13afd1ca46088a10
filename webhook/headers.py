"""The headers every answer carries: nothing is cached, framed by strangers, sent on, or loaded from elsewhere."""

from __future__ import annotations

from flask import Flask, Response

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}


def content_security_policy(leave_origin: str) -> str:
    """Return the policy: our own files and nothing else; a form may also end at the page people leave to."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {leave_origin}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def register(app: Flask, leave_origin: str) -> None:
    """Put the headers on every answer of `app`."""
    policy = content_security_policy(leave_origin)

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = policy
        response.headers.pop("Server", None)
        return response
