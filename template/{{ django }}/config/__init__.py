"""The project: what it consists of, and what it reads from its environment."""
