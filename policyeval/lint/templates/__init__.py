"""Policies in templates: CloudFormation, SAM and Terraform."""
