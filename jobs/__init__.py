"""What runs by the clock: a table of jobs, and the worker that runs it."""
