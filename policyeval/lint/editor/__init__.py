"""The linter in an editor: what to say of a text that is being written."""
