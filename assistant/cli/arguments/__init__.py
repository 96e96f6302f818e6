"""The arguments of the commands, apart from what runs them: help must not wait for that."""
