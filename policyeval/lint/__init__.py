"""The linter: rules over policies, findings with places, and how they are reported."""
