"""llama.cpp in a process of its own: the engine here, the child there, what they say."""
