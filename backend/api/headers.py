"""What browsers are told about every answer: where content may come from, who may frame it, what may be kept."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from backend.settings import Settings

HSTS = f"max-age={365 * 24 * 3600}"  # a year; not for subdomains, which may be somebody else's


def install(app: Flask, settings: Settings) -> None:
    """Puts the headers on every answer, errors too."""
    fixed = security_headers(settings)

    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers[name] = value
        if request.path.startswith("/api/") and not response.cache_control.private:  # a polled list says private itself
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers that are the same on every answer. HSTS only where the public URL is https."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = HSTS
    return headers


def content_security_policy(settings: Settings) -> str:
    """Own scripts only; photos are shown from memory (blob:) and uploaded straight to the object store."""
    store = urlsplit(settings.s3_public_url)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # both component libraries set styles on elements
            "img-src 'self' blob: data:",
            f"connect-src 'self' {store.scheme}://{store.netloc}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
