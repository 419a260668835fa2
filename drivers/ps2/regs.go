package ps2

// i8042 registers (IBM PS/2 technical reference, keyboard and auxiliary device
// controller).
const (
	portData    = 0x60
	portStatus  = 0x64 // read
	portCommand = 0x64 // write

	statusOutput  = 1 << 0 // a byte waits to be read
	statusInput   = 1 << 1 // the last byte written is not taken yet
	statusAux     = 1 << 5 // the byte that waits is the second port's
	statusTimeout = 1 << 6
	statusParity  = 1 << 7
	statusAbsent  = 0xff // what an unconnected port reads as
)

// Commands to the controller.
const (
	cmdReadConfig   = 0x20
	cmdWriteConfig  = 0x60
	cmdDisableAux   = 0xa7
	cmdSelfTest     = 0xaa
	cmdTestPort1    = 0xab
	cmdDisablePort1 = 0xad
	cmdEnablePort1  = 0xae

	selfTestPassed = 0x55
	portTestPassed = 0x00
)

// Configuration byte.
const (
	configIRQ1      = 1 << 0
	configIRQ12     = 1 << 1
	configDisable1  = 1 << 4
	configDisable2  = 1 << 5
	configTranslate = 1 << 6 // scan code set 2 becomes set 1
)
