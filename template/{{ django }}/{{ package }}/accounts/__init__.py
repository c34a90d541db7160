"""People who can sign in: to the admin site, and to the API where it has accounts."""
