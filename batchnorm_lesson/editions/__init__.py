"""The lessons as web pages: for reading, with neither kernel nor network, and as notebooks that run in the browser."""
