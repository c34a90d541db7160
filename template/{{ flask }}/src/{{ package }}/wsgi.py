"""The application object that servers import, with its components started."""

from .app import create_app

app = create_app()
app.extensions["components"].start()
