"""Widgets that draw lines and say by message what the user did to them."""
