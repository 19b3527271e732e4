"""Rules about KMS grants, and about policies that let them be made."""
