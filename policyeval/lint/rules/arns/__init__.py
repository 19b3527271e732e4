"""Resources (R): the ARNs in Resource and NotResource."""
