"""How letters leave: one module for each way."""
