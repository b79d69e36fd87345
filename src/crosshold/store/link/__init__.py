"""Which parties of registers may be one: candidates by blocks, scored by splink, each with what speaks for and against it."""
