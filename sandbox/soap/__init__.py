"""A SOAP peer as a stranger: signs and verifies with xmlsec and gmalg. SOAP 对接方."""
