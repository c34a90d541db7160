"""Header fields that tell browsers to be careful (OWASP Secure Headers Project)."""


def security_headers(*, hsts: bool) -> dict[str, str]:
    """Return the fields of every answer.

    ``hsts`` adds ``Strict-Transport-Security`` for a year, for services behind HTTPS.
    """
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }
    if hsts:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
