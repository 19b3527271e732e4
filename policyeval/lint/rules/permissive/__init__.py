"""Rules about what allows more than anyone means to."""
