"""Rules about policy variables, `${…}`."""
