"""The operations of the API, a function each."""
