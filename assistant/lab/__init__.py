"""Tools that make and measure the product and are not part of it: training, benchmarks."""
