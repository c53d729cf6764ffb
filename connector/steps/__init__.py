"""One verb a file, each idempotent: it may be run again at any moment."""
