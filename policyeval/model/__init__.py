"""Frozen values that every floor shares; they know no file, no clock and no policy rule."""
