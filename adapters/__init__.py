"""One folder per shop platform: translate, calls, auth, and a stand-in shop."""
