"""`eggcup menuconfig --plain`: the editor as a dialogue in lines, which a screen reader can follow.

speech (what is said) / editor (what the commands do) / commands (their table) / dialogue (the two streams). Numbers
stand before what can be chosen, nothing is drawn, coloured or said by position alone. Imports the session and what is
below it; everything that the other editor can do to a configuration, this one can.
"""
