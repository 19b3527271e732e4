"""The Security Token Service beside the KMS: sessions of roles and users, and who an access key belongs to."""
