"""One module a page; each offers ``layout()`` and ``register(app)`` and is registered by name."""
