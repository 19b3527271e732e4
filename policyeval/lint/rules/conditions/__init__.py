"""Rules about conditions: operators, keys and the values that keys are compared with."""
