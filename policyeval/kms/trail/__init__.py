"""The record of every call: written, chained, checked, counted."""
