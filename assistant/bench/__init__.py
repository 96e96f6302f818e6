"""How fast the program is on this machine, beside the bare libraries in the same run."""
