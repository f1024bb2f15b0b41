"""Every number that carries a sign, on every surface, beside a rule in plain Python."""
