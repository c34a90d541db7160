"""Whom the suite's clients trust where they speak HTTP alone: nobody.

A client reads the list of authorities when it is made, which takes 20 ms of a processor; the suite
makes them by the thousand.
"""

import ssl

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
