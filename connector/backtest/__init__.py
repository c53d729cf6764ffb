"""What another policy would have said of all that was asked: rules as SQL, and told."""
