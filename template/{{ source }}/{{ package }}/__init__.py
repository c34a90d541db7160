"""The service: PATTERNS.md says what lies where."""
