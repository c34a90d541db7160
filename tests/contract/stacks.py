"""Stacks: the answers that choose a service, and the name each combination goes by."""

from dataclasses import asdict, dataclass

FRAMEWORKS = ("fastapi", "litestar", "django", "flask")
DATABASES = ("sqlite", "postgresql", "mysql")
CACHES = ("memory", "redis", "memcached")
AUTHS = ("jwt", "session", "oidc", "api_key", "none")
EXAMPLES = {"example": True, "bare": False}


@dataclass(frozen=True)
class Stack:
    """One combination of answers; the fields are the template's own question names."""

    framework: str
    database: str
    cache: str
    auth: str
    example: bool

    @classmethod
    def parse(cls, name: str) -> "Stack":
        """Read `fastapi-sqlite-memory-jwt-example`.

        Raises:
            ValueError: when the name is not of that form.
        """
        parts = name.split("-")
        choices = (FRAMEWORKS, DATABASES, CACHES, AUTHS, tuple(EXAMPLES))
        if len(parts) != len(choices):
            message = f"{name!r} is not framework-database-cache-auth-example"
            raise ValueError(message)
        for part, allowed in zip(parts, choices, strict=True):
            if part not in allowed:
                message = f"{name!r}: {part!r} is not one of {', '.join(allowed)}"
                raise ValueError(message)
        framework, database, cache, auth, example = parts
        return cls(framework, database, cache, auth, EXAMPLES[example])

    @property
    def name(self) -> str:
        """The name that `parse` reads."""
        example = "example" if self.example else "bare"
        return f"{self.framework}-{self.database}-{self.cache}-{self.auth}-{example}"

    @property
    def answers(self) -> dict[str, str | bool]:
        """The answers, as Copier takes them."""
        return asdict(self)

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission that the service knows."""
        return ("products:write", "state:write") if self.example else ("state:write",)

    @property
    def has_accounts(self) -> bool:
        """Whether this service keeps accounts with passwords of its own."""
        return self.auth in {"jwt", "session"}

    @property
    def has_cookies(self) -> bool:
        """Whether callers are known by a session cookie, so that CSRF protection applies."""
        return self.auth in {"session", "oidc"}

    def fits(self, **wanted: object) -> bool:
        """Whether every named property has the wanted value, or one of a set of them."""
        for name, value in wanted.items():
            actual = getattr(self, name)
            if actual not in value if isinstance(value, (set, frozenset)) else actual != value:
                return False
        return True
