"""The editor in a real terminal."""
