"""Refresh tokens that rotate, and give themselves away when stolen (RFC 9700, section 4.14.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from ..accounts.models import User
from .tokens import InvalidTokenError, Token, TokenType, issue, read


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What somebody gets who signs in; ``expires_in`` is that of the access token, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class TokenFamilyManager(models.Manager["TokenFamily"]):
    """Issues, rotates and revokes tokens."""

    def begin(self, user: User) -> TokenPair:
        """Issue the first tokens of a family."""
        pair, refresh = _issue(user.pk, uuid4())
        self.filter(expires_at__lt=timezone.now()).delete()
        self.create(
            id=refresh.family,
            user=user,
            user_hash=user.get_session_auth_hash(),
            current=refresh.id,
            expires_at=_expiry(),
        )
        return pair

    def rotate(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for new tokens.

        Raises ``InvalidTokenError``. A token that was exchanged before revokes its whole family:
        either its owner or a thief holds the newer one, and nobody can tell who.
        """
        token = read(TokenType.REFRESH, refresh_token, key=settings.SECRET_KEY)
        with transaction.atomic():
            family = self._find(self.select_for_update(), token)
            if family.current == token.id:
                pair, refresh = _issue(token.user_id, token.family)
                family.current = refresh.id
                family.expires_at = _expiry()
                family.save()
                return pair
            family.revoked_at = timezone.now()
            family.save()
        msg = "this token was used before"
        raise InvalidTokenError(msg)

    def revoke(self, token: Token) -> None:
        """Revoke the family of a token."""
        self.filter(pk=token.family).update(revoked_at=timezone.now())

    def holder(self, token: Token) -> User:
        """Return who holds an access token.

        Raises ``InvalidTokenError`` when the family is revoked, or the account is gone, switched
        off or has a new password.
        """
        return self._find(self.all(), token).user

    def _find(self, families: "models.QuerySet[TokenFamily]", token: Token) -> "TokenFamily":
        good = families.filter(pk=token.family, revoked_at=None, user__is_active=True)
        family = good.select_related("user").first()
        # As with sessions in Django, a new password signs everybody out.
        if family is None or family.user_hash != family.user.get_session_auth_hash():
            msg = "the tokens of this family are revoked"
            raise InvalidTokenError(msg)
        return family


class TokenFamily(models.Model):
    """All tokens that go back to one time of signing in; only the newest refresh token is good."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    user_hash = models.CharField(max_length=64)
    current = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenFamilyManager()

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"tokens of {self.user}"


def _issue(user_id: UUID, family: UUID) -> tuple[TokenPair, Token]:
    key, ttl = settings.SECRET_KEY, settings.ACCESS_TOKEN_TTL
    access, _ = issue(TokenType.ACCESS, user_id, family, key=key, ttl=ttl)
    refresh, token = issue(
        TokenType.REFRESH, user_id, family, key=key, ttl=settings.REFRESH_TOKEN_TTL
    )
    return TokenPair(access, refresh, ttl), token


def _expiry() -> datetime:
    return timezone.now() + timedelta(seconds=settings.REFRESH_TOKEN_TTL)
