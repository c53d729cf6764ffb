"""The heart of Retour: nouns here, verbs in steps, triggers at the edge."""
