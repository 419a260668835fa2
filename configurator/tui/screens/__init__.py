"""The main screen and the dialogs it opens."""
