"""The KMS: keys, cryptography and grants, with the authorizer asked before every operation."""
