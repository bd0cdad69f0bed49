"""The commands of python -m explorer, a room each; every command returns what it reports as plain values."""
