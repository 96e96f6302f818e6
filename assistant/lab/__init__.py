"""What makes and measures the product and is not part of it: training, benchmarks."""
