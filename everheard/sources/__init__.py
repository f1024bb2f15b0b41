"""Where facts come from: bytes in, rows out. One folder a source; none knows another."""
