"""Frozen values that every floor shares, and how they are kept; they know no file, no clock and no policy rule."""
