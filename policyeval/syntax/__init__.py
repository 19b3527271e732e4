"""Text to values with places, values to policies. Only this floor builds Lark parsers."""
