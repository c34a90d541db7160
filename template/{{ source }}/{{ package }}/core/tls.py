"""How connections to other services are secured."""

import functools
import ssl

import httpx2


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the process's one context: reading the trusted certificates takes longer than a call.

    ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` name certificates other than the usual ones.
    """
    return httpx2.create_ssl_context()
