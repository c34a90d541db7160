"""The patterns that every part of the service builds on."""
