"""Where keys are kept: in memory or in a file. The only part of the KMS that touches files."""
