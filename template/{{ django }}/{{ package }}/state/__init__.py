"""Keyed, versioned state that every process of the service sees, with change notification."""
