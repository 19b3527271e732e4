"""How a report is written: a module a format, each with one function that gives the text."""
