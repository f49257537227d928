"""The way in: TLS, routes and API keys."""
