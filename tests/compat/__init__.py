"""eggcup against C kconfig: the same symbols with the same values."""
