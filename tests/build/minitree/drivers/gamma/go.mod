module eggcup/drivers/gamma

go 1.26

require (
	example.org/stack v1.0.0
	example.org/v v1.1.0
)
