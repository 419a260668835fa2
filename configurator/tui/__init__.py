"""`eggcup menuconfig`: the configuration editor in the terminal.

state (no Textual) / messages / widgets / screens / app; the looks are in menuconfig.tcss. Imports the model and the
errors alone, and is the only package that imports Textual.
"""
