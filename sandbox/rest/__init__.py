"""A REST peer with signed messages (RFC 9421) under mutual TLS, as a stranger. REST 对接方."""
