"""Names and passwords, as they are sent."""

from ..core.validation import InputModel, Secret, Text


class Credentials(InputModel):
    """What somebody signs in with."""

    username: Text
    password: Secret
