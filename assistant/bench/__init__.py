"""Benchmarks of the program on this machine, beside the bare libraries in the same run."""
