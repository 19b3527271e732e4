"""Actions (A): the names in Action and NotAction."""
