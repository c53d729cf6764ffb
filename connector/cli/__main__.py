"""`python -m connector.cli` is `retour`."""

from connector.cli.main import main

main()
