"""The command line: `main` finds the verb, the verb's module does the work."""
