"""Files and suppressions (X): what is wrong around a policy rather than in it."""
