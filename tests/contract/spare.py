"""A service for the tests that stop theirs: making an account once is enough for all of them."""

from .client import Client
from .service import Service
from .sign_in import SignIn


class Spare:
    """A service that each test starts and ends as it likes, with what another has left in it."""

    def __init__(self, service: Service, sign_in: SignIn) -> None:
        self.service = service
        self._sign_in = sign_in
        self._environment = dict(service.environment)
        self._credentials: dict[str, str] | None = None

    def start(self, **environment: str) -> Service:
        """Start it with these variables and no others of an earlier start."""
        self.service.environment = self._environment | environment
        return self.service.start()

    def credentials(self) -> dict[str, str]:
        """Headers of a caller who may write everything, also after a restart."""
        if self._credentials is None:
            client = self._sign_in.client("editor", *self.service.stack.permissions)
            self._credentials = self._sign_in.again(client)
        return self._credentials

    def editor(self) -> Client:
        """A caller with these credentials."""
        return self.service.client(self.credentials())
