"""The outside world of models: weights, the embedder, the LLM in its child process."""
