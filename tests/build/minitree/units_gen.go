package eggcup

func init() { println("the committed units_gen.go, which a build replaces") }
