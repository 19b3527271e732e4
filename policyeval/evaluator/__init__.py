"""Does this statement match this request? Compile once, answer often."""
