"""The guard that keeps the test suite, and the Python programs it starts, on this machine."""
