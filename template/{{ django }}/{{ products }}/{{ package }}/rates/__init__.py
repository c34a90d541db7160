"""Exchange rates from another service."""
