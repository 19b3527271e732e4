"""Rules about what each type of policy may say."""
