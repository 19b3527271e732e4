"""Speaks to clients: AWS JSON 1.1 and STS's query protocol over HTTP, and who signed a request."""
