"""What is computed with key material. Bytes in, bytes out: nothing here knows who asks or where keys are kept."""
