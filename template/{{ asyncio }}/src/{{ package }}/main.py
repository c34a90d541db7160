"""The application object that servers import."""

from .app import create_app
from .settings import settings_or_exit

app = create_app(settings_or_exit())
