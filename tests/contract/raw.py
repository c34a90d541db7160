"""Requests that no HTTP client would send: bytes straight to the socket."""

import re
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What came back: the status (0 when the connection was closed without one) and the rest."""

    status: int
    text: str


def send(address: tuple[str, int], data: bytes, *, timeout: float = 15) -> Answer:
    """Send the bytes and read until the server closes, or until `timeout` seconds of silence."""
    with socket.create_connection(address, timeout=timeout) as connection:
        received = bytearray()
        try:
            connection.sendall(data)
            while chunk := connection.recv(65536):
                received += chunk
        except (ConnectionError, TimeoutError):
            pass
    text = received.decode(errors="replace")
    match = re.match(r"HTTP/1\.[01] (\d{3})", text)
    return Answer(int(match[1]) if match else 0, text)


def get(address: tuple[str, int], target: bytes, *headers: bytes) -> Answer:
    """GET a raw request target and close."""
    lines = [b"GET " + target + b" HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close", *headers]
    return send(address, b"\r\n".join(lines) + b"\r\n\r\n")
