module eggcup

go 1.26
