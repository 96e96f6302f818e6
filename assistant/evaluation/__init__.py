"""Question sets, what they measure, and running them through the engine that answers."""
