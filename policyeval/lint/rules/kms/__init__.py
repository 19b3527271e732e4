"""Rules about KMS keys and their policies."""
