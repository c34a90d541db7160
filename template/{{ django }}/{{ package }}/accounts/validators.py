"""What passwords must be like, beyond what Django has validators for."""

from django.core.exceptions import ValidationError

MAX_PASSWORD = 1024


class MaximumLengthValidator:
    """Refuses passwords that nobody could sign in with: a check of endless ones takes long."""

    def validate(self, password: str, user: object = None) -> None:
        del user
        if len(password) > MAX_PASSWORD:
            msg = f"This password is too long. It must contain at most {MAX_PASSWORD} characters."
            raise ValidationError(msg, code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password must contain at most {MAX_PASSWORD} characters."
