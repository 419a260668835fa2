package trap

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/thread"
)

func report(title string, f *thread.Frame, addr uintptr) {
	console.Print(title)
	console.Print(" vector ")
	console.PrintInt(int64(f.Vector))
	console.Print(" err ")
	console.PrintHex(f.Err)
	console.Print(" ip ")
	console.PrintHex(f.IP)
	console.Print(" sp ")
	console.PrintHex(f.SP)
	console.Print(" cr2 ")
	console.PrintHex(addr)
	console.Print(" bp ")
	console.PrintHex(f.BP)
	console.Print("\n")
}
